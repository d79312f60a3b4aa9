// `GET /doctor`: the doctor's findings about this gateway's own way to Gemini, for its operators. One
// examination at a time, because it spends a little of the key's quota; whoever asks meanwhile shares it.
import { CHECKS, costs, examineAll, type Report, type VertexTarget } from "../../doctor/index.ts";
import { type ExtraRoute, json, Refusal, type VertexPlace } from "../../gateway/index.ts";
import { DEFAULT_MODEL } from "../../sim/index.ts";
import { worldOf } from "../doctor/world.ts";
import type { ServeConfig } from "./run.ts";

const TIMEOUT_MS = 15_000;

interface DoctorPlace {
  upstream: ServeConfig["upstream"];
  env: Record<string, string | undefined>;
  cwd: string;
  statusPage: string;
  /** The page for people, where there is one. */
  page: ExtraRoute["run"] | undefined;
}

/** Its first choice stands for all. */
function vertexTargetOf({ project, location = "global" }: VertexPlace): VertexTarget {
  return { project, location: [location].flat()[0] ?? "global" };
}

export function doctorRoute({ upstream, env, cwd, statusPage, page }: DoctorPlace): ExtraRoute {
  let running: Promise<Report> | undefined;
  return {
    method: "GET",
    pattern: "/doctor",
    // The page asks by itself for a token; what it shows is for operators.
    open: true,
    run: async (guest, house) => {
      const wantsPage = /\btext\/html\b/.test(guest.exchange.headers.accept ?? "");
      if (wantsPage && page) return page(guest, house);
      const client = await house.warden.identify(guest.exchange);
      if (!client.operator)
        throw new Refusal(
          "permission_denied",
          "The doctor is for operators; use an operator's token.",
        );
      const options = {
        model: env.POLLUX_MODEL ?? DEFAULT_MODEL,
        timeoutMs: TIMEOUT_MS,
        // The simulator needs neither a network nor a key.
        offline: upstream.sim || guest.query.get("offline") === "true",
        simulated: upstream.sim,
        ...(upstream.sim && { only: CHECKS.map(({ id }) => id).filter((id) => id !== "key") }),
        ...(upstream.vertex && { vertex: vertexTargetOf(upstream.vertex) }),
        ...(!upstream.sim && upstream.baseUrl !== "" && { baseUrl: upstream.baseUrl }),
        ...(statusPage && { statusPage }),
      };
      if (guest.query.get("plan") === "true")
        return json(guest, 200, { model: options.model, spends: costs(options) });
      const token = upstream.vertex?.token;
      const own = { token: async () => (typeof token === "function" ? token() : token) };
      const world = { ...worldOf(env, cwd), ...(token !== undefined && own) };
      running ??= examineAll(world, options).finally(() => {
        running = undefined;
      });
      json(guest, 200, await running);
    },
  };
}

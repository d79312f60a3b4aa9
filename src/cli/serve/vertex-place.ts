// Settings → where Vertex is and what opens it: a token of the environment's, Application Default
// Credentials, or in express mode the keys of the pool.
import type { VertexPlace } from "../../gateway/index.ts";
import { googleToken } from "../../node/index.ts";
import { EXIT, UsageError } from "../exit.ts";
import type { ServeConfig } from "./run.ts";

interface Ground {
  env: Readonly<Record<string, string | undefined>>;
  keys: number;
  simulated: boolean;
}

interface Settings {
  text(path: string): string;
  list(path: string): readonly string[];
}

const LOCATION = /^[a-z][a-z0-9-]*$/;

/** Nothing where the Gemini API is asked. */
export function vertexPlaceOf(
  { text, list }: Settings,
  { env, keys, simulated }: Ground,
): VertexPlace | undefined {
  if (text("upstream.kind") !== "vertex") return undefined;
  const project = text("upstream.project");
  const locations = list("upstream.locations");
  const odd = locations.find((one) => !LOCATION.test(one));
  if (odd !== undefined)
    throw new UsageError(
      `upstream.locations: expected names such as europe-west4 or global, found ${JSON.stringify(odd)}`,
      EXIT.config,
    );
  const place: VertexPlace = {
    location: locations.length > 0 ? locations : ["global"],
    ...(text("upstream.apiVersion") === "v1" && { apiVersion: "v1" }),
  };
  if (simulated) return { ...place, project: project || "simulated", token: "simulated" };
  if (project === "" && keys > 0) return place;
  if (project === "")
    throw new UsageError(
      "upstream.project: Vertex wants a project; pass --project my-project, or set a key for express mode",
      EXIT.config,
    );
  return { ...place, project, token: tokenOf(text("upstream.tokenEnv"), env) };
}

/** What people are told that answers. */
export function nameOfUpstream({ upstream }: Pick<ServeConfig, "upstream">): string {
  if (upstream.sim) return "the built-in simulator";
  if (upstream.baseUrl !== "") return new URL(upstream.baseUrl).host;
  return `Vertex AI in ${[upstream.vertex?.location ?? "global"].flat().join(", ")}`;
}

function tokenOf(name: string, env: Ground["env"]): NonNullable<VertexPlace["token"]> {
  if (name === "") return googleToken();
  const token = env[name]?.trim();
  if (!token)
    throw new UsageError(
      `upstream.tokenEnv: the variable ${name} is not set; set it, or leave it out for Application Default Credentials`,
      EXIT.config,
    );
  return token;
}

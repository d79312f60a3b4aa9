// The gateway that was named: is it up, is its store, and does it pass chunks on as they come.
import { classifyThrown } from "../../core/failures.ts";
import { ok, problem, skip } from "../finding.ts";
import { jsonOf, watchStream } from "../probe.ts";
import { judge } from "./cadence.ts";
import type { Check, Scene } from "./check.ts";
import { SHORT } from "./stream.ts";

export const gateway: Check = {
  id: "gateway",
  group: "Gateway",
  title: "Gateway",
  needs: [],
  online: true,
  async run(scene) {
    if (!scene.target.gateway) return skip("none is named");
    const { status, body, failed } = await look(scene, "/healthz");
    if (failed) return problem(failed.code, `/healthz: ${failed.message}`, "pollux serve");
    const told = jsonOf(body) as { status?: string; version?: string } | undefined;
    return status === 200 && told?.status === "ok"
      ? ok(`healthy${told.version ? `, version ${told.version}` : ""}`)
      : problem("gateway_unhealthy", `/healthz answers ${status}`);
  },
};

export const gatewayStore: Check = {
  id: "gateway-store",
  group: "Gateway",
  title: "Gateway's store",
  needs: ["gateway"],
  online: true,
  async run(scene) {
    if (!scene.target.gateway) return skip("none is named");
    const { status, body, failed } = await look(scene, "/readyz");
    if (failed) return problem(failed.code, `/readyz: ${failed.message}`);
    const told = jsonOf(body) as
      | { status?: string; store?: { kind?: string; ok?: boolean; message?: string } }
      | undefined;
    const kind = told?.store?.kind ?? "no store told";
    if (status === 200) return ok(`${told?.status ?? "ready"}, ${kind}`);
    const message = told?.store?.message ? `: ${told.store.message}` : "";
    return problem("gateway_not_ready", `${told?.status ?? status}, ${kind}${message}`);
  },
};

export const gatewayCadence: Check = {
  id: "gateway-cadence",
  group: "Gateway",
  title: "Gateway's chunk cadence",
  needs: ["gateway-store"],
  online: true,
  spends: "1 request through the gateway, about 100 tokens",
  async run(scene) {
    const { gateway: address, model } = scene.target;
    if (!address) return skip("none is named");
    const { target } = scene;
    // What opens Vertex is nothing for a gateway.
    const own = { bearer: false, key: scene.world.env.POLLUX_TOKEN };
    const asked = { ...target, ...(target.vertex && own), modelsAt: "v1beta" };
    const through = {
      ...scene,
      fetch: scene.world.fetchVia(undefined),
      apiUrl: address,
      target: asked,
    };
    const seen = await watchStream(through, `models/${model}:streamGenerateContent?alt=sse`, SHORT);
    if (seen.failure) return problem(seen.failure.code, seen.failure.message);
    if (seen.finishReason === undefined)
      return problem("end_unverified", "no finish reason through the gateway");
    return judge(seen);
  },
};

async function look({ world, target, signal }: Scene, path: string) {
  try {
    const response = await world.fetchVia(undefined)(`${target.gateway}${path}`, {
      signal,
      redirect: "manual",
    });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    return { status: 0, body: "", failed: classifyThrown(error) };
  }
}

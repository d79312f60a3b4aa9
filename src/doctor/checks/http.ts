// Does whatever is there speak HTTP, and is it the API and not somebody's page.
import { ok, problem } from "../finding.ts";
import { ask } from "../probe.ts";
import type { Check } from "./check.ts";

export const http: Check = {
  id: "http",
  group: "Network",
  title: "HTTP",
  needs: ["tcp", "proxy", "tls"],
  online: true,
  async run(scene) {
    const fetch = scene.world.fetchVia(scene.target.proxy);
    const apiUrl = scene.target.baseUrl;
    const { reply, failure } = await ask({ ...scene, fetch, apiUrl }, "models?pageSize=1");
    if (!reply) return problem(failure?.code ?? "unknown", failure?.message ?? "no answer");
    scene.known.first = { reply, at: scene.world.date() };
    const page = /<html|<!doctype/i.test(reply.body);
    // A page with an error's status is whoever's who cannot reach the API.
    if (page && failure)
      return problem(failure.code, `${reply.status} with a web page: ${failure.message}`);
    if (failure && ["redirect_refused", "not_found_no_body"].includes(failure.code))
      return problem(failure.code, `${reply.status}: ${failure.message}`);
    if (reply.status >= 300 && reply.status < 400)
      return problem(
        "redirect_refused",
        `${reply.status} to ${reply.headers.get("location") ?? "nowhere"}`,
      );
    return ok(`${reply.status} in ${Math.round(reply.ms)} ms`);
  },
};

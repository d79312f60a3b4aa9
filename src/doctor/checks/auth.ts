// Does the API accept the key, and may its project use the API from here.
import { ok, problem } from "../finding.ts";
import { ask, jsonOf } from "../probe.ts";
import type { Check, Known } from "./check.ts";

export const auth: Check = {
  id: "auth",
  group: "Gemini",
  title: "Key accepted",
  needs: ["key", "http"],
  online: true,
  async run(scene) {
    const { reply, failure } = await ask(scene, "models?pageSize=1000");
    if (failure)
      return problem(failure.code, `${failure.httpStatus ?? ""} ${failure.message}`.trim());
    const models = (jsonOf(reply?.body ?? "") as { models?: Known["models"] } | undefined)?.models;
    if (models) scene.known.models = models;
    return ok(`${models?.length ?? 0} models listed`);
  },
};

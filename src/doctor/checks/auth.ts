// Does the API accept the key, and may its project use the API from here.
import { ok, problem } from "../finding.ts";
import { ask, jsonOf } from "../probe.ts";
import type { Check, Known } from "./check.ts";

interface Listed {
  models?: Known["models"];
  /** As Vertex tells them. */
  publisherModels?: Known["models"];
}

function asModel({ name }: { name: string }): { name: string } {
  return { name: name.replace(/^publishers\/[^/]+\//, "") };
}

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
    const told = jsonOf(reply?.body ?? "") as Listed | undefined;
    const models = told?.models ?? told?.publisherModels?.map(asModel);
    if (models) scene.known.models = models;
    return ok(`${models?.length ?? 0} models listed`);
  },
};

// The smallest question, answered in one piece: permission and quota show here.
import { ok, problem } from "../finding.ts";
import { ask } from "../probe.ts";
import type { Check } from "./check.ts";
import { nextOf } from "./model.ts";

const SMALLEST = Object.freeze({
  contents: [{ role: "user", parts: [{ text: "Say OK." }] }],
});

export const unary: Check = {
  id: "unary",
  group: "Gemini",
  title: "Smallest answer, quota",
  needs: ["auth", "model"],
  online: true,
  spends: "1 request, about 20 tokens",
  async run(scene) {
    const { model } = scene.target;
    const { reply, failure } = await ask(scene, `models/${model}:generateContent`, SMALLEST);
    if (reply && !failure) scene.known.facts.unaryMs = Math.round(reply.ms);
    if (failure?.quota?.id) scene.known.facts.quota = failure.quota.id;
    if (!failure) return ok(`${Math.round(reply?.ms ?? 0)} ms`);
    const { code, message, retryAfterMs, quota } = failure;
    const wait = retryAfterMs === undefined ? "" : `, retry in ${Math.ceil(retryAfterMs / 1000)} s`;
    const which = quota?.id ? ` [${quota.id}]` : "";
    const next = code === "model_retired" ? nextOf(model, scene.known.models ?? []) : undefined;
    return problem(
      code,
      `${message}${which}${wait}`,
      next && `Use ${next}: pollux doctor --model ${next}`,
    );
  },
};

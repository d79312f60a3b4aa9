// A short answer as a stream: does it come, and does it come to its end.
import { ok, problem } from "../finding.ts";
import { watchStream } from "../probe.ts";
import type { Check } from "./check.ts";

/** Long enough to come in several pieces. */
export const SHORT = Object.freeze({
  contents: [{ role: "user", parts: [{ text: "Write a story in 60 words." }] }],
});

export const stream: Check = {
  id: "stream",
  group: "Gemini",
  title: "Smallest stream",
  needs: ["unary"],
  online: true,
  spends: "1 request, about 100 tokens",
  async run(scene) {
    const path = `models/${scene.target.model}:streamGenerateContent?alt=sse`;
    const seen = await watchStream(scene, path, SHORT);
    scene.known.stream = seen;
    const { failure, stalled, atMs, chars, totalMs } = seen;
    const { facts } = scene.known;
    if (atMs[0] !== undefined) facts.firstChunkMs = Math.round(atMs[0]);
    facts.streamMs = Math.round(totalMs);
    if (seen.modelVersion) facts.modelVersion = seen.modelVersion;
    const got = `${atMs.length} chunks, ${chars} characters`;
    if (stalled)
      return problem(
        "stalled_stream",
        `silent after ${got} and ${Math.round(atMs.at(-1) ?? 0)} ms`,
      );
    // A model that answers in one piece only refuses the method.
    if (failure?.code === "model_not_supporting_method")
      return problem("model_not_streaming", failure.message);
    if (failure)
      return problem(failure.code, `${failure.message}${atMs.length > 0 ? ` after ${got}` : ""}`);
    if (atMs.length === 0) return problem("empty_response", "the stream ended without a chunk");
    return ok(`first chunk in ${Math.round(atMs[0] ?? 0)} ms, ${got} in ${Math.round(totalMs)} ms`);
  },
};

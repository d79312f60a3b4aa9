// A request of the user's own, asked as a stream: what breaks here and not in the smallest stream is
// the request's.
import { ok, problem, skip } from "../finding.ts";
import { watchStream } from "../probe.ts";
import type { Check } from "./check.ts";

export const request: Check = {
  id: "request",
  group: "Gemini",
  title: "Your request",
  needs: ["stream"],
  online: true,
  spends: "1 request, as large as yours",
  async run(scene) {
    const { request: body, model } = scene.target;
    if (body === undefined) return skip("none is given (--request FILE)");
    const seen = await watchStream(scene, `models/${model}:streamGenerateContent?alt=sse`, body);
    const { failure, stalled, atMs, chars, totalMs, finishReason } = seen;
    const got = `${atMs.length} chunks, ${chars} characters`;
    if (stalled) return problem("stalled_stream", `silent after ${got}`);
    if (failure)
      return problem(failure.code, `${failure.message}${atMs.length > 0 ? ` after ${got}` : ""}`);
    if (finishReason === undefined)
      return problem("end_unverified", `${got}, and no finish reason`);
    return ok(`${finishReason}: ${got} in ${Math.round(totalMs)} ms`);
  },
};

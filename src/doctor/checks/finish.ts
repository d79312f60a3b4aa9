// Does the stream say how it ended and what it cost.
import { ok, problem, skip, warn } from "../finding.ts";
import type { Check } from "./check.ts";

export const finish: Check = {
  id: "finish",
  group: "Gemini",
  title: "Finish reason and usage",
  needs: ["stream"],
  online: true,
  async run({ known }) {
    if (!known.stream) return skip("no stream was seen");
    const { finishReason, usage, chars } = known.stream;
    if (finishReason === undefined)
      return problem(
        "end_unverified",
        `the body ended after ${chars} characters without a finish reason`,
      );
    return usage
      ? ok(`${finishReason}, with usage`)
      : warn("usage_missing", `${finishReason}, without usage`);
  },
};

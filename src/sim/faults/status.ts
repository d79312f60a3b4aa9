// The fault `status`.
import { ERROR_NAMES } from "../bodies.ts";
import type { Fault } from "./fault.ts";

export const status: Fault = {
  word: "status",
  does: "Answers with an HTTP error: a status, or any error body of the catalogue by its name. The word itself may be left out.",
  takes: {
    numbers: 1,
    retry: true,
    words: ERROR_NAMES,
    described: "a status or the NAME of an error body, retry DURATION",
  },
  example: "503 · 429 retry 2s · quota_per_day · status 418",
  reply: ({ numbers, words, retryMs }, context) =>
    context.error(words[0] ?? String(numbers[0] ?? 503), retryMs),
};

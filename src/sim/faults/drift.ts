// The fault `drift`.
import type { Fault } from "./fault.ts";

const OTHER = "Meanwhile, something else entirely came to pass, and nobody could say why.";

export const drift: Fault = {
  word: "drift",
  does: "When asked to go on, goes on with other words.",
  takes: {},
  example: "attempt 1: cut; attempt 2: drift",
  tell(told) {
    if (told.how === "fresh") return told;
    return { ...told, text: OTHER, truth: told.delivered + OTHER };
  },
};

// The fault `drift`.
import type { Fault } from "./fault.ts";

export const drift: Fault = {
  word: "drift",
  does: "When asked to go on, goes on with other words.",
  example: "drift",
  tell(told) {
    if (told.how === "fresh") return told;
    const other = "Meanwhile, something else entirely came to pass, and nobody could say why.";
    return { ...told, text: other, truth: told.delivered + other };
  },
};

// The fault `start-over`.
import type { Fault } from "./fault.ts";

export const startOver: Fault = {
  word: "start-over",
  does: "When asked to go on, answers from the start.",
  example: "start-over",
  tell(told) {
    if (told.how === "fresh") return told;
    return { ...told, text: told.truth };
  },
};

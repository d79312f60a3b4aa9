// The fault `start-over`.
import type { Fault } from "./fault.ts";

export const startOver: Fault = {
  word: "start-over",
  does: "When asked to go on, answers from the start.",
  takes: {},
  example: "attempt 1: cut; attempt 2: start-over",
  tell: (told) => (told.how === "fresh" ? told : { ...told, text: told.truth }),
};

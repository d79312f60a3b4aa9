// The fault `preamble`.
import type { Fault } from "./fault.ts";

export const preamble: Fault = {
  word: "preamble",
  does: "When asked to go on, begins with a remark.",
  example: "preamble",
  tell(told) {
    if (told.how === "fresh" || told.how === "token") return told;
    const remark = "Sure, here is the rest: ";
    return { ...told, text: remark + told.text, truth: told.delivered + remark + told.text };
  },
};

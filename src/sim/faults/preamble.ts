// The fault `preamble`.
import type { Fault } from "./fault.ts";

const REMARK = "Sure, here is the continuation: ";

export const preamble: Fault = {
  word: "preamble",
  does: "When asked to go on, begins with a remark.",
  takes: {},
  example: "attempt 1: cut; attempt 2: preamble",
  tell(told) {
    if (told.how === "fresh" || told.how === "token") return told;
    return { ...told, text: REMARK + told.text, truth: told.delivered + REMARK + told.text };
  },
};

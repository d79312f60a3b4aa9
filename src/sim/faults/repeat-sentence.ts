// The fault `repeat-sentence`.
import type { Fault } from "./fault.ts";

/** A shorter one could be the text itself. */
const SENTENCE_CHARS_MIN = 24;

export const repeatSentence: Fault = {
  word: "repeat-sentence",
  does: "When asked to go on, repeats the last sentence first.",
  takes: {},
  example: "attempt 1: cut; attempt 2: repeat-sentence",
  tell(told) {
    if (told.how === "fresh" || told.how === "token") return told;
    const solid = told.delivered.trimEnd();
    const stop = solid.lastIndexOf(". ", solid.length - 2);
    const line = solid.lastIndexOf("\n", solid.length - 2);
    const start = Math.max(stop < 0 ? 0 : stop + 2, line + 1);
    const sentence = told.delivered.slice(start);
    if (sentence.length < told.quote.length || sentence.trim().length < SENTENCE_CHARS_MIN)
      return told;
    return { ...told, text: sentence + told.text.slice(told.quote.length) };
  },
};

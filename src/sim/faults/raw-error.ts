// The fault `raw-error`.
import { ERROR_NAMES } from "../bodies.ts";
import { afterChunks, type Fault } from "./fault.ts";

const PARTS = 3;

export const rawError: Fault = {
  word: "raw-error",
  does: "Writes an error as bare JSON over many lines, without framing, in three packets; `array` wraps it in `[ ]`.",
  takes: {
    after: "chunks",
    numbers: 1,
    words: ["array", ...ERROR_NAMES],
    described: "a status or NAME, after N chunks, array",
  },
  example: "raw-error 503 after 2 chunks · raw-error 500 array after 0 chunks",
  items(items, { after = 2, numbers, words }, context) {
    const name = words.find((word) => ERROR_NAMES.includes(word)) ?? String(numbers[0] ?? 503);
    const json = JSON.stringify({ error: context.errorObject(name) }, null, 2);
    const text = words.includes("array") ? `[${json}\n]\n` : `${json}\n`;
    return [...items.slice(0, afterChunks(items, after)), { kind: "raw", text, parts: PARTS }];
  },
};

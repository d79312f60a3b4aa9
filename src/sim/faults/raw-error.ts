// The fault `raw-error`.

import type { Fault } from "./fault.ts";
import { afterChunks } from "./fault.ts";

export const rawError: Fault = {
  word: "raw-error",
  does: "Writes an error as bare JSON over many lines, without framing, in several packets.",
  example: "raw-error 503 after 2 chunks · raw-error 500 array after 0 chunks",
  items(items, { after = 2, numbers, words }, context) {
    const name = words.find((word) => word !== "array") ?? String(numbers[0] ?? 503);
    const error = context.error(name).json ?? { code: 503, message: "", status: "UNAVAILABLE" };
    const json = JSON.stringify({ error }, null, 2);
    const text = words.includes("array") ? `[${json}\n]\n` : `${json}\n`;
    return [...items.slice(0, afterChunks(items, after)), { kind: "raw", text, parts: 3 }];
  },
};

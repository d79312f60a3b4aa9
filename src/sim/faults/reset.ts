// The fault `reset`.
import { afterChunks, type Fault, firstBytes } from "./fault.ts";

export const reset: Fault = {
  word: "reset",
  does: "Breaks the connection off (RST) before the body has ended.",
  takes: { after: "chunks|bytes" },
  example: "reset after 3 chunks · reset after 200 bytes",
  items(items, { after = 3, unit }) {
    if (unit === "bytes") return items;
    return [...items.slice(0, afterChunks(items, after)), { kind: "stop", how: "reset" }];
  },
  pieces(pieces, { after = 200, unit }) {
    if (unit !== "bytes") return pieces;
    return [...firstBytes(pieces, after), { kind: "stop", how: "reset" }];
  },
};

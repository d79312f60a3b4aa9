// The fault `end`.
import { afterChunks, type Fault, firstBytes } from "./fault.ts";

export const end: Fault = {
  word: "end",
  does: "Ends the body properly, but early and without a finish reason.",
  takes: { after: "chunks|bytes" },
  example: "end after 3 chunks · end after 200 bytes",
  items(items, { after = 3, unit }) {
    if (unit === "bytes") return items;
    return [...items.slice(0, afterChunks(items, after)), { kind: "stop", how: "eof" }];
  },
  pieces(pieces, { after = 200, unit }) {
    if (unit !== "bytes") return pieces;
    return [...firstBytes(pieces, after), { kind: "stop", how: "eof" }];
  },
};

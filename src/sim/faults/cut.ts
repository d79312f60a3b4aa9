// The fault `cut`.
import { afterChunks, type Fault, firstBytes } from "./fault.ts";

export const cut: Fault = {
  word: "cut",
  does: "Closes the connection (FIN) before the body has ended.",
  takes: { after: "chunks|bytes" },
  example: "cut after 3 chunks · cut after 200 bytes",
  items(items, { after = 3, unit }) {
    if (unit === "bytes") return items;
    return [...items.slice(0, afterChunks(items, after)), { kind: "stop", how: "fin" }];
  },
  pieces(pieces, { after = 200, unit }) {
    if (unit !== "bytes") return pieces;
    return [...firstBytes(pieces, after), { kind: "stop", how: "fin" }];
  },
};

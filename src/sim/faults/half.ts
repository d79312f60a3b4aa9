// The fault `half`.
import type { Piece } from "../reply.ts";
import type { Fault } from "./fault.ts";

export const half: Fault = {
  word: "half",
  does: "Ends the body inside an event: inside its JSON, inside a character, or inside its line end.",
  example: "half json after 2 chunks · half utf8 · half crlf",
  pieces(pieces, { after = 2, words }) {
    const kept: Piece[] = [];
    let seen = 0;
    for (const piece of pieces) {
      if (piece.kind !== "bytes") {
        kept.push(piece);
        continue;
      }
      const { bytes } = piece;
      const wide = bytes.findIndex((byte) => byte >= 0xc0);
      if (seen >= after && (!words.includes("utf8") || wide > 0)) {
        const inCrlf = words.includes("crlf");
        const at = words.includes("utf8")
          ? wide + 1
          : inCrlf
            ? bytes.length - 3
            : bytes.length >> 1;
        kept.push({ kind: "bytes", bytes: bytes.subarray(0, at) });
        break;
      }
      seen += 1;
      kept.push(piece);
    }
    return [...kept, { kind: "stop", how: words.includes("cut") ? "fin" : "eof" }];
  },
};

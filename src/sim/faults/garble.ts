// The fault `garble`.
import type { Fault } from "./fault.ts";

export const garble: Fault = {
  word: "garble",
  does: "Damages an event so that it shows: its JSON, its field name, or its UTF-8.",
  example: "garble after 2 chunks · garble field · garble utf8",
  pieces(pieces, { after = 2, words }) {
    let seen = 0;
    return pieces.map((piece) => {
      // Only a whole event can be damaged so that it shows.
      if (piece.kind !== "bytes" || !isEvent(piece.bytes)) return piece;
      seen += 1;
      if (seen !== after + 1) return piece;
      const bytes = Uint8Array.from(piece.bytes);
      const brace = bytes.lastIndexOf(0x7d);
      if (words.includes("field")) bytes[0] = 0x7e;
      else bytes[Math.max(1, brace)] = words.includes("utf8") ? 0xff : 0x3b;
      return { kind: "bytes", bytes };
    });
  },
};

function isEvent(bytes: Uint8Array): boolean {
  return bytes[0] === 0x64 && bytes[4] === 0x3a && bytes.includes(0x7d);
}

// The fault `garble`.
import type { Fault } from "./fault.ts";

const TILDE = 0x7e;
const SEMICOLON = 0x3b;
const CLOSING_BRACE = 0x7d;
const NEVER_IN_UTF8 = 0xff;

export const garble: Fault = {
  word: "garble",
  does: "Damages an event so that it shows: its JSON, its field name, or its UTF-8.",
  takes: { after: "chunks", words: ["json", "field", "utf8"] },
  example: "garble after 2 chunks · garble field · garble utf8",
  pieces(pieces, { after = 2, words }) {
    let seen = 0;
    return pieces.map((piece) => {
      // Only a whole event can be damaged so that it shows.
      if (piece.kind !== "bytes" || !isEvent(piece.bytes)) return piece;
      seen += 1;
      if (seen !== after + 1) return piece;
      const bytes = Uint8Array.from(piece.bytes);
      const brace = Math.max(1, bytes.lastIndexOf(CLOSING_BRACE));
      if (words.includes("field")) bytes[0] = TILDE;
      else bytes[brace] = words.includes("utf8") ? NEVER_IN_UTF8 : SEMICOLON;
      return { kind: "bytes", bytes };
    });
  },
};

/** An SSE event, an element of a streamed array, or a whole object. */
function isEvent(bytes: Uint8Array): boolean {
  const head = String.fromCharCode(...bytes.subarray(0, 5));
  return /^(data:|event|\[?\{|\n,)/.test(head) && bytes.includes(CLOSING_BRACE);
}

// The fault `half`.
import type { Piece } from "../reply.ts";
import type { Fault } from "./fault.ts";

const FIRST_BYTE_OF_SEVERAL = 0xc0;

export const half: Fault = {
  word: "half",
  does: "Ends the body inside an event: inside its JSON, inside a character of several bytes, or inside its line end; with `cut` the connection is closed too.",
  takes: { after: "chunks", words: ["json", "utf8", "crlf", "cut"] },
  example: "half json after 2 chunks · half utf8 · half crlf · half json cut",
  pieces(pieces, { after = 2, words }) {
    const kept: Piece[] = [];
    const how = words.includes("cut") ? "fin" : "eof";
    let seen = 0;
    for (const piece of pieces) {
      if (piece.kind === "bytes" && seen >= after) {
        const at = splitAt(piece.bytes, words);
        if (at > 0) {
          const bytes = piece.bytes.subarray(0, at);
          return [...kept, { kind: "bytes", bytes }, { kind: "stop", how }];
        }
      }
      if (piece.kind === "bytes") seen += 1;
      kept.push(piece);
    }
    return kept;
  },
};

/** 0 where these bytes have no such place. */
function splitAt(bytes: Uint8Array, words: readonly string[]): number {
  if (words.includes("crlf")) return bytes.length - 3;
  if (!words.includes("utf8")) return bytes.length >> 1;
  const wide = bytes.findIndex((byte) => byte >= FIRST_BYTE_OF_SEVERAL);
  return wide < 0 ? 0 : wide + 1;
}

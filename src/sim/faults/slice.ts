// The fault `slice`.
import type { Piece } from "../reply.ts";
import type { Fault } from "./fault.ts";

const RANDOM_BYTES_MAX = 40;

export const slice: Fault = {
  word: "slice",
  does: "Sends the body in packets of that many bytes, or of random sizes.",
  takes: { numbers: 1, described: "BYTES" },
  example: "slice 7 · slice",
  pieces(pieces, { numbers }, { random }) {
    const size = numbers[0];
    return pieces.flatMap((piece): Piece[] => {
      if (piece.kind !== "bytes") return [piece];
      const parts: Piece[] = [];
      for (let at = 0; at < piece.bytes.length; ) {
        const step = Math.max(1, size ?? random.int(1, RANDOM_BYTES_MAX));
        parts.push({ kind: "bytes", bytes: piece.bytes.subarray(at, at + step) });
        at += step;
      }
      return parts;
    });
  },
};

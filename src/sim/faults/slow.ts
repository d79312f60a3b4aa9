// The fault `slow`.
import type { Piece } from "../reply.ts";
import type { Fault } from "./fault.ts";

export const slow: Fault = {
  word: "slow",
  does: "Waits before each piece of the body.",
  example: "slow every 40ms",
  pieces(pieces, { ms = 40 }) {
    return pieces.flatMap((piece): Piece[] =>
      piece.kind === "bytes" ? [{ kind: "wait", ms } as const, piece] : [piece],
    );
  },
};

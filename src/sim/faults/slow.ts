// The fault `slow`.
import type { Piece } from "../reply.ts";
import type { Fault } from "./fault.ts";

const DRIP_MS = 40;

export const slow: Fault = {
  word: "slow",
  does: "Waits before each piece of the body; with `slice` it drips.",
  takes: { duration: "every" },
  example: "slow every 40ms · slice 3 + slow every 5ms",
  pieces(pieces, { ms = DRIP_MS }) {
    return pieces.flatMap((piece): Piece[] =>
      piece.kind === "bytes" ? [{ kind: "wait", ms }, piece] : [piece],
    );
  },
};

// The fault `burst`.
import type { Piece } from "../reply.ts";
import { type Fault, joinBytes } from "./fault.ts";

export const burst: Fault = {
  word: "burst",
  does: "Holds everything back and sends it in one packet, as a buffering proxy does.",
  takes: {},
  example: "burst",
  pieces(pieces) {
    const waitMs = pieces.reduce((sum, one) => sum + (one.kind === "wait" ? one.ms : 0), 0);
    const wait: Piece[] = waitMs > 0 ? [{ kind: "wait", ms: waitMs }] : [];
    const stop = pieces.filter((piece) => piece.kind === "stop");
    return [...wait, { kind: "bytes", bytes: joinBytes(pieces) }, ...stop];
  },
};

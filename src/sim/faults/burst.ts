// The fault `burst`.

import type { Fault } from "./fault.ts";
import { joinBytes } from "./fault.ts";

export const burst: Fault = {
  word: "burst",
  does: "Holds everything back and sends it in one packet.",
  example: "burst",
  pieces(pieces) {
    const stop = pieces.filter((piece) => piece.kind === "stop");
    return [{ kind: "bytes", bytes: joinBytes(pieces) }, ...stop];
  },
};

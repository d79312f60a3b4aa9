// The fault `bom`.
import type { Fault } from "./fault.ts";

export const bom: Fault = {
  word: "bom",
  does: "Begins the body with a byte order mark.",
  takes: {},
  example: "bom",
  pieces: (pieces) => [{ kind: "bytes", bytes: Uint8Array.of(0xef, 0xbb, 0xbf) }, ...pieces],
};

// The fault `multi-line`.
import type { Fault } from "./fault.ts";

export const multiLine: Fault = {
  word: "multi-line",
  does: "Spreads each event over several `data:` lines.",
  takes: {},
  example: "multi-line",
  framing: (framing) => ({ ...framing, multiLine: true }),
};

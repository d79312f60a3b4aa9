// The fault `lf`.
import type { Fault } from "./fault.ts";

export const lf: Fault = {
  word: "lf",
  does: "Ends lines with LF.",
  example: "lf",
  framing: (framing) => ({ ...framing, eol: "\n" }),
};

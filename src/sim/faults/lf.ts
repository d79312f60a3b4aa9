// The fault `lf`.
import type { Fault } from "./fault.ts";

export const lf: Fault = {
  word: "lf",
  does: "Ends lines with LF instead of CRLF.",
  takes: {},
  example: "lf",
  framing: (framing) => ({ ...framing, eol: "\n" }),
};

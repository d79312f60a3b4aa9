// The fault `cr`.
import type { Fault } from "./fault.ts";

export const cr: Fault = {
  word: "cr",
  does: "Ends lines with CR instead of CRLF.",
  takes: {},
  example: "cr",
  framing: (framing) => ({ ...framing, eol: "\r" }),
};

// The fault `no-blank-end`.
import type { Fault } from "./fault.ts";

export const noBlankEnd: Fault = {
  word: "no-blank-end",
  does: "Leaves out the blank line after the last event.",
  takes: {},
  example: "no-blank-end",
  framing: (framing) => ({ ...framing, bareEnd: true }),
};

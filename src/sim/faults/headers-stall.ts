// The fault `headers-stall`.
import type { Fault } from "./fault.ts";

export const headersStall: Fault = {
  word: "headers-stall",
  does: "Accepts the request and sends no headers, for good or for a while.",
  takes: { duration: "for" },
  example: "headers-stall · headers-stall for 3s",
  around: (reply, { ms = Number.POSITIVE_INFINITY }) => ({ ...reply, headersWaitMs: ms }),
};

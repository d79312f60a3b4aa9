// The fault `connect-reset`.
import type { Fault } from "./fault.ts";

export const connectReset: Fault = {
  word: "connect-reset",
  does: "Breaks the connection before any answer.",
  example: "connect-reset",
  reply: () => ({ refusal: "reset" }),
};

// The fault `connect-stall`.
import type { Fault } from "./fault.ts";

export const connectStall: Fault = {
  word: "connect-stall",
  does: "Lets the connection time out.",
  example: "connect-stall",
  reply: () => ({ refusal: "connect-timeout" }),
};

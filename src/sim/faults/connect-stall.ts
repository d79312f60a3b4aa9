// The fault `connect-stall`.
import { refusal } from "../refusals.ts";
import { refused } from "../reply.ts";
import type { Fault } from "./fault.ts";

export const connectStall: Fault = {
  word: "connect-stall",
  does: "Lets the connection time out; on a socket it is broken at once.",
  takes: {},
  example: "connect-stall",
  reply: () => refused(refusal("UND_ERR_CONNECT_TIMEOUT")),
};

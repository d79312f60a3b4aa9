// The fault `connect-refuse`.
import { refusal } from "../refusals.ts";
import { refused } from "../reply.ts";
import type { Fault } from "./fault.ts";

export const connectRefuse: Fault = {
  word: "connect-refuse",
  does: "Refuses the connection; on a socket it is accepted and broken at once.",
  takes: {},
  example: "connect-refuse",
  reply: () => refused(refusal("ECONNREFUSED")),
};

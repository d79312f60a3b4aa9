// The fault `connect-reset`.
import { refusal } from "../refusals.ts";
import { refused } from "../reply.ts";
import type { Fault } from "./fault.ts";

export const connectReset: Fault = {
  word: "connect-reset",
  does: "Breaks the connection before any answer.",
  takes: {},
  example: "connect-reset",
  reply: () => refused(refusal("ECONNRESET")),
};

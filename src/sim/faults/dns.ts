// The fault `dns`.
import type { Fault } from "./fault.ts";

export const dns: Fault = {
  word: "dns",
  does: "Does not resolve the host name (in process only).",
  example: "dns",
  reply: () => ({ refusal: "dns" }),
};

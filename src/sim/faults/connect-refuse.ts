// The fault `connect-refuse`.
import type { Fault } from "./fault.ts";

export const connectRefuse: Fault = {
  word: "connect-refuse",
  does: "Refuses the connection.",
  example: "connect-refuse",
  reply: () => ({ refusal: "refused" }),
};

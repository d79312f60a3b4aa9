// The fault `tls`.
import type { Fault } from "./fault.ts";

export const tls: Fault = {
  word: "tls",
  does: "Cuts the TLS handshake.",
  example: "tls",
  reply: () => ({ refusal: "tls" }),
};

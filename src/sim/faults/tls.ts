// The fault `tls`.
import { refusal } from "../refusals.ts";
import { refused } from "../reply.ts";
import type { Fault } from "./fault.ts";

const CODES: Readonly<Record<string, string>> = {
  cut: "TLS_CUT",
  expired: "CERT_HAS_EXPIRED",
  future: "CERT_NOT_YET_VALID",
  intercept: "SELF_SIGNED_CERT_IN_CHAIN",
  record: "ERR_SSL_BAD_RECORD_MAC",
};

export const tls: Fault = {
  word: "tls",
  does: "Spoils the TLS handshake: cut, certificate expired or not yet valid, intercepted, bad record; on a socket the connection is broken.",
  takes: { words: Object.keys(CODES) },
  example: "tls · tls intercept",
  reply: ({ words }) => refused(refusal(CODES[words[0] ?? "cut"] as string)),
};

// How a connection fails on each platform: the codes and messages that Node's fetch, an HTTP/2
// client, TLS and browsers give.
import type { Refusal } from "./reply.ts";

const HOST = "generativelanguage.googleapis.com";

/** By the platform's own code. */
const REFUSALS: Readonly<Record<string, Refusal>> = Object.freeze({
  ECONNREFUSED: { code: "ECONNREFUSED", message: "connect ECONNREFUSED 127.0.0.1:443" },
  ECONNRESET: { code: "ECONNRESET", message: "read ECONNRESET" },
  ECONNABORTED: { code: "ECONNABORTED", message: "write ECONNABORTED" },
  EPIPE: { code: "EPIPE", message: "write EPIPE" },
  ETIMEDOUT: { code: "ETIMEDOUT", message: "connect ETIMEDOUT 142.250.1.95:443" },
  EHOSTUNREACH: { code: "EHOSTUNREACH", message: "connect EHOSTUNREACH 142.250.1.95:443" },
  ENETUNREACH: { code: "ENETUNREACH", message: "connect ENETUNREACH 2a00:1450:4001::5f:443" },
  ENOTFOUND: { code: "ENOTFOUND", message: `getaddrinfo ENOTFOUND ${HOST}` },
  EAI_AGAIN: { code: "EAI_AGAIN", message: `getaddrinfo EAI_AGAIN ${HOST}` },
  UND_ERR_CONNECT_TIMEOUT: {
    code: "UND_ERR_CONNECT_TIMEOUT",
    message: `Connect Timeout Error (attempted address: ${HOST}:443, timeout: 10000ms)`,
  },
  UND_ERR_HEADERS_TIMEOUT: { code: "UND_ERR_HEADERS_TIMEOUT", message: "Headers Timeout Error" },
  UND_ERR_BODY_TIMEOUT: { code: "UND_ERR_BODY_TIMEOUT", message: "Body Timeout Error" },
  UND_ERR_HEADERS_OVERFLOW: {
    code: "UND_ERR_HEADERS_OVERFLOW",
    message: "Headers Overflow Error",
  },
  UND_ERR_SOCKET: { code: "UND_ERR_SOCKET", message: "other side closed" },
  ERR_STREAM_PREMATURE_CLOSE: { code: "ERR_STREAM_PREMATURE_CLOSE", message: "Premature close" },
  ERR_HTTP2_STREAM_ERROR: {
    code: "ERR_HTTP2_STREAM_ERROR",
    message: "Stream closed with error code NGHTTP2_INTERNAL_ERROR",
  },
  ERR_HTTP2_GOAWAY_SESSION: {
    code: "ERR_HTTP2_GOAWAY_SESSION",
    message: "New streams cannot be created after receiving a GOAWAY",
  },
  CERT_HAS_EXPIRED: { code: "CERT_HAS_EXPIRED", message: "certificate has expired" },
  CERT_NOT_YET_VALID: { code: "CERT_NOT_YET_VALID", message: "certificate is not yet valid" },
  SELF_SIGNED_CERT_IN_CHAIN: {
    code: "SELF_SIGNED_CERT_IN_CHAIN",
    message: "self-signed certificate in certificate chain",
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    message: "unable to verify the first certificate",
  },
  ERR_SSL_BAD_RECORD_MAC: {
    code: "ERR_SSL_SSL/TLS_ALERT_BAD_RECORD_MAC",
    message:
      "00000000:error:0A0003FC:SSL routines:ssl3_read_bytes:ssl/tls alert bad record mac:SSL alert number 20",
  },
  TLS_CUT: {
    code: "ECONNRESET",
    message: "Client network socket disconnected before secure TLS connection was established",
  },
  PROXY_AUTH: {
    code: "UND_ERR_ABORTED",
    message: "Proxy response (407) !== 200 when HTTP Tunneling",
  },
  PROXY_FAILED: {
    code: "UND_ERR_ABORTED",
    message: "Proxy response (502) !== 200 when HTTP Tunneling",
  },
  FAILED_TO_FETCH: { code: "", message: "", thrown: "Failed to fetch" },
  LOAD_FAILED: { code: "", message: "", thrown: "Load failed" },
  FETCH_FAILED: { code: "", message: "" },
});

export const REFUSAL_CODES: readonly string[] = Object.freeze(Object.keys(REFUSALS));

export function refusal(code: string): Refusal {
  return REFUSALS[code] ?? { code, message: code };
}

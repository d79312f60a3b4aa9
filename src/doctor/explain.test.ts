// Labelled failures of the field, and others in the words of other tools, are all recognised.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { FAILURES } from "../core/failures.ts";
import { explain } from "./explain.ts";

interface Labelled {
  id: string;
  raw: string;
  cause: string;
  transient: boolean;
  retry_after_s: number | null;
}

const recordings = join(import.meta.dirname, "../../test/recordings/errors.jsonl");
const corpus = readFileSync(recordings, "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Labelled);

test("field corpus: at least 95 % of causes, no wrong verdict on retrying, delays as told", () => {
  const wrong = corpus.filter(({ raw, cause }) => explain(raw).cause !== cause).map(({ id }) => id);
  assert.ok(wrong.length <= corpus.length * 0.05, `wrong causes: ${wrong}`);
  for (const { id, raw, transient, retry_after_s } of corpus) {
    const seen = explain(raw);
    assert.equal(seen.transient, transient, id);
    if (retry_after_s !== null && transient) {
      assert.ok(Math.abs((seen.retryAfterMs ?? 0) / 1000 - retry_after_s) < 1, id);
    }
  }
});

const UNSEEN: [text: string, code: string][] = [
  ["curl: (6) Could not resolve host: generativelanguage.googleapis.com", "dns_failure"],
  [
    "curl: (7) Failed to connect to localhost port 8080 after 0 ms: Couldn't connect to server",
    "conn_refused",
  ],
  [
    "curl: (28) Operation timed out after 30001 milliseconds with 1523 bytes received",
    "client_total_timeout",
  ],
  [
    "curl: (28) Failed to connect to generativelanguage.googleapis.com port 443 after 75000 ms: Connection timed out",
    "connect_timeout",
  ],
  [
    "curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to generativelanguage.googleapis.com:443",
    "tls_handshake_cut",
  ],
  ["curl: (52) Empty reply from server", "server_disconnected"],
  ["curl: (56) Recv failure: Connection reset by peer", "conn_reset"],
  ["curl: (60) SSL certificate problem: unable to get local issuer certificate", "tls_intercept"],
  ["curl: (92) HTTP/2 stream 1 was not closed cleanly: INTERNAL_ERROR (err 2)", "h2_stream_reset"],
  [
    "requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='generativelanguage.googleapis.com', port=443): Read timed out. (read timeout=60)",
    "socket_timeout",
  ],
  [
    "requests.exceptions.ChunkedEncodingError: ('Connection broken: IncompleteRead(512 bytes read)', IncompleteRead(512 bytes read))",
    "truncated_stream",
  ],
  [
    "httpx.RemoteProtocolError: peer closed connection without sending complete message body (incomplete chunked read)",
    "truncated_stream",
  ],
  [
    "httpx.RemoteProtocolError: Server disconnected without sending a response.",
    "server_disconnected",
  ],
  ["httpx.ConnectError: [Errno -2] Name or service not known", "dns_failure"],
  [
    "httpx.ConnectError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain (_ssl.c:1006)",
    "tls_intercept",
  ],
  ["httpx.ProxyError: 407 Proxy Authentication Required", "proxy_auth"],
  [
    "aiohttp.client_exceptions.ClientPayloadError: Response payload is not completed",
    "truncated_stream",
  ],
  [
    "TypeError: fetch failed\n  [cause]: Error: getaddrinfo EAI_AGAIN generativelanguage.googleapis.com",
    "dns_failure",
  ],
  [
    "TypeError: fetch failed\n  [cause]: Error: connect ECONNREFUSED 127.0.0.1:7890",
    "conn_refused",
  ],
  [
    "TypeError: fetch failed\n cause: ConnectTimeoutError: Connect Timeout Error code: 'UND_ERR_CONNECT_TIMEOUT'",
    "connect_timeout",
  ],
  ["HeadersTimeoutError: Headers Timeout Error code: 'UND_ERR_HEADERS_TIMEOUT'", "headers_timeout"],
  [
    "FetchError: request to https://generativelanguage.googleapis.com failed, reason: read ECONNRESET",
    "conn_reset",
  ],
  ["AxiosError: timeout of 10000ms exceeded", "client_total_timeout"],
  ["Error: socket hang up", "server_disconnected"],
  [
    'Post "https://generativelanguage.googleapis.com/v1beta/models/x": dial tcp: lookup generativelanguage.googleapis.com: no such host',
    "dns_failure",
  ],
  ['Post "https://x": x509: certificate signed by unknown authority', "tls_intercept"],
  ['Post "https://x": net/http: TLS handshake timeout', "tls_handshake_cut"],
  ["read tcp 10.0.0.2:51234->142.250.1.95:443: read: connection reset by peer", "conn_reset"],
  ["stream error: stream ID 5; INTERNAL_ERROR; received from peer", "h2_stream_reset"],
  [
    "http2: server sent GOAWAY and closed the connection; LastStreamID=1999, ErrCode=NO_ERROR",
    "goaway",
  ],
  ["TypeError: NetworkError when attempting to fetch resource.", "browser_fetch_blocked"],
  ["TypeError: Failed to fetch", "browser_fetch_blocked"],
  [
    "google.api_core.exceptions.ResourceExhausted: 429 Resource has been exhausted (e.g. check quota).",
    "quota_unspecified",
  ],
  [
    "google.api_core.exceptions.ServiceUnavailable: 503 The model is overloaded. Please try again later.",
    "model_overloaded",
  ],
  ["google.api_core.exceptions.DeadlineExceeded: 504 Deadline Exceeded", "deadline"],
  [
    "google.api_core.exceptions.InternalServerError: 500 An internal error has occurred.",
    "internal",
  ],
  [
    "google.api_core.exceptions.PermissionDenied: 403 The caller does not have permission",
    "permission_denied",
  ],
  [
    "google.api_core.exceptions.InvalidArgument: 400 API key not valid. Please pass a valid API key.",
    "key_invalid",
  ],
  [
    "google.api_core.exceptions.FailedPrecondition: 400 User location is not supported for the API use.",
    "region_unsupported",
  ],
  [
    "google.api_core.exceptions.NotFound: 404 models/gemini-ultra is not found for API version v1beta, or is not supported for generateContent.",
    "model_not_found",
  ],
  [
    'litellm.RateLimitError: VertexAIException - {"error":{"code":429,"message":"Resource exhausted. Please try again later. Please refer to https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.","status":"RESOURCE_EXHAUSTED"}}',
    "shared_capacity_exhausted",
  ],
  [
    '[{"error":{"code":400,"message":"API key expired. Please renew the API key.","status":"INVALID_ARGUMENT"}}]',
    "key_expired",
  ],
  ['{"error":{"code":"rate_limit_exceeded","message":"Slow down"}}', "quota_per_minute"],
  ['{"error":{"code":"quota_exceeded","message":"Daily limit"}}', "quota_per_day"],
  ['{"error":{"code":"model_not_found","message":"The model does not exist"}}', "model_not_found"],
  [
    '{"error":{"code":404,"message":"This model models/gemini-1.0-pro is no longer available.","status":"NOT_FOUND"}}',
    "model_retired",
  ],
  [
    "{'error': {'code': 400, 'message': 'Function call is missing a thought_signature in functionCall parts.', 'status': 'INVALID_ARGUMENT'}}",
    "thought_signature_missing",
  ],
  [
    "ServerError: 503 UNAVAILABLE. {'error': {'code': 503, 'message': 'This model is currently experiencing high demand.', 'status': 'UNAVAILABLE'}}",
    "model_overloaded",
  ],
  ["StopCandidateException: finish_reason: SAFETY", "safety_blocked"],
  ["The response was blocked. prompt_feedback: block_reason: OTHER", "prompt_blocked"],
  ["ValueError: Invalid operation: finish_reason is 2 (MAX_TOKENS)", "max_tokens"],
  [
    "InvalidArgument: 400 The input token count (1300000) exceeds the maximum number of tokens allowed (1048576).",
    "context_too_long",
  ],
  [
    "<html><head><title>502 Bad Gateway</title></head><body><center>openresty</center></body></html>",
    "bad_gateway_proxy",
  ],
  [
    "SyntaxError: Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
    "html_instead_of_json",
  ],
  [
    "json.decoder.JSONDecodeError: Unterminated string starting at: line 1 column 37 (char 36)",
    "json_parse_split",
  ],
  ["SyntaxError: Unexpected end of JSON input", "json_parse_split"],
  ["The stream arrives all at once at the end behind nginx", "proxy_buffering"],
  ["Stream hangs forever after a few chunks, no error", "stalled_stream"],
  ["AttributeError: 'list' object has no attribute 'get'", "error_shape_array"],
  ["Error: Stream ended before finish reason", "truncated_stream"],
  ["The request was aborted by the user", "abort_by_client"],
  [
    "google.auth.exceptions.RefreshError: ('invalid_grant: Token has been expired or revoked.')",
    "oauth_invalid",
  ],
  ["401 API keys are not supported by this API. Expected OAuth2 access token", "wrong_auth_kind"],
  ["403 Requests from referer https://foo.example are blocked.", "key_restricted_referrer"],
  [
    "403 PERMISSION_DENIED Your project has been denied access. Consumer has been suspended",
    "consumer_suspended",
  ],
  ["Your prepayment credits are depleted. Please go to AI Studio", "prepay_credits_depleted"],
  [
    "Error 400: Budget 0 is invalid. This model only works in thinking mode.",
    "thinking_config_invalid",
  ],
  ["GenerateContentRequest.contents: contents is not specified", "payload_invalid"],
  ["400 Request contains an invalid argument.", "invalid_argument_unspecified"],
  ["499 CANCELLED The operation was cancelled.", "server_cancelled"],
  ["Error: certificate has expired", "tls_expired"],
  [
    "Quota exceeded for metric: generativelanguage.googleapis.com/generate_requests_per_model_per_day, limit: 0",
    "free_tier_limit_zero",
  ],
  [
    "429 You exceeded your current quota. quotaId: GenerateRequestsPerMinutePerProjectPerModel retryDelay: 12s",
    "quota_per_minute",
  ],
  [
    'grpc._channel._InactiveRpcError: status = StatusCode.UNAVAILABLE details = "failed to connect to all addresses"',
    "connect_timeout",
  ],
  ['grpc: status = StatusCode.DEADLINE_EXCEEDED details = "Deadline Exceeded"', "deadline"],
  ['grpc: StatusCode.UNAVAILABLE details = "GOAWAY received"', "goaway"],
  [
    "invalid JWT: Token must be a short-lived token and in a reasonable timeframe. Check your iat and exp values",
    "clock_skew",
  ],
  ["tunneling socket could not be established, statusCode=403", "proxy_connect_failed"],
  ["Something odd happened", "unknown"],
  ["MALFORMED_FUNCTION_CALL", "malformed_function_call"],
  ["413 Request Entity Too Large nginx", "payload_too_large_gateway"],
  ["Error: 404 Not Found (empty body)", "not_found_no_body"],
];

for (const [text, code] of UNSEEN) {
  test(`explains: ${text.slice(0, 70).replaceAll("\n", " ")}`, () =>
    assert.equal(explain(text).code, code));
}

test("what is explained has a row, and shows no secret", () => {
  const key = `AIza${"k".repeat(35)}`;
  const seen = explain(
    `400 API key not valid. x-goog-api-key: ${key} https://x/?key=${key} someone@example.com`,
  );
  assert.equal(seen.code, "key_invalid");
  assert.ok(!JSON.stringify(seen).includes(key));
  assert.ok(!JSON.stringify(seen).includes("someone@"));
});

test("property: any text is explained without a throw", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      assert.ok(explain(text).code in FAILURES);
    }),
    { numRuns: 300 },
  );
});

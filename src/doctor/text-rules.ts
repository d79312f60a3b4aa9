// What only people paste: tracebacks, prose, other clients' words. Tried in order, before the rules
// that the library itself lives by.
import type { Rule } from "../core/failures.ts";

export const TEXT_RULES: readonly Rule[] = [
  // Who stopped it
  [
    /user aborted|aborted (by|due to) (the )?(user|caller|client)|AbortError|The (user|operation) (was )?aborted a request|This operation was aborted|signal is aborted|CanceledError|context canceled|request (was )?(canceled|cancelled) by (the )?(user|client)/i,
    "abort_by_client",
  ],
  [
    /timeout.{0,60}(cancel|abort|cut|truncat)\w{0,12}.{0,40}(body|stream)|(body|stream).{0,60}(cut|truncat|cancel)\w{0,12} (by|when|after).{0,30}timeout/i,
    "client_timeout_truncates",
  ],
  // Live sessions
  [
    /session not found|(stale|invalid|expired).{0,20}(resumption|session) (handle|token)/i,
    "session_not_found",
  ],
  [
    /\b1008\b.{0,60}(not implemented|not supported|not enabled)|operation is not implemented/is,
    "live_operation_refused",
  ],
  [
    /\b1007\b|(invalid|unknown).{0,40}(setup|frame)\b.{0,40}(message|field)|setup.{0,30}(invalid|unknown)/is,
    "payload_invalid",
  ],
  // Finish and block reasons
  [
    /finish_?reason\W{0,6}(is |was |of |: )?\W{0,3}(MAX_TOKENS|2\b)|\bMAX_TOKENS\b|quick accessor (only works|requires)|max(imum)?[ _](output[ _])?tokens? (was |has been )?reached/i,
    "max_tokens",
  ],
  [/MALFORMED_FUNCTION_CALL|malformed function call/i, "malformed_function_call"],
  [/UNEXPECTED_TOOL_CALL|unexpected tool call/i, "unexpected_tool_call"],
  [/TOO_MANY_TOOL_CALLS/, "too_many_tool_calls"],
  [/\bRECITATION\b|finish_?reason\W{0,4}4\b|recitation/i, "recitation"],
  [/block_?reason|prompt (was )?blocked|BlockedPromptException|prompt_feedback/i, "prompt_blocked"],
  [
    /finish_?reason\W{0,6}(SAFETY|BLOCKLIST|PROHIBITED_CONTENT|SPII|3\b)|StopCandidateException.{0,80}SAFETY|blocked (due to|by|for).{0,20}(safety|SAFETY)|response was blocked/is,
    "safety_blocked",
  ],
  [/finish_?reason\W{0,6}(OTHER|5\b)|FinishReason\.OTHER/i, "finish_other"],
  // Credentials
  [
    /invalid_grant|application default credentials|reauthentication|RefreshError|Getting metadata from plugin failed|could not automatically determine credentials|gcloud auth/i,
    "oauth_invalid",
  ],
  // The name, the address, the proxy
  [/proxy authentication required|CONNECT tunnel failed,? response 407|\b407\b/i, "proxy_auth"],
  [
    /CONNECT tunnel failed|tunnel connection failed|tunneling socket could not be established|Request was cancelled|ProxyError|proxy (refused|responded|returned)|ERR_TUNNEL_CONNECTION_FAILED|UND_ERR_PRX/i,
    "proxy_connect_failed",
  ],
  [
    /not yet valid|clock (skew|is (wrong|behind|ahead))|system (clock|time) is|invalid_jwt|Token must be a short-lived|issued in the future|iat.{0,20}future/i,
    "clock_skew",
  ],
  [
    /certificate has expired|CERT_HAS_EXPIRED|certificate expired|has expired or is not yet valid: current time .{0,40} is after/i,
    "tls_expired",
  ],
  [
    /self[- ]signed|SELF_SIGNED|unable to (get local issuer|verify)|UNABLE_TO_|CERTIFICATE_VERIFY_FAILED|unknown (ca|authority)|PKIX path|SSL certificate problem|curl: \(60\)|SEC_ERROR_UNKNOWN_ISSUER|ERR_CERT_AUTHORITY/i,
    "tls_intercept",
  ],
  [
    /bad[_ ]record[_ ]mac|decryption[_ ]failed|DECRYPTION_FAILED|tls alert (?!handshake)|ssl3_read_bytes|ssl3_get_record|record layer failure/i,
    "tls_record_error",
  ],
  [
    /before secure TLS|SSL_ERROR_SYSCALL|EOF occurred in violation|curl: \(35\)|TLS handshake (timeout|error|failed)|handshake (failed|failure|timed out|operation timed out)|UNEXPECTED_EOF_WHILE_READING|remote error: tls|ERR_SSL_PROTOCOL_ERROR/i,
    "tls_handshake_cut",
  ],
  [
    /ENOTFOUND|EAI_AGAIN|getaddrinfo|Name or service not known|nodename nor servname|no such host|could not resolve host|curl: \(6\)|NameResolutionError|Temporary failure in name resolution|Failed to resolve|UnknownHostException|DNS resolution failed|ERR_NAME_NOT_RESOLVED|no healthy upstream dns/i,
    "dns_failure",
  ],
  [
    /ECONNREFUSED|connection refused|actively refused|curl: \(7\)|ERR_CONNECTION_REFUSED|Errno 111|WinError 10061/i,
    "conn_refused",
  ],
  // HTTP/2 and gRPC
  [/GOAWAY|ENHANCE_YOUR_CALM|too_many_pings/i, "goaway"],
  [
    /RST_STREAM|ERR_HTTP2|HTTP\/2 stream|http2: stream|curl: \(92\)|NGHTTP2|HTTP2_PROTOCOL_ERROR|stream error: stream ID/i,
    "h2_stream_reset",
  ],
  [
    /Stream removed|other side closed|socket hang up|RemoteDisconnected|server disconnected|without sending a?n?y? ?response|curl: \(52\)|empty reply from server|ServerDisconnectedError|unexpected end of stream on/i,
    "server_disconnected",
  ],
  [
    /incomplete chunked read|without sending complete message|payload is not completed|IncompleteRead|IncompleteMessage|PREMATURE_CLOSE|premature (close|end)|missing finish ?reason|without (completing|a finish|finish)|ended (unexpectedly|prematurely|without|before)|(stream|response).{0,60}(cut off|truncated|cuts? (off|mid))|transfer closed with|curl: \(18\)|ERR_INCOMPLETE_CHUNKED|unexpected EOF|ClientPayloadError|ChunkedEncodingError|TypeError: terminated\b(?!.{0,400}(other side|UND_ERR_SOCKET|ECONNRESET))|finish_reason.{0,20}(missing|never|None\b)/is,
    "truncated_stream",
  ],
  [
    /ECONNRESET|connection reset|Socket closed|EPIPE|broken pipe|Transport closed|curl: \(56\)|forcibly closed|Errno 104|ERR_CONNECTION_(RESET|CLOSED)|network connection was lost|connection (was )?(aborted|closed|dropped)|UND_ERR_SOCKET/i,
    "conn_reset",
  ],
  // Clocks of clients
  [
    /UND_ERR_CONNECT_TIMEOUT|connect ?timeout|ConnectTimeout|connection timed out|\[ETIMEDOUT\]|ETIMEDOUT|failed to connect to all addresses|curl: \(28\).{0,40}connect|dial tcp.{0,60}i\/o timeout|EHOSTUNREACH|ENETUNREACH|network is unreachable|ERR_CONNECTION_TIMED_OUT/is,
    "connect_timeout",
  ],
  [/headers ?timeout|UND_ERR_HEADERS_TIMEOUT|awaiting (response )?headers/i, "headers_timeout"],
  [/body ?timeout|UND_ERR_BODY_TIMEOUT/i, "body_timeout"],
  [
    /HEADERS_OVERFLOW|HPE_HEADER_OVERFLOW|headers overflow|header fields too large/i,
    "headers_overflow",
  ],
  [
    /read(ing)? timed out|ReadTimeout|socket\.timeout|The read operation timed out|SocketTimeout|SocketTimeoutException/i,
    "socket_timeout",
  ],
  [
    /total timeout|TimeoutError: The operation was aborted due to timeout|Timeout of \d+ ?ms exceeded|timeout of \d+ms|curl: \(28\)|Client\.Timeout|context deadline exceeded \(Client|asyncio\.?TimeoutError|operation timed out after|Request timed out/i,
    "client_total_timeout",
  ],
  // Streams
  [
    /buffer(s|ed|ing)?\b.{0,80}(proxy|nginx|cloudflare|response|stream|sse|whole|all at once)|(proxy|nginx|cloudflare|stream|chunks?).{0,80}\bbuffer(s|ed|ing)?\b|(arrive|come|delivered|received)s? (all )?(at once|in one (burst|go|chunk))/is,
    "proxy_buffering",
  ],
  [
    /loading (state )?forever|never (completes|finishes|ends)|halts? (mid|in the middle)|hangs? (forever|indefinitely|mid)|stuck (at|in|on|while)|no (data|chunks?|output|progress|bytes) (for|in|received)|stall(s|ed)?\b|idle timeout|stops? (responding|streaming) (mid|half)/i,
    "stalled_stream",
  ],
  [
    /empty (stream|response|content|reply|text|completion)|(0|zero|no) (tokens|chunks|candidates|events)|no content (was )?(returned|received)|returned nothing|candidates.{0,12}(is |are )?(empty|\[\])/i,
    "empty_response",
  ],
  [
    /\[DONE\]|Unexpected token 'd', "data: |event: .{0,30}is not valid JSON|SSE (parse|parsing)|failed to parse sse/i,
    "sse_parse",
  ],
  [
    /(:generateContent\b|unary).{0,60}(alt=sse|as (a )?(stream|sse))|streamGenerateContent instead|not (a )?text\/event-stream|wrong endpoint.{0,20}stream|expected.{0,20}text\/event-stream.{0,30}(got|received).{0,10}application\/json/is,
    "wrong_endpoint_for_streaming",
  ],
  [
    /Unexpected token '?<|is not valid JSON.{0,40}<|<!doctype.{0,30}is not valid JSON|Unexpected character.{0,8}<|invalid character '<'|JSONDecodeError.{0,60}char 0/is,
    "html_instead_of_json",
  ],
  [
    /Incomplete JSON|Unterminated string|Unexpected end of (JSON|input|data)|Expecting (value|property name|',' delimiter|':')|unexpected end of JSON|is not valid JSON|JSONDecodeError|JSON\.parse|(failed|unable|could not) to (parse|decode).{0,20}(json|chunk)|partial json|EOF while parsing/i,
    "json_parse_split",
  ],
  [
    /(error|response).{0,40}(is )?(wrapped in )?an? (array|list)|list indices must be integers|'list' object has no attribute|array-wrapped/i,
    "error_shape_array",
  ],
  [
    /Cannot read propert(y|ies) of (undefined|null).{0,40}(error|message|status|code|details)|undefined is not an object.{0,40}error|(has no attribute|KeyError).{0,20}'?error/i,
    "parse_error_body",
  ],
  // Browser and nothing else known
  [
    /Load failed|NetworkError when attempting|Failed to fetch|CORS|ERR_BLOCKED_BY_CLIENT/i,
    "browser_fetch_blocked",
  ],
];

/** Tried when nothing else fits. */
export const LAST_RULES: readonly Rule[] = [
  [
    /\b404\b.{0,40}(empty body|no body|without a body)|(empty|no) body.{0,20}\b404\b/is,
    "not_found_no_body",
  ],
  [/\b(is not specified|is missing|missing required|must not be empty)/i, "payload_invalid"],
  [
    /that.s an error.{0,200}(try again in|temporary error|that.s all we know)|Error 50\d \(Server Error\)/is,
    "google_frontend_5xx",
  ],
  [
    /50[24]:? (gateway time-?out|a timeout occurred)|524|gateway time-?out|cf-error|a timeout occurred|504 gateway/i,
    "gateway_timeout_proxy",
  ],
  [
    /502:? bad gateway|bad gateway|nginx|upstream connect error|no healthy upstream/i,
    "bad_gateway_proxy",
  ],
  [
    /fetch failed|failed sending request|APIConnectionError|network error|Connection error/i,
    "fetch_failed_unknown",
  ],
  [/\{"[\w]+":[^}]*$/s, "json_parse_split"],
];

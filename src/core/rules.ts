// What failures look like, as data: words of messages, canonical statuses, platform codes. The first
// rule that fits wins, so the more telling ones stand first.
import type { FailureCode } from "./failure-table.ts";

/** A pattern, and the failure that it gives away. */
export type Rule = readonly [pattern: RegExp, code: FailureCode];

/** Words in an API's error message, or in its details' reasons. */
export const MESSAGE_RULES: readonly Rule[] = [
  [/reported as leaked|key.{0,40}\bleaked/i, "key_leaked_blocked"],
  [/key.{0,24}expired|renew the api key/i, "key_expired"],
  [/api[ _]key not found/i, "key_not_found"],
  [
    /API_KEY_HTTP_REFERRER|API_KEY_(IP_ADDRESS|ANDROID|IOS)|refer+er .{0,80}blocked|(ip address|application).{0,60}\b(restriction|blocked)/i,
    "key_restricted_referrer",
  ],
  [/API_KEY_SERVICE_BLOCKED|requests to this api .{0,160}blocked/i, "key_restricted_service"],
  [/CONSUMER_SUSPENDED|has been suspended/i, "consumer_suspended"],
  [
    /unregistered callers|without established identity|missing.{0,12}api[ _]key|api[ _]key.{0,20}(is )?(missing|required|not (set|provided))|no api[ _-]key/i,
    "key_missing",
  ],
  [
    /API_KEY_INVALID|api[ _]key not valid|(invalid|incorrect) api[ _]key|pass a valid api key/i,
    "key_invalid",
  ],
  [
    /api keys? (are|is) not supported|CREDENTIALS_MISSING|cannot be used with api key/i,
    "wrong_auth_kind",
  ],
  [
    /invalid_grant|invalid_rapt|reauth|(invalid|expired) (authentication|access|oauth)\b.{0,24}|ACCESS_TOKEN_(EXPIRED|TYPE_UNSUPPORTED)|token has been expired or revoked/i,
    "oauth_invalid",
  ],
  [
    /SERVICE_DISABLED|accessNotConfigured|has not been used in project .{0,80}|api .{0,60}(is|was) (disabled|not enabled)/i,
    "api_not_enabled",
  ],
  [
    /prepay(ment|aid)?\b.{0,40}credit|credits? .{0,30}(depleted|used up|exhausted)|payment_required/i,
    "prepay_credits_depleted",
  ],
  [
    /location is not supported|(country|region|territory).{0,40}not (supported|available)|not available in your (country|region|location)/i,
    "region_unsupported",
  ],
  [
    /no longer (available|supported)|has been (retired|deprecated|shut ?down)|was (retired|shut ?down)|is deprecated/i,
    "model_retired",
  ],
  [/ending with a model turn|requests? ends? with a user role/i, "model_turn_refused"],
  [/thought_?signature/i, "thought_signature_missing"],
  [
    /function (call|response) (turn|parts?)|number of function (response|call)|functionResponse.{0,40}(follow|match)/i,
    "function_call_order",
  ],
  [
    /too many states|schema.{0,60}too (complex|large|deep)|exceeds.{0,30}nesting|too much branching/i,
    "schema_too_complex",
  ],
  [
    /unknown name ["'\\]+(additionalProperties|\$schema|\$ref|\$defs|oneOf|anyOf|allOf|const|not|default|examples?|exclusiveM\w+|patternProperties|propertyNames|title|strict|definitions|if|then|pattern|uniqueItems|min\w+|max\w+)\b|(function_?declarations|response_?(json_?)?schema|tools).{0,120}(schema|type|properties|should be non-empty|enum|items|missing field|invalid)|response_?schema/i,
    "schema_invalid",
  ],
  [
    /unknown name|cannot find field|unknown (field|parameter)|parameter_unknown|unrecognized (field|parameter|request argument)/i,
    "unknown_field",
  ],
  [
    /(thinking_?budget|thinking_?level|\bbudget -?\d+ is invalid|thinking mode|thinking is not supported|disable thinking|thinking_?config)/i,
    "thinking_config_invalid",
  ],
  [
    /HarmBlockThreshold|harm.{0,40}(threshold|block).{0,60}(restricted|not allowed)|safety.?settings?.{0,60}(restricted|not allowed|allowlist)/i,
    "safety_setting_restricted",
  ],
  [/deadline .{0,20}too short|minimum allowed deadline/i, "deadline_too_short"],
  [
    /token.{0,60}(exceeds?|exceeded|greater than|larger than|over).{0,60}(max|limit|allowed|supported|number)|context (length|window).{0,40}(exceed|too)|(prompt|input|context) is too long|maximum context/i,
    "context_too_long",
  ],
  [
    /(request )?payload size exceeds|(message|request|content).{0,30}(size|length).{0,30}(exceeds|too large|larger than)|inline data.{0,40}(exceed|too large)/i,
    "payload_too_large",
  ],
  [
    /(access|read) the file|file .{0,80}(not exist|not found|permission|expired)|\bfiles\/[\w-]+.{0,60}(not|permission)/i,
    "file_not_found_or_denied",
  ],
  [
    /\binteractions?\b.{0,120}(not found|does not exist|was deleted|has expired)/i,
    "interaction_not_found",
  ],
  [/session not found|resumption handle/i, "session_not_found"],
  [/is not found for api version/i, "model_not_found"],
  [
    /publisher model|not (available|served|supported) in (this |the )?(location|region)/i,
    "model_not_in_location",
  ],
  [
    /operation is not implemented|not (supported|available) for (generateContent|streamGenerateContent|bidi|predict)\w*(?!.{0,20}call ListModels)|does not support (bidi|streaming|this (method|operation)|generateContent|function calling|the requested)|multimodal live|(modalit(y|ies)|developer instruction|tool use|code execution|search) .{0,60}not (enabled|supported)/i,
    "model_not_supporting_method",
  ],
  [
    /\bmodels?\/\S{1,80} (is |was )?not found|model.{0,80}(not found|does not exist)|model_not_found|unexpected model name/i,
    "model_not_found",
  ],
  [/overloaded|high demand|capacity.{0,40}model|MODEL_CAPACITY/i, "model_overloaded"],
  [/deadline (expired|exceeded)|DEADLINE_EXCEEDED|stream timeout|took too long/i, "deadline"],
  [/operation was cancel+ed|\bCANCELLED\b/i, "server_cancelled"],
  [/operation was aborted|\bstatus ABORTED\b/i, "aborted_by_server"],
  [
    /service is (currently )?unavailable|temporarily unavailable|backendError/i,
    "service_unavailable",
  ],
  [/internal (server )?error|an? internal|INTERNAL_ERROR/i, "internal"],
  [
    /maximum request body size|request entity too large|body (size )?(limit|too large)|content too large/i,
    "payload_too_large_gateway",
  ],
  [
    /does not have permission|permission.{0,40}denied|IAM_PERMISSION_DENIED|caller does not|not authorized|forbidden/i,
    "permission_denied",
  ],
  [
    /invalid json payload|invalid value (at|for)|field.{0,40}(required|invalid|violation)|must be|is required|should be|expected .{0,40}(got|but)|setup message|invalid_request/i,
    "payload_invalid",
  ],
];

/** When the words say nothing: Google's canonical status. */
export const STATUS_CODES: Readonly<Record<string, FailureCode>> = {
  CANCELLED: "server_cancelled",
  INVALID_ARGUMENT: "invalid_argument_unspecified",
  FAILED_PRECONDITION: "invalid_argument_unspecified",
  OUT_OF_RANGE: "invalid_argument_unspecified",
  DEADLINE_EXCEEDED: "deadline",
  NOT_FOUND: "model_not_found",
  ALREADY_EXISTS: "conflict",
  ABORTED: "aborted_by_server",
  PERMISSION_DENIED: "permission_denied",
  UNAUTHENTICATED: "oauth_invalid",
  UNIMPLEMENTED: "not_implemented",
  UNKNOWN: "internal",
  INTERNAL: "internal",
  DATA_LOSS: "internal",
  UNAVAILABLE: "service_unavailable",
};

/** When there is no status either: the number. */
export const HTTP_CODES: Readonly<Record<number, FailureCode>> = {
  400: "invalid_argument_unspecified",
  401: "oauth_invalid",
  402: "prepay_credits_depleted",
  403: "permission_denied",
  404: "model_not_found",
  405: "not_implemented",
  407: "proxy_auth",
  408: "deadline",
  409: "conflict",
  410: "stream_expired",
  413: "payload_too_large_gateway",
  429: "quota_unspecified",
  431: "headers_overflow",
  499: "server_cancelled",
  500: "internal",
  501: "not_implemented",
  502: "bad_gateway_proxy",
  503: "service_unavailable",
  504: "deadline",
};

/** String codes of the Interactions API and of OpenAI-shaped bodies. */
export const WORD_CODES: Readonly<Record<string, FailureCode>> = {
  already_exists: "conflict",
  aborted: "aborted_by_server",
  too_many_requests: "quota_per_minute",
  api_error: "internal",
  unimplemented: "not_implemented",
  service_unavailable: "service_unavailable",
  safety: "safety_blocked",
  recitation: "recitation",
  language: "language_blocked",
  prohibited_content: "safety_blocked",
  spii: "safety_blocked",
  blocklist: "safety_blocked",
  content_blocked: "safety_blocked",
  image_safety: "image_blocked",
  image_prohibited_content: "image_blocked",
  image_recitation: "recitation",
  image_other: "finish_other",
  no_image: "finish_other",
  malformed_function_call: "malformed_function_call",
  malformed_tool_call: "malformed_function_call",
  unexpected_tool_call: "unexpected_tool_call",
  too_many_tool_calls: "too_many_tool_calls",
  missing_thought_signature: "thought_signature_missing",
  interaction_failed: "interaction_failed",
  interaction_cancelled: "interaction_cancelled",
  invalid_request: "payload_invalid",
  invalid_request_error: "payload_invalid",
  parameter_unknown: "unknown_field",
  failed_precondition: "invalid_argument_unspecified",
  out_of_range: "invalid_argument_unspecified",
  authentication: "key_invalid",
  invalid_api_key: "key_invalid",
  payment_required: "payment_required",
  permission_denied: "permission_denied",
  not_found: "model_not_found",
  model_not_found: "model_not_found",
  rate_limit_exceeded: "quota_per_minute",
  quota_exceeded: "quota_per_day",
  insufficient_quota: "quota_plan_exhausted",
  conflict: "conflict",
  internal: "internal",
  internal_error: "internal",
  server_error: "internal",
  unavailable: "service_unavailable",
  overloaded: "model_overloaded",
  deadline_exceeded: "deadline",
  cancelled: "server_cancelled",
};

/** Error codes and words of Node, undici, browsers and TLS, along the chain of causes. */
export const THROWN_RULES: readonly Rule[] = [
  [/CERT_NOT_YET_VALID|not yet valid/i, "clock_skew"],
  [/CERT_HAS_EXPIRED|certificate has expired/i, "tls_expired"],
  [
    /SELF_SIGNED|self[- ]signed|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|unable to (get local issuer|verify the first)|CERT_UNTRUSTED|CERT_SIGNATURE|ALTNAME_INVALID|certificate (verify failed|signed by unknown)|unknown ca\b|DEPTH_ZERO/i,
    "tls_intercept",
  ],
  [
    /before secure TLS|SSL_ERROR_SYSCALL|handshake (failed|failure|timed? ?out|cut|eof)|TLS handshake|EPROTO.{0,60}(wrong version|packet length)|WRONG_VERSION_NUMBER|ERR_SSL_(WRONG|PACKET|UNEXPECTED)/i,
    "tls_handshake_cut",
  ],
  [/bad[_ ]record[_ ]mac|decryption failed|ERR_SSL|EPROTO|ssl3_|tls alert/i, "tls_record_error"],
  [/proxy (response|authentication)?.{0,30}407|407 proxy/i, "proxy_auth"],
  [
    /proxy response|CONNECT tunnel|proxy.{0,40}(refused|failed)|ERR_TUNNEL|Request was cancelled/i,
    "proxy_connect_failed",
  ],
  [/ENOTFOUND|EAI_AGAIN|EAI_FAIL|ENODATA|getaddrinfo|ERR_NAME_NOT_RESOLVED/i, "dns_failure"],
  [/ECONNREFUSED|ERR_CONNECTION_REFUSED|connection refused/i, "conn_refused"],
  [
    /UND_ERR_CONNECT_TIMEOUT|connect timeout|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_CONNECTION_TIMED_OUT/i,
    "connect_timeout",
  ],
  [/UND_ERR_HEADERS_TIMEOUT|headers timeout/i, "headers_timeout"],
  [/UND_ERR_BODY_TIMEOUT|body timeout/i, "body_timeout"],
  [/UND_ERR_HEADERS_OVERFLOW|HPE_HEADER_OVERFLOW/i, "headers_overflow"],
  [/GOAWAY/i, "goaway"],
  [/ERR_HTTP2|RST_STREAM|NGHTTP2|HTTP2_PROTOCOL_ERROR/i, "h2_stream_reset"],
  [/other side closed|socket hang up|server disconnected/i, "server_disconnected"],
  [
    /ECONNRESET|EPIPE|ECONNABORTED|ERR_CONNECTION_(RESET|CLOSED)|UND_ERR_SOCKET|network connection was lost/i,
    "conn_reset",
  ],
  [
    /ERR_STREAM_PREMATURE_CLOSE|premature (close|end)|\bterminated\b|Z_(BUF|DATA)_ERROR|incorrect header check|unexpected end of file|aborted.{0,20}body/i,
    "truncated_stream",
  ],
  [/TimeoutError|timed? ?out/i, "client_total_timeout"],
  [/Load failed|NetworkError when|Failed to fetch|network error/i, "browser_fetch_blocked"],
  [/fetch failed|failed to pipe|sending request/i, "fetch_failed_unknown"],
];

/** The code of the first rule whose pattern is found in the text. */
export function matchRule(rules: readonly Rule[], text: string): FailureCode | undefined {
  return rules.find(([pattern]) => pattern.test(text))?.[1];
}

/** Only what the table itself says: words such as `constructor` come from elsewhere. */
export function lookUp<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

// The table of failures: every way a stream can end badly, what it means, whether waiting helps, and
// the next move. `docs/failures.md` tells each at length; a test keeps the two equal. The table is
// loaded when the first trouble comes; streams that go well never read it.
import { redact } from "./redact.ts";

/** The group a failure belongs to. */
export type FailureKind =
  | "key"
  | "config"
  | "request"
  | "quota"
  | "blocked"
  | "limit"
  | "network"
  | "upstream"
  | "stream"
  | "client"
  | "gateway"
  | "unknown";

/** What is known of a failure by its code alone. */
export interface FailureRow {
  code: FailureCode;
  /** The slug under which the field knows this cause. */
  cause: string;
  kind: FailureKind;
  meaning: string;
  /** Whether the same request may work later. */
  transient: boolean;
  /** Whether an answer that was broken so may be continued. */
  resumable: boolean;
  /** HTTP status under which a gateway passes it on. */
  status: number;
  /** The next move. */
  next: string;
  /** Most attempts worth making for this alone. */
  tries?: number;
  docs: string;
}

type Flag = "" | "t" | "tr" | `t${number}` | `tr${number}`;
type Row = readonly [flag: Flag, status: number, meaning: string, next: string, cause?: string];

/** Flags: `t` transient, `r` resumable, a digit caps the attempts. */
// biome-ignore format: a row a line
const rows = {
  key: {
    key_missing: ["", 401, "No API key reached Google.", "Set GEMINI_API_KEY; check that no proxy strips x-goog-api-key."],
    key_invalid: ["", 401, "Google rejects the API key.", "Copy the key again from AI Studio; check for spaces and quotes."],
    key_expired: ["", 401, "The API key has expired.", "Create a new key and replace the old one."],
    key_not_found: ["", 401, "No such API key exists.", "Check the key in AI Studio; a new one needs minutes to spread."],
    key_leaked_blocked: ["", 403, "Google blocked this key as leaked.", "Revoke it, create a new one, and purge it from code and logs."],
    key_restricted_referrer: ["", 403, "The key is limited to other referrers, apps or addresses.", "Lift the application restriction, or use a server key."],
    key_restricted_service: ["", 403, "The key may not use the Gemini API.", "Add the Generative Language API to the key's restrictions."],
    consumer_suspended: ["", 403, "The key's project is suspended.", "Use another project, or appeal in the Cloud console."],
    oauth_invalid: ["", 401, "The access token or its refresh is invalid.", "Log in again: gcloud auth application-default login."],
    wrong_auth_kind: ["", 401, "This endpoint does not take this kind of credential.", "Use an API key for Gemini, an OAuth token for Vertex."],
    permission_denied: ["", 403, "The account lacks a permission.", "Check the key's project and role; list models with the same key."],
    api_not_enabled: ["", 403, "The API is not enabled in the key's project.", "Open the link in the message, enable it, wait five minutes."],
    payment_required: ["", 402, "Prepaid credit is used up.", "Top up the credit of the project that owns the key.", "prepay_credits_depleted"],
    prepay_credits_depleted: ["", 402, "Prepaid credit is used up.", "Top up the credit of the project that owns the key."],
    region_unsupported: ["", 403, "Google does not serve this location.", "Send from a supported region, or enable billing."],
  },
  quota: {
    quota_per_minute: ["tr", 429, "Too many requests this minute.", "Wait as told, send more slowly, or raise the quota."],
    quota_tokens_per_minute: ["tr", 429, "Too many tokens this minute.", "Wait up to a minute; a prompt above the limit must shrink."],
    quota_per_day: ["", 429, "The daily quota is used up.", "Switch the model or wait for midnight Pacific time."],
    quota_plan_exhausted: ["", 429, "The plan's quota is used up.", "Try once in a minute; then change project, model or plan."],
    quota_unspecified: ["tr", 429, "Some quota is exhausted; Google does not say which.", "Slow down; look at the rate-limit page of AI Studio."],
    free_tier_limit_zero: ["", 429, "This key has no quota for this model.", "Switch to a current model, or enable billing; waiting is useless."],
    region_quota_zero: ["", 429, "The region you send from has no quota.", "Send from another region; waiting is useless."],
    shared_capacity_exhausted: ["tr", 429, "The shared capacity is busy.", "Retry later, change region, or buy provisioned throughput."],
  },
  request: {
    model_not_found: ["", 404, "No such model here, or not for this method.", "List the models with the same key; check the API version."],
    model_retired: ["", 404, "The model is retired.", "Move to its successor."],
    model_not_in_location: ["", 404, "The model is not served in this Vertex location.", "Set the location to global or to a listed region."],
    model_not_supporting_method: ["", 400, "The model does not support this operation.", "Check modality and tools, or use another model."],
    live_operation_refused: ["t2", 400, "A live session refused the operation.", "Check modality and tools, or try another live model.", "model_not_supporting_method"],
    model_turn_refused: ["", 400, "The model takes no request that ends with a model turn.", "End the contents with a user turn.", "invalid_argument_unspecified"],
    invalid_argument_unspecified: ["", 400, "Google rejects the request without naming a field.", "Leave out tools, then config, then media, to find the part."],
    payload_invalid: ["", 400, "The request has an invalid field.", "Correct the field that the message names."],
    unknown_field: ["", 400, "The request has a field this API does not know.", "Drop the named field, or change the API version."],
    schema_invalid: ["", 400, "A schema uses keywords the API does not take.", "Use parametersJsonSchema, or strip the named keywords."],
    schema_too_complex: ["", 400, "The schema is too complex to serve.", "Use fewer tools, shorter enums, fewer nested arrays."],
    context_too_long: ["", 400, "The prompt has more tokens than the model takes.", "Shorten the history to the limit in the message."],
    payload_too_large: ["", 413, "The request body is too large.", "Upload media through the File API, or send less."],
    payload_too_large_gateway: ["", 413, "A gateway in front refuses a body of this size.", "Raise that gateway's body limit, or send less."],
    function_call_order: ["", 400, "A function call or its response stands out of order.", "Put each call after a user turn and its response right after."],
    thought_signature_missing: ["", 400, "A function call came back without its thought signature.", "Send thoughtSignature back unchanged with its part."],
    thinking_config_invalid: ["", 400, "The model does not take this thinking setting.", "Leave thinkingBudget out, or use thinkingLevel."],
    safety_setting_restricted: ["", 400, "This safety threshold needs special access.", "Use BLOCK_ONLY_HIGH, or OFF where it is allowed."],
    deadline_too_short: ["", 400, "The deadline sent is below the allowed minimum.", "Raise the timeout to ten seconds or more."],
    file_not_found_or_denied: ["", 404, "The file is gone or belongs to another project.", "Upload it again with the same key; files live two days."],
    interaction_not_found: ["", 404, "The interaction is not kept, or not any more.", "Check its id; stored ones live a day, or 55 on a paid tier.", "session_not_found"],
    session_not_found: ["", 404, "The session to resume does not exist any more.", "Start a new session."],
    request_invalid: ["", 400, "The request is not complete or not valid.", "Correct the field named in the message.", "payload_invalid"],
  },
  blocked: {
    prompt_blocked: ["", 422, "The prompt is blocked by policy.", "Change the prompt or the history; a retry is blocked again."],
    safety_blocked: ["", 422, "The answer is blocked by policy.", "Change the wording or the model; the text so far is kept."],
    recitation: ["t2", 422, "The answer came too close to its sources.", "Rephrase, or raise the temperature, and ask once more."],
    language_blocked: ["", 422, "The answer is in a language the model does not support.", "Ask for a supported language.", "safety_blocked"],
    image_blocked: ["", 422, "The image is blocked by policy.", "Change the wording of the image request.", "safety_blocked"],
  },
  limit: {
    max_tokens: ["", 200, "The answer reached its own output limit.", "Raise maxOutputTokens, or ask it to go on."],
  },
  upstream: {
    model_overloaded: ["tr", 503, "The model is overloaded.", "Retry with backoff, or switch to another model."],
    service_unavailable: ["tr", 503, "The service is unavailable.", "Retry with backoff; look at the status page."],
    internal: ["tr", 500, "Google had an internal error.", "Retry; if it repeats three times, simplify the request."],
    deadline: ["tr", 504, "Google did not finish in its time.", "Retry once, then ask for less output or stream it."],
    server_cancelled: ["tr", 499, "Google cancelled the operation.", "Retry with backoff."],
    aborted_by_server: ["tr", 409, "Google aborted the operation.", "Retry the whole request with backoff."],
    google_frontend_5xx: ["tr", 502, "Google's front end had a temporary error.", "Retry in 30 seconds."],
    bad_gateway_proxy: ["tr", 502, "A proxy could not reach what is behind it.", "Check the proxy's upstream and TLS; retry."],
    gateway_timeout_proxy: ["tr", 504, "A proxy gave up waiting.", "Raise that proxy's timeout; look at whose page it is."],
    interaction_failed: ["", 502, "Google says that the interaction failed.", "Look at its errors; create it again.", "internal"],
    interaction_cancelled: ["", 499, "The interaction was cancelled.", "Create it again if it is still wanted.", "server_cancelled"],
    conflict: ["t", 409, "The request conflicts with another.", "Retry with backoff.", "aborted_by_server"],
    not_implemented: ["", 501, "The endpoint does not implement this.", "Check the path, the method and the API version.", "model_not_supporting_method"],
  },
  network: {
    dns_failure: ["tr", 502, "The host name could not be resolved.", "Check DNS, VPN and ad blocker; retry."],
    conn_refused: ["", 502, "Nothing listens at that address.", "Check the host, the port and the local proxy."],
    conn_reset: ["tr", 502, "The connection was reset.", "Retry with backoff."],
    connect_timeout: ["tr", 504, "The connection could not be made in time.", "Check network and proxy; retry."],
    socket_timeout: ["tr", 504, "The socket was silent too long.", "Stream the answer, or raise the timeout."],
    headers_timeout: ["tr", 504, "No response headers came in time.", "Retry; raise the headers clock for slow models."],
    body_timeout: ["tr", 504, "The body was silent too long.", "Retry; use an idle clock that fits the model."],
    client_total_timeout: ["tr", 504, "The client's total timeout fired while bytes came.", "Use an idle timeout instead of a total one."],
    total_timeout: ["tr", 504, "The attempt lived longer than it may.", "Resume, or raise the total clock.", "client_total_timeout"],
    goaway: ["tr", 502, "The server closed the connection gracefully.", "Retry at once on a new connection."],
    h2_stream_reset: ["tr", 502, "The HTTP/2 stream was reset.", "Retry on a new connection; try HTTP/1.1 if it repeats."],
    server_disconnected: ["tr", 502, "The other side closed the connection.", "Retry on a new connection; use keep-alive."],
    tls_handshake_cut: ["tr", 502, "The connection was cut during the TLS handshake.", "Check firewall and proxy; try IPv4 only."],
    tls_record_error: ["tr", 502, "TLS records were damaged.", "Retry; look for an intercepting proxy or bad network gear."],
    tls_intercept: ["", 502, "The TLS certificate is not trusted.", "Add your company's root CA: NODE_EXTRA_CA_CERTS."],
    tls_expired: ["", 502, "The TLS certificate has expired.", "Check the local clock, then who issued the certificate."],
    clock_skew: ["", 502, "The local clock is wrong.", "Set the clock by NTP."],
    headers_overflow: ["", 502, "The response headers are too large.", "Raise maxHeaderSize on the dispatcher."],
    proxy_auth: ["", 502, "The proxy wants credentials.", "Put user:password, percent-encoded, into HTTPS_PROXY."],
    proxy_connect_failed: ["", 502, "The proxy refused to connect.", "Try CONNECT by hand to see the proxy's status."],
    browser_fetch_blocked: ["tr", 502, "The browser could not make the request.", "Check network, CORS and blockers; retry."],
    fetch_failed_unknown: ["tr", 502, "The request failed and its cause is hidden.", "Look at the error's cause; update the client library."],
    redirect_refused: ["", 502, "The server redirects to another address.", "Set the base URL to the final address; keys are not sent on.", "html_instead_of_json"],
    gateway_gone: ["tr", 503, "The gateway cannot be reached.", "It is tried again by itself; check that it runs.", "conn_refused"],
  },
  stream: {
    truncated_stream: ["tr", 502, "The stream was cut before its end.", "Retry or resume; shorten very long answers."],
    end_unverified: ["tr", 502, "The stream ended without a finish reason.", "Resume to check; the text may be whole or cut.", "truncated_stream"],
    empty_response: ["tr3", 502, "The answer was empty.", "Retry once; then compare with a unary request."],
    stalled_stream: ["tr", 504, "The stream stayed open but made no progress.", "Close it and resume."],
    first_timeout: ["tr", 504, "No content came in time.", "Retry; raise the first clock for models that think long.", "stalled_stream"],
    frame_malformed: ["tr", 502, "The stream held bytes that are no event.", "Resume; look for a proxy that alters bodies.", "json_parse_split"],
    json_parse_split: ["tr", 502, "JSON was parsed before all of it had come.", "Buffer until the blank line; never parse a network chunk."],
    utf8_invalid: ["tr", 502, "The stream held bytes that are no text.", "Resume; look for a proxy that alters bodies.", "json_parse_split"],
    sse_parse: [
      "",
      502,
      "A frame that is no JSON was parsed as JSON.",
      "Skip [DONE] and comment frames.",
    ],
    event_too_large: ["", 502, "One event is larger than the limit.", "Raise maxEventBytes.", "payload_too_large"],
    html_instead_of_json: ["", 502, "A web page came back instead of an answer.", "Check base URL, proxy and login page."],
    error_shape_array: ["", 502, "The error is wrapped in an array.", "Unwrap it, then read the error inside."],
    not_found_no_body: ["", 404, "404 without a body: not Gemini's own.", "Check the base URL and the path; try curl."],
    wrong_endpoint_for_streaming: ["", 502, "A unary answer was read as a stream.", "Call :streamGenerateContent with alt=sse."],
    proxy_buffering: ["", 502, "Something in between holds the stream back.", "Send X-Accel-Buffering: no; disable transforms."],
    parse_error_body: ["t", 502, "The client crashed on an error body.", "Look at the raw status and body; update the client."],
    malformed_function_call: ["t3", 502, "The model made a malformed function call.", "Retry; simplify the function's schema."],
    unexpected_tool_call: ["t3", 502, "The model called a tool that was not declared.", "Retry, or declare the tool in the message."],
    too_many_tool_calls: ["t2", 502, "The model called tools too often.", "Retry; ask for fewer steps.", "unexpected_tool_call"],
    malformed_response: ["t3", 502, "The model's answer was malformed.", "Retry.", "finish_other"],
    finish_other: ["t2", 502, "The model stopped for a reason it does not give.", "Retry once, changed a little; then take it as policy."],
    finish_unknown: ["", 502, "The model stopped for a reason not known here.", "Look at the finish reason; the text is kept.", "finish_other"],
    continuation_missing: ["", 502, "The answer goes on, but without a token.", "Ask again with a smaller output.", "finish_other"],
    resume_diverged: ["t", 502, "The new attempt did not continue the text.", "Keep the text, or ask again from the start.", "truncated_stream"],
    stream_expired: ["", 410, "The stream is no longer kept.", "Ask again.", "session_not_found"],
    client_timeout_truncates: ["", 502, "The client's timeout cut the body.", "Update the client, or set no timeout for streams."],
  },
  client: {
    abort_by_client: ["", 499, "Your own side stopped the request.", "Nothing to retry; look at who fired the signal."],
    deadline_exceeded: ["", 504, "The stream's own deadline passed.", "Raise deadlineMs; the text so far is kept.", "client_total_timeout"],
  },
  gateway: {
    client_token_missing: ["", 401, "The gateway wants a client token.", "Send Authorization: Bearer with a token made by pollux token new.", "key_missing"],
    client_token_invalid: ["", 401, "The gateway does not know this client token.", "Check the token; make a new one with pollux token new.", "key_invalid"],
    client_requests_limited: ["t", 429, "This client sends too many requests a minute.", "Wait as told, or raise the client's limit.", "quota_per_minute"],
    client_tokens_limited: ["t", 429, "This client uses too many tokens a minute.", "Wait as told, or raise the client's limit.", "quota_tokens_per_minute"],
    client_streams_limited: ["t", 429, "This client has too many streams at once.", "Let one end, or raise the client's limit.", "quota_per_minute"],
    model_not_allowed: ["", 403, "The gateway does not offer this model.", "Choose a model of its list, or add it to allow.models.", "permission_denied"],
    keys_exhausted: ["t", 503, "Every key of the gateway is cooling down.", "Wait as told, or add a key.", "quota_unspecified"],
    circuit_open: ["t", 503, "The model fails too often; the gateway gives it rest.", "Wait as told, or switch the model.", "model_overloaded"],
    gateway_overloaded: ["t", 503, "The gateway has more waiting than it can serve in time.", "Wait as told; add a replica if it lasts.", "service_unavailable"],
    gateway_draining: ["t", 503, "The gateway is shutting down.", "Try again; another replica or its successor answers.", "service_unavailable"],
    store_unavailable: ["tr", 503, "The gateway's log cannot be reached or written.", "Check the disk or Redis; the gateway goes on when it is back.", "service_unavailable"],
    owner_gone: ["tr", 502, "The process that read the stream ended.", "It goes on by itself in another process.", "server_disconnected"],
    stream_not_found: ["", 404, "No such stream is kept for this client.", "Check the id and the token; old streams are removed.", "session_not_found"],
    route_not_found: ["", 404, "The gateway has no such route.", "Look at the routes in PROTOCOL.md.", "not_found_no_body"],
    method_not_allowed: ["", 405, "The route does not take this method.", "Look at the routes in PROTOCOL.md.", "not_found_no_body"],
    idempotency_conflict: ["", 409, "This Idempotency-Key began another request.", "Use a new key for a new request.", "conflict"],
    request_timeout: ["t", 408, "The request did not come in time.", "Send it again, faster.", "client_total_timeout"],
    origin_refused: ["", 403, "The gateway does not answer this origin or host.", "Add it to allow.origins or allow.hosts.", "permission_denied"],
  },
  config: {
    base_url_invalid: ["", 400, "The base URL is not valid.", "Give http(s)://host without a query.", "not_found_no_body"],
  },
  unknown: {
    unknown: ["", 500, "Not recognised.", "Look at the cause; report it with the evidence."],
  },
} as const satisfies Record<FailureKind, Record<string, Row>>;

type Rows = typeof rows;

/** The name of a failure: a row of the table. */
export type FailureCode = { [K in keyof Rows]: keyof Rows[K] }[keyof Rows] & string;

function build(): Readonly<Record<FailureCode, Readonly<FailureRow>>> {
  const table: Record<string, Readonly<FailureRow>> = {};
  for (const [kind, group] of Object.entries(rows)) {
    for (const [code, row] of Object.entries(group as Record<string, Row>)) {
      const [flag, status, meaning, next, cause = code] = row;
      const tries = Number(/\d/.exec(flag)?.[0] ?? 0);
      table[code] = Object.freeze({
        code: code as FailureCode,
        cause,
        kind: kind as FailureKind,
        meaning,
        transient: flag.startsWith("t"),
        resumable: flag.includes("r"),
        status,
        next,
        ...(tries > 0 && { tries }),
        docs: `docs/failures.md#${code}`,
      });
    }
  }
  return Object.freeze(table) as Readonly<Record<FailureCode, Readonly<FailureRow>>>;
}

/** The table: every failure by its code. */
export const FAILURES = build();

/** One thing that went wrong, as it was met. */
export interface Failure {
  code: FailureCode;
  /** One line, without secrets. */
  message: string;
  kind: FailureKind;
  /** Whether the same request may work later. */
  transient: boolean;
  /** The next move. */
  next: string;
  docs: string;
  httpStatus?: number;
  /** Google's canonical status, e.g. `RESOURCE_EXHAUSTED`. */
  grpcStatus?: string;
  retryAfterMs?: number;
  delaySource?: "details" | "message" | "header";
  quota?: { id?: string; metric?: string; limit?: string; model?: string };
}

/** What was seen of it, beside its code. */
export type Seen = Pick<
  Failure,
  "httpStatus" | "grpcStatus" | "retryAfterMs" | "delaySource" | "quota"
>;

const MESSAGE_CHARS_MAX = 500;
/** So much of a message is looked at: a secret cut there is beyond what is shown. */
const READ_CHARS_MAX = 20_000;

/** Makes a failure of this code; its message is redacted and cut to one line. */
export function failure(code: FailureCode, message?: string, extra: Seen = {}): Failure {
  const line = redact((message ?? "").slice(0, READ_CHARS_MAX))
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, MESSAGE_CHARS_MAX);
  const { kind, transient, next, docs, meaning } = FAILURES[code];
  return { code, message: line || meaning, kind, transient, next, docs, ...extra };
}

// How each failure shows itself, in the words that people meet. Facts for docs/failures.md.
import type { FailureCode } from "../src/core/failures.ts";

export const SIGNS: Partial<Record<FailureCode, string>> = {
  key_missing:
    "403 `PERMISSION_DENIED`, “Method doesn't allow unregistered callers”. The variable is unset or empty, or something on the way removed the header.",
  key_invalid:
    "**400** (not 401) `INVALID_ARGUMENT` with the reason `API_KEY_INVALID`. The error body may echo the key: redact bodies, not only headers.",
  key_expired:
    "400 `INVALID_ARGUMENT`, “API key expired”, with the same reason `API_KEY_INVALID`; only the words tell it from an invalid key.",
  key_not_found: "400, “API Key not found”.",
  key_leaked_blocked: "403, “Your API key was reported as leaked”. Google watches public code.",
  key_restricted_referrer:
    "403, “Requests from referer <empty> are blocked”: a browser's key used on a server.",
  key_restricted_service: "403 with the reason `API_KEY_SERVICE_BLOCKED`.",
  consumer_suspended: "403 with the reason `CONSUMER_SUSPENDED`.",
  oauth_invalid:
    "401 `UNAUTHENTICATED`, or `invalid_grant` from the token endpoint. Some clients dress it as `UNAVAILABLE` and retry in vain.",
  wrong_auth_kind: "401, “API keys are not supported by this API”: a Gemini key sent to Vertex.",
  api_not_enabled: "403 with the reason `SERVICE_DISABLED` and a link that enables the API.",
  prepay_credits_depleted: "429 whose words speak of prepayment. It is no rate limit.",
  region_unsupported:
    "400 `FAILED_PRECONDITION`, “User location is not supported”. What counts is where the request leaves for Google, for example an edge worker's region.",
  quota_per_minute:
    "429 `RESOURCE_EXHAUSTED` with a `PerMinute` quota id and a `RetryInfo`. It can come in the middle of an answer.",
  quota_tokens_per_minute: "429 whose quota id counts input tokens per minute.",
  quota_per_day: "429 with a `PerDay` quota id. Its `RetryInfo` says a few seconds and misleads.",
  quota_plan_exhausted: "429, “check your plan and billing details”, with nothing but a help link.",
  quota_unspecified: "429, “Resource has been exhausted (e.g. check quota)”, without details.",
  free_tier_limit_zero: "429 with `limit: 0`: the project never had a quota for this model.",
  region_quota_zero: "429 with `quota_limit_value` 0 for a region.",
  shared_capacity_exhausted:
    "Vertex: 429, “Resource exhausted. Please try again later”, with no quota named.",
  model_not_found: "404 `NOT_FOUND`, “is not found for API version …, or is not supported for …”.",
  model_retired: "404, “is no longer available”.",
  model_turn_refused:
    "400, “Requests ending with a model turn are not supported”. Newer models take no prefill; Pollux remembers it and goes on another way.",
  invalid_argument_unspecified: "400, “Request contains an invalid argument”, and no field.",
  unknown_field: "400, “Unknown name … Cannot find field”.",
  schema_invalid:
    "400, “Unknown name \"additionalProperties\"” inside a tool's or answer's schema.",
  context_too_long: "400, “The input token count … exceeds the maximum number of tokens”.",
  thought_signature_missing: "400, “Function call is missing a thought_signature”.",
  prompt_blocked: "200 with one event that has `promptFeedback.blockReason` and no candidates.",
  safety_blocked:
    "A finish reason such as `SAFETY`, `BLOCKLIST` or `PROHIBITED_CONTENT`, with or without text before it.",
  recitation: "Finish reason `RECITATION`.",
  max_tokens: "Finish reason `MAX_TOKENS`.",
  model_overloaded:
    "503 `UNAVAILABLE`, “The model is overloaded” or “experiencing high demand”; also inside a stream that began with 200.",
  internal: "500 `INTERNAL`.",
  server_cancelled: "499 `CANCELLED` although nobody here cancelled.",
  google_frontend_5xx: "A page that says “That’s an error”.",
  bad_gateway_proxy: "A page of nginx or its kin with 502.",
  gateway_timeout_proxy:
    "A page with 504 or Cloudflare's 524. Its title names the host that gave up: it need not be Google's.",
  dns_failure: "`ENOTFOUND`, `EAI_AGAIN`, “Could not resolve host”.",
  conn_refused: "`ECONNREFUSED`. For a Google host this means a hosts file or a dead local proxy.",
  conn_reset: "`ECONNRESET`, `EPIPE`, “Connection reset by peer”.",
  connect_timeout: "`UND_ERR_CONNECT_TIMEOUT`, `ETIMEDOUT`.",
  headers_timeout: "`UND_ERR_HEADERS_TIMEOUT`, or Pollux's own clock for headers.",
  body_timeout: "`UND_ERR_BODY_TIMEOUT`: five minutes without a byte in plain `fetch`.",
  server_disconnected: "`UND_ERR_SOCKET`, “other side closed”, “socket hang up”.",
  tls_intercept:
    "`SELF_SIGNED_CERT_IN_CHAIN`, `UNABLE_TO_VERIFY_LEAF_SIGNATURE`: a company's proxy reads along.",
  proxy_auth: "407, or curl's “CONNECT tunnel failed, response 407”.",
  redirect_refused: "A 3xx answer. Pollux does not carry a key to another address.",
  truncated_stream: "The body ended inside an event.",
  end_unverified:
    "The body ended properly, but no finish reason came. Many clients take this for success.",
  empty_response: "200 and nothing in it, or only keep-alives, usage or thoughts.",
  stalled_stream:
    "The connection is open, but for too long nothing new came. Comments and repeated usage do not count as news.",
  first_timeout: "Headers came, but no content.",
  frame_malformed: "Bytes that are neither an event nor JSON.",
  event_too_large: "One event above `maxEventBytes`, 64 MiB if not set otherwise.",
  html_instead_of_json: "A login page or a captive portal with status 200.",
  resume_diverged:
    "The attempt that should continue the text began otherwise. Its text is not shown.",
  finish_unknown: "A finish reason that this version does not know.",
  proxy_buffering: "The whole answer comes in one burst at the end.",
};

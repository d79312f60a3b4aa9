// Error bodies as Google and the boxes in front of it send them, one for each cause that a server
// can show. Words follow the real ones, so that a classifier meets here what it will meet there.

/** An error as the real API answers it. */
export interface ErrorBody {
  status: number;
  /** The body: an error object, or text as it is. */
  error?: { code: number; message: string; status: string; details?: Record<string, unknown>[] };
  text?: string;
  contentType?: string;
  headers?: Record<string, string>;
}

const TYPE = "type.googleapis.com/google.rpc.";
const PLAN =
  "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.";
const HELP = {
  "@type": `${TYPE}Help`,
  links: [
    {
      description: "Learn more about Gemini API quotas",
      url: "https://ai.google.dev/gemini-api/docs/rate-limits",
    },
  ],
};

function api(
  code: number,
  status: string,
  message: string,
  ...details: Record<string, unknown>[]
): ErrorBody {
  return { status: code, error: { code, message, status, ...(details.length > 0 && { details }) } };
}

function info(reason: string, metadata: Record<string, string> = {}): Record<string, unknown> {
  const service = "generativelanguage.googleapis.com";
  return {
    "@type": `${TYPE}ErrorInfo`,
    reason,
    domain: "googleapis.com",
    metadata: { service, ...metadata },
  };
}

export function retryInfo(seconds: number): Record<string, unknown> {
  return { "@type": `${TYPE}RetryInfo`, retryDelay: `${seconds}s` };
}

type QuotaKind = "minute" | "day" | "tokens" | "zero";

/** Quota id, metric, and the value that the free tier has. */
const QUOTAS: Readonly<Record<QuotaKind, readonly [id: string, metric: string, value: number]>> = {
  minute: [
    "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
    "generate_content_free_tier_requests",
    15,
  ],
  day: [
    "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
    "generate_content_free_tier_requests",
    250,
  ],
  tokens: [
    "GenerateContentInputTokensPerModelPerMinute-FreeTier",
    "generate_content_free_tier_input_token_count",
    250_000,
  ],
  zero: [
    "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
    "generate_content_free_tier_requests",
    0,
  ],
};

/** What a broken quota says; even a day's quota comes with a delay of seconds. */
export function quotaBody(
  kind: QuotaKind,
  seconds = 7.25,
  { limit, model = "gemini-3.6-flash" }: { limit?: number; model?: string } = {},
): ErrorBody {
  const [quotaId, metric, usual] = QUOTAS[kind];
  const quotaMetric = `generativelanguage.googleapis.com/${metric}`;
  const quotaValue = String(limit ?? usual);
  const message = `${PLAN}\n* Quota exceeded for metric: ${quotaMetric}, limit: ${quotaValue}, model: ${model}\nPlease retry in ${seconds}s.`;
  const quotaDimensions = { location: "global", model };
  const failure = {
    "@type": `${TYPE}QuotaFailure`,
    violations: [{ quotaMetric, quotaId, quotaDimensions, quotaValue }],
  };
  return api(429, "RESOURCE_EXHAUSTED", message, failure, HELP, retryInfo(Math.floor(seconds)));
}

function page(status: number, title: string, body: string): ErrorBody {
  const text = `<!DOCTYPE html>\n<html>\n<head><title>${title}</title></head>\n<body>\n${body}\n</body>\n</html>\n`;
  return { status, text, contentType: "text/html; charset=UTF-8" };
}

/** By the code under which the failure table knows them. */
export const ERROR_BODIES: Readonly<Record<string, ErrorBody>> = Object.freeze({
  key_missing: api(
    403,
    "PERMISSION_DENIED",
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
  ),
  key_invalid: api(
    400,
    "INVALID_ARGUMENT",
    "API key not valid. Please pass a valid API key.",
    info("API_KEY_INVALID"),
  ),
  key_expired: api(
    400,
    "INVALID_ARGUMENT",
    "API key expired. Please renew the API key.",
    info("API_KEY_INVALID"),
  ),
  key_not_found: api(
    400,
    "INVALID_ARGUMENT",
    "API Key not found. Please pass a valid API key.",
    info("API_KEY_INVALID"),
  ),
  key_leaked_blocked: api(
    403,
    "PERMISSION_DENIED",
    "Your API key was reported as leaked. Please use another API key.",
  ),
  key_restricted_referrer: api(
    403,
    "PERMISSION_DENIED",
    "Requests from referer <empty> are blocked.",
    info("API_KEY_HTTP_REFERRER_BLOCKED"),
  ),
  key_restricted_service: api(
    403,
    "PERMISSION_DENIED",
    "Requests to this API generativelanguage.googleapis.com method google.ai.generativelanguage.v1beta.GenerativeService.StreamGenerateContent are blocked.",
    info("API_KEY_SERVICE_BLOCKED"),
  ),
  consumer_suspended: api(
    403,
    "PERMISSION_DENIED",
    "Permission denied: Consumer 'api_key:[REDACTED]' has been suspended.",
    info("CONSUMER_SUSPENDED"),
  ),
  oauth_invalid: api(
    401,
    "UNAUTHENTICATED",
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
    info("ACCESS_TOKEN_EXPIRED"),
  ),
  wrong_auth_kind: api(
    401,
    "UNAUTHENTICATED",
    "API keys are not supported by this API. Expected OAuth2 access token or other authentication credentials that assert a principal.",
    info("CREDENTIALS_MISSING"),
  ),
  permission_denied: api(403, "PERMISSION_DENIED", "The caller does not have permission"),
  api_not_enabled: api(
    403,
    "PERMISSION_DENIED",
    "Generative Language API has not been used in project 123456 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/generativelanguage.googleapis.com/overview?project=123456 then retry.",
    info("SERVICE_DISABLED"),
  ),
  payment_required: {
    status: 402,
    text: '{"error":{"code":"payment_required","message":"The balance of this account is used up."}}',
    contentType: "application/json",
  },
  prepay_credits_depleted: api(
    429,
    "RESOURCE_EXHAUSTED",
    "Your prepayment credits are depleted. Please go to AI Studio to manage your project and billing.",
  ),
  region_unsupported: api(
    400,
    "FAILED_PRECONDITION",
    "User location is not supported for the API use.",
  ),
  quota_per_minute: quotaBody("minute"),
  quota_per_day: quotaBody("day", 5.5),
  quota_tokens_per_minute: quotaBody("tokens", 21.125),
  free_tier_limit_zero: quotaBody("zero", 11.5),
  quota_plan_exhausted: api(429, "RESOURCE_EXHAUSTED", PLAN, HELP),
  quota_unspecified: api(
    429,
    "RESOURCE_EXHAUSTED",
    "Resource has been exhausted (e.g. check quota).",
  ),
  region_quota_zero: api(
    429,
    "RESOURCE_EXHAUSTED",
    "Quota exceeded for quota metric 'Generate Content API requests per minute' and limit 'GenerateContent request limit per minute for a region' of service 'generativelanguage.googleapis.com' for consumer 'project_number:123456'.",
    info("RATE_LIMIT_EXCEEDED", {
      quota_limit: "GenerateContentRequestsPerMinutePerProjectPerRegion",
      quota_limit_value: "0",
      quota_location: "us-west4",
    }),
  ),
  shared_capacity_exhausted: api(
    429,
    "RESOURCE_EXHAUSTED",
    "Resource exhausted. Please try again later. Please refer to https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.",
  ),
  model_not_found: api(
    404,
    "NOT_FOUND",
    "models/gemini-nope is not found for API version v1beta, or is not supported for generateContent. Call ModelService.ListModels to see the list of available models and their supported methods.",
  ),
  model_retired: api(
    404,
    "NOT_FOUND",
    "This model models/gemini-1.5-flash is no longer available. Please update your code to use a newer model for the latest features and improvements.",
  ),
  model_not_in_location: api(
    404,
    "NOT_FOUND",
    "Publisher Model `projects/p/locations/us-central1/publishers/google/models/gemini-3.6-flash` was not found or your project does not have access to it. Please ensure you are using a valid model version.",
  ),
  model_not_supporting_method: api(
    400,
    "INVALID_ARGUMENT",
    "Operation is not implemented, or supported, or enabled.",
  ),
  model_turn_refused: api(
    400,
    "INVALID_ARGUMENT",
    "Requests ending with a model turn are not supported.",
  ),
  invalid_argument_unspecified: api(
    400,
    "INVALID_ARGUMENT",
    "Request contains an invalid argument.",
  ),
  payload_invalid: api(
    400,
    "INVALID_ARGUMENT",
    "* GenerateContentRequest.contents: contents is not specified; field is required",
  ),
  unknown_field: api(
    400,
    "INVALID_ARGUMENT",
    "Invalid JSON payload received. Unknown name \"foo\" at 'contents[0]': Cannot find field.",
  ),
  schema_invalid: api(
    400,
    "INVALID_ARGUMENT",
    "Invalid JSON payload received. Unknown name \"additionalProperties\" at 'tools[0].function_declarations[0].parameters': Cannot find field.",
  ),
  schema_too_complex: api(
    400,
    "INVALID_ARGUMENT",
    "The specified schema produces a constraint that has too many states for serving.",
  ),
  context_too_long: api(
    400,
    "INVALID_ARGUMENT",
    "The input token count (1500000) exceeds the maximum number of tokens allowed (1048576).",
  ),
  payload_too_large: api(
    400,
    "INVALID_ARGUMENT",
    "Request payload size exceeds the limit: 20971520 bytes.",
  ),
  payload_too_large_gateway: {
    status: 413,
    text: "Maximum request body size 1048576 exceeded, actual body size 1056562",
    contentType: "text/plain",
  },
  function_call_order: api(
    400,
    "INVALID_ARGUMENT",
    "Please ensure that function call turn comes immediately after a user turn or after a function response turn.",
  ),
  thought_signature_missing: api(
    400,
    "INVALID_ARGUMENT",
    "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance.",
  ),
  thinking_config_invalid: api(
    400,
    "INVALID_ARGUMENT",
    "Budget 0 is invalid. This model only works in thinking mode.",
  ),
  safety_setting_restricted: api(
    400,
    "INVALID_ARGUMENT",
    "User has requested a restricted HarmBlockThreshold setting BLOCK_NONE.",
  ),
  deadline_too_short: api(
    400,
    "INVALID_ARGUMENT",
    "Manually set deadline 5s is too short. Minimum allowed deadline is 10s.",
  ),
  file_not_found_or_denied: api(
    403,
    "PERMISSION_DENIED",
    "You do not have permission to access the File abc123 or it may not exist.",
  ),
  session_not_found: api(404, "NOT_FOUND", "BidiGenerateContent session not found"),
  model_overloaded: api(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
  service_unavailable: api(503, "UNAVAILABLE", "The service is currently unavailable."),
  internal: api(
    500,
    "INTERNAL",
    "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting",
  ),
  deadline: api(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
  server_cancelled: api(499, "CANCELLED", "The operation was cancelled."),
  aborted_by_server: api(409, "ABORTED", "The operation was aborted."),
  conflict: api(409, "ALREADY_EXISTS", "Requested entity already exists"),
  not_implemented: api(501, "UNIMPLEMENTED", "Method not found."),
  google_frontend_5xx: page(
    502,
    "Error 502 (Server Error)!!1",
    "<p><b>502.</b> <ins>That’s an error.</ins><p>The server encountered a temporary error and could not complete your request.<p>Please try again in 30 seconds. <ins>That’s all we know.</ins>",
  ),
  bad_gateway_proxy: page(
    502,
    "502 Bad Gateway",
    "<center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.27.4</center>",
  ),
  gateway_timeout_proxy: page(
    524,
    "example.com | 524: A timeout occurred",
    "<div>A timeout occurred</div><div>Error code 524</div>",
  ),
  html_instead_of_json: page(200, "Welcome to the network", "<form>Please log in</form>"),
  not_found_no_body: { status: 404, text: "", contentType: "text/plain" },
  proxy_auth: page(407, "Proxy Authentication Required", "<h1>407</h1>"),
  headers_overflow: {
    status: 431,
    text: "Request Header Fields Too Large",
    contentType: "text/plain",
  },
  stream_expired: { status: 410, text: "Gone", contentType: "text/plain" },
});

/** Refusals that are no row of a failure table, and so not for a scenario to name. */
export const CONTINUATION_INVALID = api(
  400,
  "INVALID_ARGUMENT",
  "The continuation token is invalid.",
);
export const PAGE_NOT_FOUND = page(
  404,
  "Error 404 (Not Found)!!1",
  "<p><b>404.</b> <ins>That’s an error.</ins><p>The requested URL was not found on this server. <ins>That’s all we know.</ins>",
);

export const ERROR_NAMES: readonly string[] = Object.freeze(Object.keys(ERROR_BODIES));

/** By HTTP status, for scenarios that name a number. */
export const BODY_BY_STATUS: Readonly<Record<number, string>> = Object.freeze({
  400: "invalid_argument_unspecified",
  401: "oauth_invalid",
  402: "payment_required",
  403: "permission_denied",
  404: "model_not_found",
  407: "proxy_auth",
  409: "aborted_by_server",
  410: "stream_expired",
  413: "payload_too_large_gateway",
  429: "quota_per_minute",
  431: "headers_overflow",
  499: "server_cancelled",
  500: "internal",
  501: "not_implemented",
  502: "bad_gateway_proxy",
  503: "model_overloaded",
  504: "deadline",
  524: "gateway_timeout_proxy",
});

// Failures in the words of the Interactions API: one word and a sentence. Which of them a client asks
// again by itself is decided by the HTTP status beside it.
import type { Failure, FailureCode } from "./failure-table.ts";

/** Google's canonical words → this API's. */
const CANONICAL: Readonly<Record<string, string>> = {
  INVALID_ARGUMENT: "invalid_request",
  UNAUTHENTICATED: "authentication",
  RESOURCE_EXHAUSTED: "rate_limit_exceeded",
  INTERNAL: "api_error",
  UNKNOWN: "api_error",
  DATA_LOSS: "api_error",
  UNAVAILABLE: "service_unavailable",
};

const BY_CODE: Partial<Record<FailureCode, string>> = {
  quota_per_day: "quota_exceeded",
  quota_plan_exhausted: "quota_exceeded",
  model_not_found: "model_not_found",
  model_not_allowed: "permission_denied",
};

const BY_STATUS: Readonly<Record<number, string>> = {
  400: "invalid_request",
  401: "authentication",
  402: "payment_required",
  403: "permission_denied",
  404: "not_found",
  409: "aborted",
  413: "invalid_request",
  416: "out_of_range",
  429: "rate_limit_exceeded",
  499: "cancelled",
  501: "unimplemented",
  503: "service_unavailable",
  504: "deadline_exceeded",
};

export function interactionError(
  { grpcStatus, code, message, next }: Failure,
  status: number,
): { code: string; message: string } {
  const said = grpcStatus && (CANONICAL[grpcStatus] ?? grpcStatus.toLowerCase());
  const word = BY_CODE[code] ?? (said || BY_STATUS[status]);
  return {
    code: word ?? (status >= 500 ? "api_error" : "invalid_request"),
    message: `${message} (${code}) ${next}`,
  };
}

// Errors in the words of the Interactions API: a code in snake_case and a message, nothing else.
import type { InteractionError } from "../../wire/interactions.ts";
import type { ErrorBody } from "../bodies.ts";

/** Google's canonical status → this API's code, and its HTTP status where that differs. */
const WORDS: Readonly<Record<string, string>> = {
  INVALID_ARGUMENT: "invalid_request",
  FAILED_PRECONDITION: "failed_precondition",
  OUT_OF_RANGE: "out_of_range",
  UNAUTHENTICATED: "authentication",
  PERMISSION_DENIED: "permission_denied",
  NOT_FOUND: "not_found",
  ALREADY_EXISTS: "already_exists",
  ABORTED: "aborted",
  RESOURCE_EXHAUSTED: "rate_limit_exceeded",
  CANCELLED: "cancelled",
  INTERNAL: "api_error",
  UNKNOWN: "api_error",
  DATA_LOSS: "api_error",
  UNIMPLEMENTED: "unimplemented",
  UNAVAILABLE: "service_unavailable",
  DEADLINE_EXCEEDED: "deadline_exceeded",
};
const BY_NUMBER: Readonly<Record<number, string>> = {
  402: "payment_required",
  416: "out_of_range",
};
const STATUS: Readonly<Record<string, number>> = { authentication: 401, out_of_range: 416 };

/** An error object of the older kind in this API's words. */
export function worded(error: Record<string, unknown>): InteractionError {
  const message = typeof error.message === "string" ? error.message : "";
  if (typeof error.code === "string") return { code: error.code, message };
  const told = `${message} ${JSON.stringify(error.details ?? "")}`;
  const word = BY_NUMBER[Number(error.code)] ?? WORDS[String(error.status)];
  const hasCode = error.code !== undefined;
  return { ...(hasCode && { code: sharper(word ?? "api_error", told) }), message };
}

function sharper(word: string, told: string): string {
  if (/API_KEY_INVALID|api key (expired|not found)|unregistered callers/i.test(told))
    return "authentication";
  if (word === "rate_limit_exceeded" && /PerDay|per day|limit: 0/i.test(told))
    return "quota_exceeded";
  if (/Unknown name/.test(told)) return "parameter_unknown";
  if (word === "not_found" && /\bmodels?\b/i.test(told)) return "model_not_found";
  return word;
}

/** The body of a request that is refused. Pages of proxies stay what they are. */
export function wordedBody(body: ErrorBody): ErrorBody {
  if (!body.error) return body;
  const error = worded(body.error);
  const status = STATUS[error.code ?? ""] ?? body.status;
  return { ...body, status, error: error as unknown as NonNullable<ErrorBody["error"]> };
}

/** A refusal of this API's own. */
export function refusalBody(status: number, code: string, message: string): ErrorBody {
  return { status, error: { code, message } as unknown as NonNullable<ErrorBody["error"]> };
}

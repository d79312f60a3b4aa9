// Anything thrown or received → one row of the failure table. The only place that knows how the
// platforms and the API word their errors.
import { finishWord, type GeminiErrorBody } from "../wire/index.ts";
import { FAILURES, type Failure, type FailureCode, failure } from "./failure-table.ts";
import { jsonOf, quotaFailure } from "./quota.ts";
import { redact } from "./redact.ts";
import { retryDelay } from "./retry-delay.ts";
import {
  HTTP_CODES,
  lookUp,
  MESSAGE_RULES,
  matchRule,
  STATUS_CODES,
  THROWN_RULES,
  WORD_CODES,
} from "./rules.ts";
import { isStreamError } from "./stream-error.ts";

type HeaderBag = { get(name: string): string | null } | Record<string, string>;

const NESTING_MAX = 10;
const CAUSES_MAX = 12;
const TEXT_CHARS_MAX = 20_000;
const DETAILS_MAX = 100;

/** An answer that is no stream: an HTTP error, or a page where an answer should be. */
export function classifyResponse(seen: {
  status: number;
  headers: HeaderBag;
  body: string;
  url?: string;
}): Failure {
  const headers = bag(seen.headers);
  const { status } = seen;
  const body = seen.body.trim();
  const parsed = jsonIn(body);
  if (parsed !== undefined) return classifyErrorBody(parsed, status, headers);
  if (/<html|<!doctype|^\s*</i.test(body)) return classifyPage(status, body, headers);
  if (body === "" && status === 404) return withDelay("not_found_no_body", "", status, headers);
  const code = codeOf(body.slice(0, TEXT_CHARS_MAX), undefined, status);
  return withDelay(code, body.slice(0, TEXT_CHARS_MAX), status, headers);
}

/** A web page where an answer should be: whose it is tells which hop failed. */
export function classifyPage(
  status: number,
  body: string,
  headers?: ReturnType<typeof bag>,
): Failure {
  const text = body.slice(0, TEXT_CHARS_MAX);
  const title = /<title[^>]{0,200}>([^<]{1,120})/i.exec(text)?.[1]?.trim();
  const google = /that.s an error|that.s all we know|www\.google\.com\/images/i.test(text);
  let code: FailureCode = "html_instead_of_json";
  if (google && status >= 500) code = "google_frontend_5xx";
  else if (status === 504 || (status >= 522 && status <= 524)) code = "gateway_timeout_proxy";
  else if (status === 413) code = "payload_too_large_gateway";
  else if (status === 407) code = "proxy_auth";
  else if (status === 429) code = "quota_unspecified";
  else if (status >= 500) code = "bad_gateway_proxy";
  return withDelay(
    code,
    title ? `A web page came back: ${title}` : "A web page came back.",
    status,
    headers,
  );
}

/** A google.rpc.Status, however it is wrapped; also Interactions' and OpenAI's error objects. */
export function classifyErrorBody(
  value: unknown,
  httpStatus?: number,
  headers?: HeaderBag,
): Failure {
  const body = unwrap(value);
  const message = typeof body.message === "string" ? body.message.slice(0, TEXT_CHARS_MAX) : "";
  const details = Array.isArray(body.details) ? body.details.slice(0, DETAILS_MAX) : [];
  const number = typeof body.code === "object" ? Number.NaN : Number(body.code);
  const status = number >= 100 ? number : httpStatus;
  const word = typeof body.code === "string" && !(number > 0) ? body.code.toLowerCase() : undefined;
  const grpc = wordOf(typeof body.status === "string" ? body.status : word?.toUpperCase());
  const told = retryDelay({ details, message, headers: headers && bag(headers) });
  const extra = {
    ...(status !== undefined && status >= 100 && { httpStatus: status }),
    ...(grpc && { grpcStatus: grpc }),
    ...told,
  };
  if (status === 429 || grpc === "RESOURCE_EXHAUSTED" || (word && /quota|rate_limit/.test(word))) {
    return quotaFailure(message, details, word, extra);
  }
  const reasons = jsonOf(details).slice(0, TEXT_CHARS_MAX);
  if (message === "" && details.length === 0 && status === 404) {
    return failure("not_found_no_body", "", extra);
  }
  const known = word === undefined ? undefined : lookUp(WORD_CODES, word);
  const code = matchRule(MESSAGE_RULES, message) ?? matchRule(MESSAGE_RULES, reasons) ?? known;
  return failure(code ?? codeOf("", grpc, status), message, extra);
}

const WORD_CHARS_MAX = 60;

/** A word that is shown; a server may have written anything there. */
function wordOf(text: string | undefined): string | undefined {
  return text && redact(text.slice(0, TEXT_CHARS_MAX)).slice(0, WORD_CHARS_MAX);
}

/** What `fetch`, a body or the platform threw, looked at along its chain of causes. */
export function classifyThrown(error: unknown, context: { aborted?: boolean } = {}): Failure {
  if (isStreamError(error)) {
    const { code, message, kind: _, transient: __, next: ___, docs: ____, ...seen } = error.failure;
    return failure(code, message, seen);
  }
  const words: string[] = [];
  const codes: string[] = [];
  collect(error, words, codes, 0);
  const message = words[0] ?? (typeof error === "object" ? "" : String(error));
  const told = [...codes, ...words.toReversed()].join("\n").slice(0, TEXT_CHARS_MAX);
  if (context.aborted) return failure("abort_by_client", message);
  const name = (error as { name?: string } | undefined)?.name;
  if (name === "AbortError") return failure("abort_by_client", message);
  const code = matchRule(THROWN_RULES, told);
  return failure(code ?? "unknown", words.slice(0, 3).join(": ") || message);
}

function collect(error: unknown, words: string[], codes: string[], depth: number): void {
  if (depth > CAUSES_MAX || typeof error !== "object" || error === null) {
    if (typeof error === "string") words.push(error);
    return;
  }
  const { name, message, code, cause, errors } = error as Record<string, unknown>;
  if (typeof code === "string") codes.push(code);
  if (typeof message === "string" && message !== "") words.push(message);
  if (typeof name === "string" && name !== "Error" && name !== "TypeError") words.push(name);
  if (cause !== undefined) collect(cause, words, codes, depth + 1);
  if (Array.isArray(errors)) {
    for (const one of errors.slice(0, CAUSES_MAX)) collect(one, words, codes, depth + 1);
  }
}

const FINISH_CODES: Readonly<Record<string, FailureCode>> = {
  MAX_TOKENS: "max_tokens",
  SAFETY: "safety_blocked",
  RECITATION: "recitation",
  LANGUAGE: "language_blocked",
  OTHER: "finish_other",
  BLOCKLIST: "safety_blocked",
  PROHIBITED_CONTENT: "safety_blocked",
  SPII: "safety_blocked",
  MALFORMED_FUNCTION_CALL: "malformed_function_call",
  IMAGE_SAFETY: "image_blocked",
  UNEXPECTED_TOOL_CALL: "unexpected_tool_call",
  TOO_MANY_TOOL_CALLS: "too_many_tool_calls",
  IMAGE_PROHIBITED_CONTENT: "image_blocked",
  NO_IMAGE: "finish_other",
  IMAGE_RECITATION: "recitation",
  IMAGE_OTHER: "finish_other",
  CONTINUATION: "continuation_missing",
  MALFORMED_RESPONSE: "malformed_response",
};

/** Nothing for `STOP`: that answer is whole. */
export function classifyFinish(reason: string | number, message?: string): Failure | undefined {
  const word = finishWord(reason);
  if (typeof word !== "string" || word === "STOP") return undefined;
  const code = lookUp(FINISH_CODES, word) ?? "finish_unknown";
  return failure(code, `${FAILURES[code].meaning} (${word}${message ? `: ${message}` : ""})`);
}

/** The failure that a prompt's `blockReason` stands for. */
export function classifyBlock(reason: string, message?: string): Failure {
  const { meaning } = FAILURES.prompt_blocked;
  return failure("prompt_blocked", `${meaning} (${reason}${message ? `: ${message}` : ""})`);
}

function codeOf(text: string, grpc: string | undefined, status: number | undefined): FailureCode {
  const byWords = text === "" ? undefined : matchRule(MESSAGE_RULES, text);
  const byStatus = lookUp(STATUS_CODES, grpc ?? "") ?? HTTP_CODES[status ?? 0];
  if (byWords ?? byStatus) return (byWords ?? byStatus) as FailureCode;
  if (status !== undefined && status >= 500) return "service_unavailable";
  return status !== undefined && status >= 400 ? "invalid_argument_unspecified" : "unknown";
}

function withDelay(
  code: FailureCode,
  message: string,
  httpStatus: number,
  headers: HeaderBag | undefined,
): Failure {
  const told = retryDelay({ message, headers: headers && bag(headers) });
  return failure(code, message, { httpStatus, ...told });
}

/** Drills through arrays, `error` keys and errors written as strings inside messages. */
function unwrap(value: unknown, depth = 0): GeminiErrorBody {
  if (depth > NESTING_MAX) return {};
  if (Array.isArray(value)) return unwrap(value[0], depth + 1);
  if (typeof value === "string") {
    const inner = jsonIn(value);
    return inner === undefined ? { message: value } : unwrap(inner, depth + 1);
  }
  if (typeof value !== "object" || value === null) return {};
  const body = value as GeminiErrorBody;
  if (body.error !== undefined) return unwrap(body.error, depth + 1);
  const inner = typeof body.message === "string" ? jsonIn(body.message) : undefined;
  if (inner === undefined) return body;
  const deeper = unwrap(inner, depth + 1);
  return { ...body, ...deeper, code: deeper.code ?? body.code ?? "" };
}

/** The JSON object or array in a text, with or without words around it. */
function jsonIn(text: string): unknown {
  const start = text.search(/[[{]/);
  if (start === -1) return undefined;
  const end = Math.max(text.lastIndexOf("}"), text.lastIndexOf("]"));
  for (const part of [text.slice(start), text.slice(start, end + 1)]) {
    try {
      const value: unknown = JSON.parse(part);
      if (typeof value === "object" && value !== null) return value;
    } catch {
      // Not this part.
    }
  }
  return undefined;
}

function bag(headers: HeaderBag): { get(name: string): string | null } {
  if (typeof headers.get === "function") return headers as { get(name: string): string | null };
  return { get: (name) => (headers as Record<string, string>)[name] ?? null };
}

// What one request of the doctor sent and what came back, without secrets and without content: the
// evidence behind a finding.
import { redactPersonal } from "../core/failures.ts";
import { type Shape, shapeOf } from "./shape.ts";

/** A request that a check made, and its answer, without what was said. */
export interface Exchange {
  check: string;
  method: "GET" | "POST";
  path: string;
  /** Sent as `x-request-id`, so that it can be found in the logs on the way. */
  requestId: string;
  request?: Shape;
  status?: number;
  headers?: Record<string, string>;
  responseId?: string;
  modelVersion?: string;
  code?: string;
  /** The error as it came. */
  error?: string;
  chunks?: number;
  chars?: number;
  finishReason?: string;
  firstMs?: number;
  ms: number;
}

export interface Told extends Partial<Omit<Exchange, "headers" | "request">> {
  body?: unknown;
  headers?: Headers;
  ms: number;
}

const ERROR_CHARS_MAX = 4_000;
export const EXCHANGES_MAX = 50;
/** Headers that identify a response or whoever stands in between. */
const TELLING = [
  "date",
  "server",
  "via",
  "content-type",
  "content-encoding",
  "retry-after",
  "server-timing",
  "x-request-id",
  "x-goog-request-id",
  "x-cloud-trace-context",
  "x-cache",
  "cf-ray",
];

export function exchangeOf(
  said: { check: string; path: string; requestId: string; secrets: readonly string[] },
  told: Told,
): Exchange {
  const { body, headers, error, ms, firstMs, ...rest } = told;
  const clean = (text: string) => redactPersonal(text, said.secrets);
  const kept = TELLING.flatMap((name) => {
    const value = headers?.get(name);
    return value ? [[name, clean(value).slice(0, 200)] as const] : [];
  });
  return {
    check: said.check,
    method: body === undefined ? "GET" : "POST",
    path: clean(said.path),
    requestId: said.requestId,
    ...(body !== undefined && { request: shapeOf(body) }),
    ...rest,
    ...(kept.length > 0 && { headers: Object.fromEntries(kept) }),
    ...(error !== undefined && { error: clean(error).slice(0, ERROR_CHARS_MAX) }),
    ...(firstMs !== undefined && { firstMs: Math.round(firstMs) }),
    ms: Math.round(ms),
  };
}

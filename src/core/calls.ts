// Plain calls: one request, one answer, no second attempt. Loaded when the first is made.
import type { Problem } from "./problem.ts";
import { failureOf } from "./recovery.ts";
import { StreamError } from "./stream-error.ts";

const MODEL_PAGES_MAX = 20;

/** A model as Google lists it. */
export interface ModelInfo {
  name: string;
  displayName?: string;
  supportedGenerationMethods?: string[];
  inputTokenLimit?: number;
  outputTokenLimit?: number;
  [key: string]: unknown;
}

/** Where calls go, and what dresses them. */
export interface Caller {
  /** The URL of a path below the API's version. */
  url(path: string): string;
  headers(): Promise<Record<string, string>>;
  fetch: typeof globalThis.fetch;
}

interface Call {
  method?: "GET" | "POST" | "DELETE";
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** Throws a `StreamError`, whatever went wrong. */
export async function call(
  { url, headers, fetch }: Caller,
  path: string,
  { body, method = body ? "POST" : "GET", signal }: Call = {},
): Promise<Record<string, unknown>> {
  const json = body ? { "content-type": "application/json" } : {};
  const dressed = { ...(await headers()), ...json };
  let problem: Problem;
  try {
    const response = await fetch(url(path), {
      method,
      headers: dressed,
      redirect: "manual",
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    const text = await response.text();
    if (response.ok) return (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
    problem = { response: { status: response.status, headers: response.headers, body: text } };
  } catch (error) {
    problem = { thrown: error };
  }
  const cause = "thrown" in problem ? problem.thrown : undefined;
  throw new StreamError(failureOf(problem), { attempts: 1, cause });
}

export async function models(caller: Caller, signal?: AbortSignal): Promise<ModelInfo[]> {
  const found: ModelInfo[] = [];
  let page = "";
  for (let i = 0; i < MODEL_PAGES_MAX; i += 1) {
    const answer = await call(caller, `models?pageSize=1000${page}`, { signal });
    found.push(...(((answer.models ?? answer.publisherModels) as ModelInfo[] | undefined) ?? []));
    if (typeof answer.nextPageToken !== "string" || answer.nextPageToken === "") break;
    page = `&pageToken=${encodeURIComponent(answer.nextPageToken)}`;
  }
  return found;
}

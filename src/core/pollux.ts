// The client: where to ask, with which key, how patiently. Everything else is the stream's.
import type { GeminiChunk, GeminiRequest } from "../wire/index.ts";
import type { Answer } from "./answer.ts";
import { RetryBudget } from "./budget.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { StreamEvent } from "./event.ts";
import type { FollowOptions } from "./follow.ts";
import { errorOf, GeminiStream } from "./gemini-stream.ts";
import type { Pace } from "./pace.ts";
import type { Problem } from "./problem.ts";
import {
  authOf,
  GOOGLE,
  modelPath,
  refuse,
  requestOf,
  type Secret,
  type StreamRequest,
  upstreamOf,
  urlOf,
} from "./request.ts";
import { type Patience, settingsOf } from "./settings.ts";
import { StreamError } from "./stream-error.ts";

export interface PolluxOptions extends Patience {
  /** Default: `GEMINI_API_KEY`, then `GOOGLE_API_KEY`. A function is asked at each attempt. */
  apiKey?: Secret | undefined;
  /** A bearer token instead of a key, for Vertex and for gateways. */
  token?: Secret | undefined;
  /** Default: `GOOGLE_GEMINI_BASE_URL`, then Google's host. */
  baseUrl?: string | undefined;
  apiVersion?: string | undefined;
  headers?: Record<string, string> | undefined;
  fetch?: typeof globalThis.fetch | undefined;
  clock?: Clock | undefined;
  pace?: Pace | undefined;
}

export interface ModelInfo {
  name: string;
  displayName?: string;
  supportedGenerationMethods?: string[];
  inputTokenLimit?: number;
  outputTokenLimit?: number;
  [key: string]: unknown;
}

const MODEL_PAGES_MAX = 20;

export class Pollux {
  private readonly options: PolluxOptions;
  private readonly clock: Clock;
  private readonly fetch: typeof globalThis.fetch;
  private readonly address: { baseUrl: string; apiVersion: string };
  private readonly budget = new RetryBudget();
  private readonly noPrefill = new Set<string>();

  constructor(options: PolluxOptions = {}) {
    const env = environment();
    this.options = { ...options };
    this.options.apiKey ??= options.token ? undefined : env.GEMINI_API_KEY || env.GOOGLE_API_KEY;
    this.clock = options.clock ?? systemClock;
    this.fetch = options.fetch ?? this.clock.fetch;
    this.address = {
      baseUrl: options.baseUrl ?? (env.GOOGLE_GEMINI_BASE_URL || GOOGLE),
      apiVersion: options.apiVersion ?? "v1beta",
    };
    urlOf(this.address, "");
    for (const name of ["maxAttempts", "deadlineMs", "maxEventBytes"] as const) {
      const value = options[name];
      if (value !== undefined && !(value >= 1)) refuse(name, "expected at least 1");
    }
  }

  /** Ask. Nothing is sent until the stream is read. */
  stream(input: StreamRequest): GeminiStream {
    const { model, request } = requestOf(input);
    const { options } = this;
    const url = urlOf(this.address, `${modelPath(model)}:streamGenerateContent?alt=sse`);
    return new GeminiStream(
      {
        id: this.clock.id(),
        model,
        request,
        dress: async (body: GeminiRequest) => upstreamOf(url, await this.headers(), body),
        clock: this.clock,
        fetch: this.fetch,
        ...settingsOf(model, options, input),
        budget: this.budget,
        noPrefill: this.noPrefill,
      },
      { signal: input.signal, pace: input.pace ?? options.pace },
    );
  }

  /** Ask and wait for the whole answer. It streams inside, so stalls and cuts are mended too. */
  async generate(input: StreamRequest): Promise<Answer> {
    const answer = await this.stream(input).answer();
    if (answer.outcome === "done") return answer;
    throw errorOf(answer, answer.attempts.length);
  }

  /** Read a gateway's stream from a cursor, reconnecting by itself. */
  async *follow(target: string, options: FollowOptions = {}): AsyncGenerator<StreamEvent, void> {
    const url = /^https?:/.test(target)
      ? target
      : `${this.address.baseUrl}/streams/${target}/events`;
    const headers = () => this.headers();
    const { follow } = await import("./follow.ts");
    yield* follow(url, { ...options, headers, clock: this.clock, fetch: this.fetch });
  }

  /** The models this key may use. */
  async models(signal?: AbortSignal): Promise<ModelInfo[]> {
    const models: ModelInfo[] = [];
    let page = "";
    for (let i = 0; i < MODEL_PAGES_MAX; i += 1) {
      const answer = await this.call(`models?pageSize=1000${page}`, undefined, signal);
      models.push(...((answer.models as ModelInfo[] | undefined) ?? []));
      if (typeof answer.nextPageToken !== "string" || answer.nextPageToken === "") break;
      page = `&pageToken=${encodeURIComponent(answer.nextPageToken)}`;
    }
    return models;
  }

  /** One plain unary call, as Google answers it: no second attempt, nothing joined. */
  async unary(input: StreamRequest): Promise<GeminiChunk> {
    const { model, request } = requestOf(input);
    return this.call(`${modelPath(model)}:generateContent`, request, input.signal);
  }

  async countTokens(
    input: StreamRequest,
  ): Promise<{ totalTokens: number; [key: string]: unknown }> {
    const { model, request } = requestOf(input);
    const body = { contents: request.contents };
    return (await this.call(`${modelPath(model)}:countTokens`, body, input.signal)) as never;
  }

  private async headers(): Promise<Record<string, string>> {
    const auth = await authOf(this.options.apiKey, this.options.token, this.address);
    return { ...auth, ...this.options.headers };
  }

  private async call(
    path: string,
    body: unknown,
    signal?: AbortSignal,
  ): Promise<Record<string, unknown>> {
    const headers = {
      ...(await this.headers()),
      ...(body ? { "content-type": "application/json" } : {}),
    };
    const init = body ? { method: "POST", body: JSON.stringify(body) } : { method: "GET" };
    let problem: Problem;
    try {
      const response = await this.fetch(urlOf(this.address, path), {
        ...init,
        headers,
        redirect: "manual",
        ...(signal && { signal }),
      });
      const text = await response.text();
      if (response.ok) return JSON.parse(text) as Record<string, unknown>;
      problem = { response: { status: response.status, headers: response.headers, body: text } };
    } catch (error) {
      problem = { thrown: error };
    }
    const { failureOf } = await import("./recovery.ts");
    const cause = "thrown" in problem ? problem.thrown : undefined;
    throw new StreamError(failureOf(problem), { attempts: 1, cause });
  }
}

function environment(): Record<string, string | undefined> {
  const process = (globalThis as { process?: { env?: Record<string, string | undefined> } })
    .process;
  return process?.env ?? {};
}

// The client: where to ask, with which key, how patiently. Everything else is the stream's.
import type { GeminiChunk, GeminiRequest } from "../wire/index.ts";
import type { Answer } from "./answer.ts";
import type { Upstream } from "./attempt.ts";
import { RetryBudget } from "./budget.ts";
import type { Caller, ModelInfo } from "./calls.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { StreamEvent } from "./event.ts";
import type { FollowOptions } from "./follow.ts";
import { errorOf, GeminiStream } from "./gemini-stream.ts";
import type { InteractRequest } from "./interact-request.ts";
import type { Pace } from "./pace.ts";
import {
  type Address,
  addressOf,
  authOf,
  environment,
  modelPath,
  refuse,
  requestOf,
  type Secret,
  type StreamOptions,
  type StreamRequest,
  upstreamOf,
  urlOf,
} from "./request.ts";
import { type Patience, settingsOf } from "./settings.ts";
import type { StreamInput } from "./stream-input.ts";
import type { Way } from "./ways.ts";

/** Options of a `Pollux`; each stream may have its own patience. */
export interface PolluxOptions extends Patience {
  /** Default: `GEMINI_API_KEY`, then `GOOGLE_API_KEY`. A function is asked at each attempt. */
  apiKey?: Secret | undefined;
  /** A bearer token instead of a key, for Vertex and for gateways. */
  token?: Secret | undefined;
  /** Default: `GOOGLE_GEMINI_BASE_URL`, then Google's host. */
  baseUrl?: string | undefined;
  apiVersion?: string | undefined;
  /** Another way to the models than one address; see `pollux/vertex`. Each stream takes its own. */
  way?: (() => Way) | undefined;
  headers?: Record<string, string> | undefined;
  fetch?: typeof globalThis.fetch | undefined;
  clock?: Clock | undefined;
  pace?: Pace | undefined;
}

/** The client: ask Gemini, and always learn how the answer ended. */
export class Pollux {
  private readonly options: PolluxOptions;
  private readonly clock: Clock;
  private readonly address: Address;
  private readonly caller: Caller;
  private readonly budget = new RetryBudget();
  private readonly noPrefill = new Set<string>();

  constructor(options: PolluxOptions = {}) {
    const env = environment();
    this.options = { ...options };
    this.options.apiKey ??= options.token ? undefined : env.GEMINI_API_KEY || env.GOOGLE_API_KEY;
    this.clock = options.clock ?? systemClock;
    this.address = addressOf(options, env);
    this.caller = {
      url: (path) => urlOf(this.address, path),
      headers: () => this.headers(),
      fetch: options.fetch ?? this.clock.fetch,
      ...options.way?.(),
    };
    this.caller.url("");
    for (const name of ["maxAttempts", "deadlineMs", "maxEventBytes"] as const) {
      const value = options[name];
      if (value !== undefined && !(value >= 1)) refuse(name, "expected at least 1");
    }
  }

  /** Ask. Nothing is sent until the stream is read. */
  stream(input: StreamRequest): GeminiStream {
    const { model, request } = requestOf(input);
    const path = `${modelPath(model)}:streamGenerateContent?alt=sse`;
    return this.open(model, request, input, async ({ url, headers }, body) =>
      upstreamOf(url(path), await headers(), body),
    );
  }

  /** Ask by the Interactions API: the same events, the same endings. */
  interact(input: InteractRequest): GeminiStream {
    const { model = "" } = input;
    return this.open(model, { contents: [] }, input, async (caller, request, made) => {
      const { Talk } = await import("./interact.ts");
      made.ways ??= new Talk(input, caller, made);
      return made.ways.dress(request);
    });
  }

  private open(
    model: string,
    request: GeminiRequest,
    input: StreamOptions,
    dress: (caller: Caller, request: GeminiRequest, made: StreamInput) => Promise<Upstream>,
  ): GeminiStream {
    const { clock, budget, noPrefill, options } = this;
    const way = options.way?.();
    const caller = { ...this.caller, ...way };
    const made: StreamInput = {
      id: clock.id(),
      model,
      request,
      dress: (body) => dress(caller, body, made),
      clock,
      fetch: caller.fetch,
      ...settingsOf(model, options, input),
      budget,
      noPrefill,
      another: way?.another,
    };
    const { signal, pace = options.pace } = input;
    return new GeminiStream(made, { signal, pace });
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
    const { follow } = await import("./follow.ts");
    yield* follow(url, { ...options, ...this.caller, clock: this.clock });
  }

  /** The models this key may use. */
  async models(signal?: AbortSignal): Promise<ModelInfo[]> {
    return (await import("./calls.ts")).models(this.caller, signal);
  }

  /** One plain unary call, as Google answers it: no second attempt, nothing joined. */
  async unary(input: StreamRequest): Promise<GeminiChunk> {
    const { model, request } = requestOf(input);
    return this.call(`${modelPath(model)}:generateContent`, request, input);
  }

  async countTokens(
    input: StreamRequest,
  ): Promise<{ totalTokens: number; [key: string]: unknown }> {
    const { model, request } = requestOf(input);
    const { contents } = request;
    return (await this.call(`${modelPath(model)}:countTokens`, { contents }, input)) as never;
  }

  private async call(path: string, body: unknown, { signal }: StreamOptions) {
    return (await import("./calls.ts")).call(this.caller, path, { body, signal });
  }

  private async headers(): Promise<Record<string, string>> {
    const { apiKey, token, headers } = this.options;
    return { ...(await authOf(apiKey, token, this.address)), ...headers };
  }
}

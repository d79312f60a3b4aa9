// A `fetch` for other clients: the same bytes out, but retried, resumed and honest about the end.
// What is no Gemini generation passes through untouched.
import {
  ArrayEncode,
  DONE,
  encodeNative,
  encodeOpenAi,
  type GeminiChunk,
  type GeminiPart,
  type GeminiRequest,
} from "../wire/index.ts";
import {
  geminiRequestOf,
  type OpenAiChatRequest,
  OpenAiEncode,
  OpenAiRequestError,
  openAiCompletion,
} from "../wire/openai.ts";
import { RetryBudget } from "./budget.ts";
import { type Clock, systemClock } from "./clock.ts";
import { isTerminal, type StreamEvent, type TerminalEvent } from "./event.ts";
import { FAILURES, type Failure, failure } from "./failure-table.ts";
import { GeminiStream } from "./gemini-stream.ts";
import type { PolluxOptions } from "./pollux.ts";
import { settingsOf } from "./settings.ts";

export type ResilientFetchOptions = Pick<
  PolluxOptions,
  | "fetch"
  | "clock"
  | "maxAttempts"
  | "deadlineMs"
  | "resume"
  | "clocks"
  | "maxEventBytes"
  | "prefill"
>;

interface Asked {
  model: string;
  request: GeminiRequest;
  url: string;
  headers: Record<string, string>;
  form: "sse" | "array" | "unary" | "openai-stream" | "openai-unary";
  usage: boolean;
}

const NATIVE =
  /\/((?:models|tunedModels)\/[^/:?]+)(?::|%3A)(streamGenerateContent|generateContent)$/i;
const OPENAI = /\/openai\/chat\/completions$/;
const DROPPED_HEADERS =
  /^(content-length|host|connection|accept|accept-encoding|transfer-encoding)$|^x-stainless/i;

export function makeFetch(options: ResilientFetchOptions): typeof globalThis.fetch {
  const clock = options.clock ?? systemClock;
  const through = options.fetch ?? clock.fetch;
  const shared = { budget: new RetryBudget(), noPrefill: new Set<string>() };
  return async (input, init) => {
    const request = new Request(input as RequestInfo, init);
    let asked: Asked | undefined;
    try {
      asked = request.method === "POST" ? await understand(request) : undefined;
    } catch (error) {
      if (error instanceof OpenAiRequestError)
        return refusal(failure("request_invalid", error.message), "openai-unary");
      throw error;
    }
    if (!asked) return through(input, init);
    const signal = init?.signal ?? request.signal;
    if (signal.aborted) throw signal.reason;
    const stream = open(asked, options, clock, through, shared, signal);
    return respond(stream, asked, clock, signal);
  };
}

async function understand(request: Request): Promise<Asked | undefined> {
  const url = new URL(request.url);
  const native = NATIVE.exec(url.pathname);
  const openai = OPENAI.test(url.pathname);
  if (!native && !openai) return undefined;
  const headers: Record<string, string> = {};
  request.headers.forEach((value, name) => {
    if (!DROPPED_HEADERS.test(name)) headers[name] = value;
  });
  let body: unknown;
  try {
    body = await request.clone().json();
  } catch {
    return undefined;
  }
  if (openai) return understandOpenAi(body as OpenAiChatRequest, url, headers);
  const [, path = "", verb = ""] = native as RegExpExecArray;
  const model = decodeURIComponent(path).replace(/^models\//, "");
  const form =
    verb === "generateContent" ? "unary" : url.searchParams.get("alt") === "sse" ? "sse" : "array";
  if (url.searchParams.has("$alt")) return undefined;
  url.pathname = url.pathname.replace(
    /(:|%3A)(streamGenerateContent|generateContent)$/i,
    ":streamGenerateContent",
  );
  url.searchParams.set("alt", "sse");
  return { model, request: body as GeminiRequest, url: url.href, headers, form, usage: true };
}

function understandOpenAi(
  body: OpenAiChatRequest,
  url: URL,
  headers: Record<string, string>,
): Asked {
  if (typeof body.model !== "string" || body.model === "")
    throw new OpenAiRequestError("model", "give a model name");
  const model = body.model.replace(/^(models|google)\//, "");
  url.pathname = url.pathname.replace(OPENAI, `/models/${model}:streamGenerateContent`);
  url.searchParams.set("alt", "sse");
  const { authorization, ...rest } = headers;
  const key = /^Bearer\s+(.+)$/i.exec(authorization ?? "")?.[1];
  return {
    model,
    request: geminiRequestOf(body),
    url: url.href,
    headers: { ...rest, ...(key && { "x-goog-api-key": key }) },
    form: body.stream ? "openai-stream" : "openai-unary",
    usage: body.stream_options?.include_usage === true,
  };
}

function open(
  asked: Asked,
  options: ResilientFetchOptions,
  clock: Clock,
  through: typeof globalThis.fetch,
  shared: { budget: RetryBudget; noPrefill: Set<string> },
  signal: AbortSignal,
): GeminiStream {
  const { model, request, url, headers } = asked;
  const dress = (body: GeminiRequest) => ({ url, headers, body: JSON.stringify(body) });
  const settings = settingsOf(model, options);
  return new GeminiStream(
    { id: clock.id(), model, request, dress, clock, fetch: through, ...settings, ...shared },
    { signal },
  );
}

/** Waits for the first chunk or the end: an early failure is an HTTP error, as clients expect. */
async function respond(
  stream: GeminiStream,
  asked: Asked,
  clock: Clock,
  signal: AbortSignal,
): Promise<Response> {
  const events = stream[Symbol.asyncIterator]();
  const encoder = new Encoder(asked, clock);
  const whole = asked.form === "unary" || asked.form === "openai-unary";
  for (;;) {
    const { value: event } = await events.next();
    if (!event) break;
    if (isTerminal(event)) {
      if (event.type === "stopped")
        throw signal.reason ?? new DOMException("This operation was aborted", "AbortError");
      if (event.type === "failed" || (whole && isUnverified(event)))
        return refusal(failureOf(event), asked.form);
      encoder.take(event);
      return answer(encoder.takeAll() + encoder.end(event), asked.form);
    }
    encoder.take(event);
    if (!whole && encoder.hasContent) break;
  }
  return answer(bodyOf(events, encoder, signal), asked.form);
}

function bodyOf(
  events: AsyncIterator<StreamEvent, undefined>,
  encoder: Encoder,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const utf8 = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          const ready = encoder.takeAll();
          if (ready !== "") return controller.enqueue(utf8.encode(ready));
          const { value: event } = await events.next();
          if (!event) return controller.close();
          if (!isTerminal(event)) encoder.take(event);
          else if (event.type === "stopped")
            return controller.error(
              signal.reason ?? new DOMException("This operation was aborted", "AbortError"),
            );
          else {
            const last = encoder.end(event);
            if (last !== "") controller.enqueue(utf8.encode(last));
            return controller.close();
          }
        }
      },
      async cancel() {
        await events.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

function isUnverified(end: TerminalEvent): boolean {
  return end.type === "incomplete" && end.failure?.code === "end_unverified";
}

function failureOf(end: TerminalEvent): Failure {
  return "failure" in end && end.failure ? end.failure : failure("unknown");
}

/** Events → the bytes of the form that was asked for. */
class Encoder {
  hasContent = false;
  private text = "";
  private last: GeminiChunk = {};
  private readonly array = new ArrayEncode();
  private readonly chunks: GeminiChunk[] = [];
  private readonly openai: OpenAiEncode;
  private readonly asked: Asked;

  constructor(asked: Asked, clock: Clock) {
    this.asked = asked;
    const created = Math.floor(clock.date().getTime() / 1000);
    this.openai = new OpenAiEncode(asked.model, `chatcmpl-${clock.id()}`, created);
  }

  take(event: StreamEvent): void {
    if (event.type !== "chunk") return;
    const chunk = withoutHop(event.chunk);
    this.hasContent = true;
    this.last = { ...this.last, ...chunk };
    const { form } = this.asked;
    if (form === "sse") this.text += encodeNative(JSON.stringify(chunk));
    else if (form === "array") this.text += this.array.element(JSON.stringify(chunk, null, 2));
    else if (form !== "openai-stream") this.chunks.push(chunk);
    else if (chunk.candidates) this.text += encodeOpenAi(JSON.stringify(this.openai.chunk(chunk)));
  }

  takeAll(): string {
    const { text } = this;
    this.text = "";
    return text;
  }

  end(end: TerminalEvent): string {
    const { form } = this.asked;
    const broken = end.type === "failed" || isUnverified(end);
    if (form === "unary") return JSON.stringify(joined(this.chunks, this.last), null, 2);
    if (form === "openai-unary") {
      return JSON.stringify(
        openAiCompletion(
          this.chunks.map((chunk) => this.openai.chunk(chunk)),
          this.last,
        ),
      );
    }
    const error = broken ? JSON.stringify(errorBody(failureOf(end), form)) : "";
    if (form === "sse") return error && encodeNative(error);
    if (form === "array") return (error && this.array.element(error)) + this.array.end();
    if (error) return encodeOpenAi(error);
    const usage = this.asked.usage
      ? encodeOpenAi(JSON.stringify(this.openai.usage(this.last)))
      : "";
    return usage + encodeOpenAi(DONE);
  }
}

/** The answer goes on by itself: the client must not take the end of a hop for its own business. */
function withoutHop(chunk: GeminiChunk): GeminiChunk {
  const first = chunk.candidates?.[0];
  if (first?.continuationToken === undefined && first?.finishReason !== "CONTINUATION")
    return chunk;
  const { continuationToken: _, finishReason, ...rest } = first;
  const finish =
    finishReason === undefined || finishReason === "CONTINUATION" ? {} : { finishReason };
  return { ...chunk, candidates: [{ ...rest, ...finish }] };
}

function joined(chunks: readonly GeminiChunk[], last: GeminiChunk): GeminiChunk {
  const byIndex = new Map<number, NonNullable<GeminiChunk["candidates"]>[number]>();
  for (const chunk of chunks) {
    for (const candidate of chunk.candidates ?? []) {
      const index = candidate.index ?? 0;
      const known = byIndex.get(index);
      const parts = [...(known?.content?.parts ?? [])];
      for (const part of candidate.content?.parts ?? []) {
        const before = parts.at(-1);
        if (before && isText(before) && isText(part) && before.thought === part.thought) {
          parts[parts.length - 1] = { ...before, ...part, text: before.text + part.text };
        } else parts.push(part);
      }
      byIndex.set(index, {
        ...known,
        ...candidate,
        content: { ...candidate.content, parts },
        index,
      });
    }
  }
  const candidates = [...byIndex.values()];
  return { ...last, ...(candidates.length > 0 && { candidates }) };
}

function isText(part: GeminiPart): part is GeminiPart & { text: string } {
  return typeof part.text === "string";
}

function errorBody(problem: Failure, form: Asked["form"]) {
  const row = FAILURES[problem.code];
  const code = problem.httpStatus && problem.httpStatus >= 400 ? problem.httpStatus : row.status;
  const message = `${problem.message} (${problem.code}) ${row.next}`;
  if (form.startsWith("openai"))
    return { error: { message, type: row.kind, param: null, code: problem.code } };
  const delay = problem.retryAfterMs;
  const details =
    delay === undefined
      ? []
      : [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${delay / 1000}s` }];
  const status = problem.grpcStatus ?? (code >= 500 ? "UNAVAILABLE" : "FAILED_PRECONDITION");
  return { error: { code, message, status, ...(details.length > 0 && { details }) } };
}

function refusal(problem: Failure, form: Asked["form"]): Response {
  const row = FAILURES[problem.code];
  const status = problem.httpStatus && problem.httpStatus >= 400 ? problem.httpStatus : row.status;
  const headers: Record<string, string> = {
    "content-type": "application/json; charset=UTF-8",
    "x-pollux-failure": problem.code,
    // Everything worth trying again was tried.
    "x-should-retry": "false",
  };
  if (problem.retryAfterMs !== undefined)
    headers["retry-after"] = String(Math.ceil(problem.retryAfterMs / 1000));
  return new Response(`${JSON.stringify(errorBody(problem, form), null, 2)}\n`, {
    status,
    headers,
  });
}

function answer(body: string | ReadableStream<Uint8Array>, form: Asked["form"]): Response {
  const streamed = form === "sse" || form === "openai-stream";
  const type = streamed ? "text/event-stream" : "application/json; charset=UTF-8";
  return new Response(body, { status: 200, headers: { "content-type": type } });
}

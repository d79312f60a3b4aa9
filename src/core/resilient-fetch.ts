// A `fetch` for other clients: the same bytes out, but retried, resumed and honest about the end.
// What is no Gemini generation passes through untouched.
import type { GeminiRequest } from "../wire/index.ts";
import { geminiRequestOf, type OpenAiChatRequest, OpenAiRequestError } from "../wire/openai.ts";
import { RetryBudget } from "./budget.ts";
import { type Clock, systemClock } from "./clock.ts";
import { isTerminal, type StreamEvent } from "./event.ts";
import { type Failure, failure } from "./failure-table.ts";
import { contentTypeOf, type Form, FormEncode, refusalOf } from "./form.ts";
import { GeminiStream } from "./gemini-stream.ts";
import type { PolluxOptions } from "./pollux.ts";
import { settingsOf } from "./settings.ts";

/** What `resilientFetch` takes of the options of a `Pollux`. */
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
  form: Form;
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
        return refusal(failure("request_invalid", error.message), "openai");
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
  const streamed = url.searchParams.get("alt") === "sse" ? "sse" : "array";
  const shape = verb === "generateContent" ? "whole" : streamed;
  if (url.searchParams.has("$alt")) return undefined;
  url.pathname = url.pathname.replace(
    /(:|%3A)(streamGenerateContent|generateContent)$/i,
    ":streamGenerateContent",
  );
  url.searchParams.set("alt", "sse");
  return {
    model,
    request: body as GeminiRequest,
    url: url.href,
    headers,
    form: { api: "gemini", shape },
  };
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
    form: {
      api: "openai",
      shape: body.stream ? "sse" : "whole",
      usage: body.stream_options?.include_usage === true,
    },
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
  { form, model }: Asked,
  clock: Clock,
  signal: AbortSignal,
): Promise<Response> {
  const events = stream[Symbol.asyncIterator]();
  const created = Math.floor(clock.date().getTime() / 1000);
  const encode = new FormEncode(form, { model, id: clock.id(), created });
  const whole = form.shape === "whole";
  let ready = "";
  for (;;) {
    const { value: event } = await events.next();
    if (!event) break;
    if (event.type === "chunk") {
      ready += encode.take(() => event.chunk);
      if (!whole) break;
    }
    if (!isTerminal(event)) continue;
    if (event.type === "stopped") throw reasonOf(signal);
    const problem = encode.problem(event);
    if (problem && ready === "") return refusal(problem, form.api);
    return answer(ready + encode.end(event), form);
  }
  return answer(bodyOf(events, encode, ready, signal), form);
}

function bodyOf(
  events: AsyncIterator<StreamEvent, undefined>,
  encode: FormEncode,
  begun: string,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const utf8 = new TextEncoder();
  let ready = begun;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          if (ready !== "") {
            controller.enqueue(utf8.encode(ready));
            ready = "";
            return;
          }
          const { value: event } = await events.next();
          if (!event) return controller.close();
          if (event.type === "chunk") ready = encode.take(() => event.chunk);
          if (!isTerminal(event)) continue;
          if (event.type === "stopped") return controller.error(reasonOf(signal));
          const last = encode.end(event);
          if (last !== "") controller.enqueue(utf8.encode(last));
          return controller.close();
        }
      },
      async cancel() {
        await events.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

function reasonOf(signal: AbortSignal): unknown {
  return signal.reason ?? new DOMException("This operation was aborted", "AbortError");
}

function refusal(problem: Failure, api: Form["api"]): Response {
  const { status, headers, body } = refusalOf(problem, api);
  return new Response(body, { status, headers });
}

function answer(body: string | ReadableStream<Uint8Array>, form: Form): Response {
  return new Response(body, { status: 200, headers: { "content-type": contentTypeOf(form) } });
}

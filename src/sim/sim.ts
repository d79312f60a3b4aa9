// START HERE. The simulator: a request in, a reply out. It decides which attempt of which scenario a
// request is, lets the model tell its answer, and lets the faults change it.
import type { GeminiChunk, GeminiRequest } from "../wire/index.ts";
import { chunksOf, HOP_TOKENS, type Telling, tokensOf, unary } from "./answer.ts";
import { BODY_BY_STATUS, ERROR_BODIES, type ErrorBody, retryInfo } from "./bodies.ts";
import { control } from "./control.ts";
import { camel, type Wanted, wanted } from "./conversation.ts";
import type { FaultContext, Told } from "./faults/fault.ts";
import { FAULTS, findFault } from "./faults/index.ts";
import { simFetch } from "./fetch.ts";
import { frame, googleJson, prettyJson } from "./framing.ts";
import { bodyWithout, Journal, type JournalEntry, pathWithoutKey, withoutKeys } from "./journal.ts";
import { listModels, modelInfo, openAiModels } from "./listing.ts";
import { findModel, type SimModel } from "./models.ts";
import { fromOpenAi, openAiAnswer } from "./openai.ts";
import { Quota, type QuotaLimits } from "./quota.ts";
import { hash, random } from "./random.ts";
import { bytesOf, type Framing, type Item, type Reply, streamHeaders } from "./reply.ts";
import { type Route, routeOf } from "./route.ts";
import { type FaultCall, parseScenario, type Scenario, ScenarioError } from "./scenario.ts";
import { type ServedReply, type ServedRequest, simServe } from "./serve.ts";
import { refuseKey, refuseModel, refuseRequest } from "./validate.ts";

export interface SimClock {
  now(): number;
  date(): Date;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface SimOptions {
  seed?: number;
  /** Text, a parsed file, or a scenario; meets every request that it matches. */
  scenario?: unknown;
  clock?: SimClock;
  /** Time before the first chunk, and between chunks. */
  ttftMs?: number;
  chunkDelayMs?: number;
  /** `false`: no key is asked for. A list: only these are taken. */
  keys?: boolean | readonly string[];
  quota?: QuotaLimits;
  /** Tokens that one request of a long answer yields. */
  hopTokens?: number;
}

export interface SimRequest {
  method: string;
  url: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
}

export interface Sim {
  /** As `fetch` of a real upstream, without a socket. */
  fetch: typeof globalThis.fetch;
  /** As a handler for a socket: `listen(sim.serve)`. */
  serve(request: ServedRequest): Promise<ServedReply>;
  /** What to say to a request; for those who bring their own sockets. */
  handle(request: SimRequest): { reply: Reply; entry: JournalEntry };
  /** The whole and only true answer to a request, or to the request that it goes on from. */
  truth(model: string, request: Pick<GeminiRequest, "contents">): string;
  readonly journal: readonly JournalEntry[];
  clearJournal(): void;
  addScenario(value: unknown): Scenario;
  clearScenarios(): void;
  readonly clock: SimClock;
}

const ATTEMPTS_KEPT_MAX = 10_000;
const SCENARIOS_MAX = 100;

const realClock: SimClock = {
  now: () => performance.now(),
  date: () => new Date(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      if (signal?.aborted) finish();
      else signal?.addEventListener("abort", finish, { once: true });
    }),
};

export function createSim(options: SimOptions = {}): Sim {
  const simulator = new Simulator(options);
  return {
    fetch: simFetch(simulator),
    serve: simServe(simulator),
    handle: (request) => simulator.handle(request),
    truth: (model, request) => simulator.wanted(model, request as GeminiRequest).full,
    get journal() {
      return simulator.journal.list;
    },
    clearJournal: () => simulator.journal.clear(),
    addScenario: (value) => simulator.addScenario(value),
    clearScenarios: () => simulator.clearScenarios(),
    clock: simulator.clock,
  };
}

export class Simulator {
  readonly journal = new Journal();
  readonly clock: SimClock;
  scenarios: Scenario[] = [];
  private readonly options: SimOptions;
  private readonly seed: number;
  private readonly quota: Quota | undefined;
  private readonly attempts = new Map<string, number>();

  constructor(options: SimOptions) {
    this.options = options;
    this.seed = options.seed ?? 1;
    this.clock = options.clock ?? realClock;
    this.quota = options.quota && new Quota(options.quota);
    if (options.scenario !== undefined) this.addScenario(options.scenario);
  }

  addScenario(value: unknown): Scenario {
    const scenario = parseScenario(value);
    if (this.scenarios.length >= SCENARIOS_MAX) this.scenarios.shift();
    this.scenarios.push(scenario);
    return scenario;
  }

  clearScenarios(): void {
    this.scenarios = [];
    this.attempts.clear();
  }

  wanted(model: string, request: GeminiRequest): Wanted {
    return wanted(this.seed, findModel(model)?.name ?? model, request);
  }

  handle(request: SimRequest): { reply: Reply; entry: JournalEntry } {
    const url = new URL(request.url, "http://sim.invalid");
    const { key, kind } = keyOf(url, request.headers);
    const route = routeOf(url);
    const entry = this.journal.add({
      at: this.clock.date().toISOString(),
      method: request.method,
      path: pathWithoutKey(url),
      faults: [],
      key: kind,
      headers: withoutKeys(request.headers),
      outcome: "open",
      ...(request.body !== "" && { body: bodyWithout(key, request.body) }),
    });
    const reply = this.answer(route, request, url, key, entry);
    entry.status = reply.status;
    if (reply.refusal) entry.outcome = "refused";
    return { reply, entry };
  }

  private answer(
    route: Route,
    request: SimRequest,
    url: URL,
    key: string | undefined,
    entry: JournalEntry,
  ): Reply {
    if (route.kind === "control") return control(this, route.what, request);
    const refusal = refuseKey(key, this.options.keys ?? true);
    const streamed = route.kind === "generate" && route.verb === "streamGenerateContent";
    const form = {
      sse: streamed && url.searchParams.get("alt") === "sse",
      wrapped:
        route.kind.startsWith("openai") || (streamed && url.searchParams.get("alt") !== "sse"),
    };
    if (refusal) return this.error(refusal, form);
    if (route.kind === "models") return json(listModels(url));
    if (route.kind === "openai-models") return json(openAiModels());
    if (route.kind === "model") {
      const gone = refuseModel(route.model, route.version, "generateContent");
      return gone && !findModel(route.model)
        ? this.error(gone, form)
        : json(modelInfo(findModel(route.model) as SimModel));
    }
    if (route.kind === "unknown")
      return this.error(ERROR_BODIES.not_found_no_body as ErrorBody, form);
    if (request.method !== "POST")
      return this.error({ status: 404, text: "", contentType: "text/html; charset=UTF-8" }, form);
    let body: Record<string, unknown>;
    try {
      body = JSON.parse(request.body) as Record<string, unknown>;
    } catch {
      return this.error(
        {
          status: 400,
          error: {
            code: 400,
            status: "INVALID_ARGUMENT",
            message: "Invalid JSON payload received. Unexpected end of string.",
          },
        },
        form,
      );
    }
    return this.generate(route, request, url, body, entry, form);
  }

  private generate(
    route: Route & { kind: "generate" | "openai-chat" },
    request: SimRequest,
    url: URL,
    body: Record<string, unknown>,
    entry: JournalEntry,
    form: Form,
  ): Reply {
    const openai = route.kind === "openai-chat";
    const native = (openai ? fromOpenAi(body) : camel(body)) as GeminiRequest;
    const name = openai ? String(body.model ?? "") : route.model;
    const verb = openai ? (body.stream ? "streamGenerateContent" : "generateContent") : route.verb;
    const gone = refuseModel(name, openai ? "v1beta" : route.version, verb);
    entry.model = name.replace(/^models\//, "");
    const want = this.wanted(name, native);
    const calls = this.faultsFor(request, want, entry, url.pathname);
    const context = this.context(want, entry);
    for (const { word, settings } of calls) {
      const reply = findFault(word)?.reply?.(settings, context);
      if (reply) return { status: 200, headers: {}, pieces: [], ...reply };
    }
    if (gone) return this.error(gone, form);
    const model = findModel(name) as SimModel;
    if (verb === "countTokens")
      return json({
        totalTokens: tokensOf(
          JSON.stringify(native.contents ?? native.generateContentRequest ?? ""),
        ),
        promptTokensDetails: [
          { modality: "TEXT", tokenCount: tokensOf(JSON.stringify(native.contents ?? "")) },
        ],
      });
    if (verb === "embedContent")
      return json({ embedding: { values: embedding(JSON.stringify(native.content ?? "")) } });
    if (verb === "batchEmbedContents")
      return json({
        embeddings: ((native.requests ?? []) as unknown[]).map((one) => ({
          values: embedding(JSON.stringify(one)),
        })),
      });
    const refused = refuseRequest(model, native);
    if (refused) return this.error(refused, form);
    const over = this.quota?.take(this.clock.now(), tokensOf(JSON.stringify(native.contents)));
    if (over) return this.error(over, form);
    return this.tell({ model, native, want, calls, context, entry, verb, openai, url, name });
  }

  private tell(now: {
    model: SimModel;
    native: GeminiRequest;
    want: Wanted;
    calls: FaultCall[];
    context: FaultContext;
    entry: JournalEntry;
    verb: string;
    openai: boolean;
    url: URL;
    name: string;
  }): Reply {
    const { model, native, want, calls, context, entry, verb, openai } = now;
    let told: Told = {
      text: want.quote + want.full.slice(want.from),
      truth: want.full,
      delivered: want.full.slice(0, want.from),
      how: want.how,
      quote: want.quote,
    };
    for (const { word, settings } of calls)
      told = findFault(word)?.tell?.(told, settings, context) ?? told;
    entry.truth = told.truth;
    const telling: Telling = {
      model,
      request: native,
      wanted: want,
      text: told.text,
      offset: told.truth.length - told.text.length,
      seed: this.seed,
      hopTokens: this.options.hopTokens ?? HOP_TOKENS,
    };
    const chunks = chunksOf(telling);
    const streamed = verb === "streamGenerateContent";
    const mode = openai
      ? "openai"
      : !streamed
        ? "unary"
        : now.url.searchParams.get("alt") === "sse"
          ? "sse"
          : "array";
    if (!streamed) return this.whole(chunks, openai, model, calls, context);
    let framing: Framing = {
      mode,
      eol: "\r\n",
      eventLines: false,
      multiLine: false,
      bareEnd: false,
      done: false,
      integerEnums: /enum-encoding=int/.test(decodeURIComponent(now.url.search)),
    };
    let items: Item[] = this.timed(chunks);
    let headers = streamHeaders(mode, this.clock.date());
    for (const { word, settings } of calls) {
      const fault = findFault(word);
      items = fault?.items?.(items, settings, context) ?? items;
      framing = fault?.framing?.(framing, settings) ?? framing;
      headers = fault?.headers?.(headers, settings) ?? headers;
    }
    let pieces = frame(items, framing, entry.model ?? now.name);
    for (const { word, settings } of calls)
      pieces = findFault(word)?.pieces?.(pieces, settings, context) ?? pieces;
    return { status: 200, headers, pieces };
  }

  private whole(
    chunks: GeminiChunk[],
    openai: boolean,
    model: SimModel,
    calls: FaultCall[],
    context: FaultContext,
  ): Reply {
    let items: Item[] = chunks.map((chunk) => ({ kind: "chunk", chunk }));
    for (const { word, settings } of calls)
      items = findFault(word)?.items?.(items, settings, context) ?? items;
    const said = items.flatMap((item) => (item.kind === "chunk" ? [item.chunk] : []));
    const answer = unary(said);
    const reply = json(openai ? openAiAnswer(answer, model.name) : answer);
    const stop = items.find((item) => item.kind === "stop");
    const wait = (this.options.ttftMs ?? 0) + (this.options.chunkDelayMs ?? 0) * chunks.length;
    return {
      ...reply,
      pieces: [{ kind: "wait", ms: wait }, ...(stop?.kind === "stop" ? [stop] : reply.pieces)],
    };
  }

  private timed(chunks: GeminiChunk[]): Item[] {
    const { ttftMs = 0, chunkDelayMs = 0 } = this.options;
    return chunks.flatMap((chunk, i): Item[] => {
      const ms = i === 0 ? ttftMs : chunkDelayMs;
      const item: Item = { kind: "chunk", chunk };
      return ms > 0 ? [{ kind: "wait", ms }, item] : [item];
    });
  }

  /** The faults of this very attempt, from the request's own header or from the scenarios set. */
  private faultsFor(
    request: SimRequest,
    want: Wanted,
    entry: JournalEntry,
    path: string,
  ): FaultCall[] {
    const own = request.headers["x-sim"];
    const matching = own ? [this.fromHeader(own)] : this.scenarios;
    const scenario = matching.findLast(
      (one) =>
        (!one.match?.model || one.match.model === entry.model) &&
        (!one.match?.path || path.includes(one.match.path)),
    );
    const id = `${request.headers["x-sim-stream"] ?? want.key}\n${scenario?.text ?? ""}`;
    const n = (this.attempts.get(id) ?? 0) + 1;
    if (this.attempts.size >= ATTEMPTS_KEPT_MAX) this.attempts.clear();
    this.attempts.set(id, n);
    entry.attempt = n;
    if (!scenario) return [];
    const last = scenario.attempts.length - 1;
    const calls =
      scenario.attempts[n - 1] ??
      (scenario.after === "repeat-last" ? scenario.attempts[last] : []) ??
      [];
    const chance = random(hash(`${want.key} ${n}`, this.seed));
    const met = calls.filter((call) => call.chance === undefined || chance.next() < call.chance);
    entry.faults = met.map(({ word }) => word);
    return met;
  }

  private fromHeader(text: string): Scenario {
    try {
      return parseScenario(text);
    } catch (error) {
      if (error instanceof ScenarioError)
        return {
          text,
          attempts: [
            [{ word: "status", settings: { numbers: [], words: [`x-sim: ${error.message}`] } }],
          ],
          after: "repeat-last",
        };
      throw error;
    }
  }

  private context(want: Wanted, entry: JournalEntry): FaultContext {
    return {
      random: random(hash(`${want.key} ${entry.attempt}`, this.seed)),
      error: (name, retryMs) => {
        const known = ERROR_BODIES[BODY_BY_STATUS[Number(name)] ?? name];
        const body = known ?? {
          status: Number(name) || 400,
          error: {
            code: Number(name) || 400,
            message: Number(name) ? `HTTP ${name}` : name,
            status: "INVALID_ARGUMENT",
          },
        };
        const shown = withRetry(body, retryMs);
        return {
          ...errorReply(shown, { sse: true, wrapped: false }),
          text: errorText(shown, false),
          json: shown.error as never,
        };
      },
    };
  }

  private error(body: ErrorBody, form: Form): Reply {
    const { status, headers } = errorReply(body, form);
    return {
      status,
      headers,
      pieces: [{ kind: "bytes", bytes: bytesOf(errorText(body, form.wrapped)) }],
    };
  }
}

interface Form {
  sse: boolean;
  wrapped: boolean;
}

function withRetry(body: ErrorBody, retryMs: number | undefined): ErrorBody {
  if (retryMs === undefined || !body.error) return body;
  const details = (body.error.details ?? []).filter((one) => !("retryDelay" in one));
  const message = body.error.message.replace(
    /Please retry in [^ ]*s\.?/,
    `Please retry in ${retryMs / 1_000}s.`,
  );
  return {
    ...body,
    error: { ...body.error, message, details: [...details, retryInfo(retryMs / 1_000)] },
  };
}

/** Errors before a stream carry the stream's content type although they are bare JSON. */
function errorReply(body: ErrorBody, form: Form) {
  const type =
    body.contentType ?? (form.sse ? "text/event-stream" : "application/json; charset=UTF-8");
  return {
    status: body.status,
    headers: { "content-type": type, server: "scaffolding on HTTPServer2" },
  };
}

function errorText(body: ErrorBody, wrapped: boolean): string {
  if (body.text !== undefined) return body.text;
  const text = prettyJson({ error: body.error });
  return wrapped ? `[${text}\n]\n` : `${text}\n`;
}

function json(value: unknown): Reply {
  return {
    status: 200,
    headers: { "content-type": "application/json; charset=UTF-8" },
    pieces: [{ kind: "bytes", bytes: bytesOf(googleJson(value)) }],
  };
}

function keyOf(
  url: URL,
  headers: Record<string, string>,
): { key: string | undefined; kind: JournalEntry["key"] } {
  if (headers["x-goog-api-key"]) return { key: headers["x-goog-api-key"], kind: "header" };
  const query = url.searchParams.get("key");
  if (query) return { key: query, kind: "query" };
  const bearer = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? "")?.[1];
  return bearer ? { key: bearer, kind: "bearer" } : { key: undefined, kind: "none" };
}

function embedding(text: string): number[] {
  const r = random(hash(text));
  return Array.from({ length: 64 }, () => Math.round((r.next() * 2 - 1) * 1e6) / 1e6);
}

export const FAULT_WORDS: readonly string[] = Object.freeze(FAULTS.map(({ word }) => word));

// A request in, a reply out: who may ask, for what, on which attempt. It knows no sockets and no
// time of its own.
import type { GeminiRequest } from "../wire/index.ts";
import { HOP_TOKENS } from "./answer.ts";
import { type Arrival, Attempts } from "./attempts.ts";
import { CONTINUATION_INVALID, ERROR_BODIES, type ErrorBody, PAGE_NOT_FOUND } from "./bodies.ts";
import type { SimClock } from "./clock.ts";
import { control } from "./control.ts";
import { camel, type Wanted, wanted } from "./conversation.ts";
import type { FaultCall, FaultContext } from "./faults/fault.ts";
import { refuseFields } from "./fields.ts";
import { generate, misdelivered, replyOfFault } from "./generate.ts";
import { InteractionsDesk, type InteractionsOptions } from "./interactions/desk.ts";
import { type Caller, callerOf, cleaner, Journal, type JournalEntry, noted } from "./journal.ts";
import {
  countOf,
  embeddingOf,
  listModels,
  modelInfo,
  openAiModels,
  publisherModel,
} from "./listing.ts";
import { bareName, findModel, MODELS, modelsWith, type SimModel } from "./models.ts";
import { fromOpenAi, openAiEmbeddings } from "./openai.ts";
import { bodyNamed, errorReply, type Form, jsonReply, withRetry } from "./problem.ts";
import { Quota, type QuotaLimits } from "./quota.ts";
import { hash, random } from "./random.ts";
import type { Framing, Reply } from "./reply.ts";
import { type Route, routeOf, type Surface } from "./route.ts";
import { ScenarioError } from "./scenario.ts";
import { tokensOf } from "./speech.ts";
import { refuseKey, refuseModel, refuseRequest } from "./validate.ts";

interface UpstreamOptions {
  seed?: number;
  clock: SimClock;
  ttftMs?: number;
  chunkDelayMs?: number;
  keys?: boolean | readonly string[];
  quota?: QuotaLimits;
  hopTokens?: number;
  models?: readonly (Partial<SimModel> & { name: string })[];
  interactions?: InteractionsOptions;
}

/** A request as the simulator takes it. */
export interface SimRequest {
  method: string;
  /** Path and query, or a whole URL. */
  url: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** A request on its way through. */
interface Asking {
  method: string;
  url: URL;
  headers: Record<string, string>;
  text: string;
  caller: Caller;
  entry: JournalEntry;
  form: Form;
}

const QUOTAS_MAX = 1_000;
const PLAIN: Surface = { version: "v1beta", project: false, vertex: false };

export class Upstream {
  readonly journal = new Journal();
  readonly attempts: Attempts;
  readonly models: readonly SimModel[];
  readonly interactions: InteractionsDesk;
  private readonly options: UpstreamOptions;
  private readonly seed: number;
  private readonly quota: Quota | undefined;
  /** The buckets of the fault `quota`. */
  private readonly quotas = new Map<string, Quota>();

  constructor(options: UpstreamOptions) {
    this.options = options;
    this.seed = options.seed ?? 1;
    this.attempts = new Attempts(this.seed);
    this.quota = options.quota && new Quota(options.quota);
    this.models = options.models ? modelsWith(options.models) : MODELS;
    const { clock, ttftMs = 0, chunkDelayMs = 0, hopTokens = HOP_TOKENS, interactions } = options;
    const told = { clock, ttftMs, chunkDelayMs, hopTokens, models: this.models, seed: this.seed };
    this.interactions = new InteractionsDesk({ ...told, ...interactions });
  }

  wanted(name: string, request: GeminiRequest): Wanted {
    const model = findModel(name, this.models) ?? { name: bareName(name), image: false };
    return wanted(this.seed, model, request);
  }

  handle(request: SimRequest): { reply: Reply; entry: JournalEntry } {
    const { method, headers } = request;
    const url = new URL(request.url, "http://sim.invalid");
    const text =
      typeof request.body === "string" ? request.body : new TextDecoder().decode(request.body);
    const caller = callerOf(url, headers);
    const clean = cleaner(url, headers);
    const arrived = {
      at: this.options.clock.date().toISOString(),
      method,
      faults: [],
      key: caller.kind,
      outcome: "open" as const,
      ...noted(url, headers, text, clean),
    };
    const route = routeOf(url);
    if (route.kind === "control") {
      const reply = control(route.what, { method, text }, this.attempts, this.journal, this.models);
      return { reply, entry: { n: 0, ...arrived } };
    }
    const entry = this.journal.add(arrived);
    const form = formOf(route, url);
    const asking = { method, url, headers, text, caller, entry, form };
    const reply = method === "OPTIONS" ? preflight() : this.answer(route, asking);
    if (headers.origin) Object.assign(reply.headers, corsHeaders(headers.origin));
    entry.status = reply.status;
    // A model's name and an answer may echo what was asked, and so a key.
    if (entry.model) entry.model = clean(entry.model);
    if (entry.truth) entry.truth = clean(entry.truth);
    if (reply.refusal) entry.outcome = "refused";
    return { reply, entry };
  }

  private answer(route: Exclude<Route, { kind: "control" }>, asking: Asking): Reply {
    const surface = "version" in route ? route : PLAIN;
    const refusal = refuseKey(asking.caller, this.options.keys ?? true, surface);
    if (refusal) return this.error(refusal, asking.form);
    if (route.kind === "generate" || route.kind === "openai-chat") return this.post(route, asking);
    if (route.kind === "interactions") return this.interact(route, asking);
    const path = asking.url.pathname;
    const met = this.met(asking, { key: path, model: undefined, generates: false, tokens: 0 });
    if ("refused" in met) return met.refused;
    const reply = replyOfFault(met.calls, met.context) ?? this.lookUp(route, asking);
    return misdelivered(reply, met.calls, met.context);
  }

  private interact(route: Route & { kind: "interactions" }, asking: Asking): Reply {
    const { id, verb } = route;
    return this.interactions.answer(
      { ...asking, id, verb },
      {
        met: (what) => this.met(asking, what),
        error: (body) => this.error(body, asking.form),
        wanted: (name, request) => this.wanted(name, request),
        over: (tokens, model) => this.quota?.take(this.options.clock.now(), tokens, model),
      },
    );
  }

  /** What is not an answer of a model. */
  private lookUp(route: Exclude<Route, { kind: "control" }>, asking: Asking): Reply {
    const { url, form, text, method } = asking;
    const asksRight = method === (route.kind === "openai-embeddings" ? "POST" : "GET");
    if (!asksRight && method !== "HEAD") return this.error(PAGE_NOT_FOUND, form);
    if (route.kind === "models") return jsonReply(listModels(url, this.models, route.vertex));
    if (route.kind === "openai-models") return jsonReply(openAiModels(this.models));
    if (route.kind === "openai-embeddings") {
      const body = parsed(text);
      return body ? jsonReply(openAiEmbeddings(body)) : this.error(badJson(text), form);
    }
    if (route.kind === "model") {
      const model = findModel(route.model, this.models);
      if (model) return jsonReply(route.vertex ? publisherModel(model) : modelInfo(model));
      const refused = refuseModel(route.model, "generateContent", route, this.models);
      return this.error(refused ?? PAGE_NOT_FOUND, form);
    }
    return this.error(PAGE_NOT_FOUND, form);
  }

  private post(route: Route & { kind: "generate" | "openai-chat" }, asking: Asking): Reply {
    const { form, text, entry, headers, url } = asking;
    if (asking.method !== "POST") return this.error(PAGE_NOT_FOUND, form);
    const body = parsed(text);
    if (!body) return this.error(badJson(text), form);
    const openai = route.kind === "openai-chat";
    const request = openai ? fromOpenAi(body) : (camel(body) as GeminiRequest);
    const name = openai ? String(body.model ?? "") : route.model;
    const verb = openai ? (body.stream ? "streamGenerateContent" : "generateContent") : route.verb;
    const surface = openai ? PLAIN : route;
    entry.model = bareName(name);
    const want = this.wanted(name, request);
    const tokens = tokensOf(JSON.stringify(request.contents ?? ""));
    const generates = /generateContent$/i.test(verb);
    const met = this.met(asking, { key: want.key, model: entry.model, generates, tokens });
    if ("refused" in met) return met.refused;
    const { calls, context } = met;
    const say = () => {
      const gone = refuseModel(name, verb, surface, this.models);
      if (gone) return this.error(gone, form);
      if (verb === "countTokens") return jsonReply(countOf(request));
      if (verb.endsWith("mbedContents") || verb === "embedContent")
        return jsonReply(embeddingOf(request));
      const model = findModel(name, this.models) as SimModel;
      const streamed = verb === "streamGenerateContent";
      const how = { streamed, bodyChars: text.length, headers };
      const refused =
        (openai ? undefined : refuseFields(body)) ?? refuseRequest(model, request, how);
      if (refused) return this.error(refused, form);
      if (want.tokenIsForeign) return this.error(CONTINUATION_INVALID, form);
      const { clock, ttftMs = 0, chunkDelayMs = 0, hopTokens = HOP_TOKENS } = this.options;
      const over = this.quota?.take(clock.now(), tokens, model.name);
      if (over) return this.error(over, form);
      return generate({
        ...{ model, request, wanted: want, calls, context, entry, hopTokens, ttftMs, chunkDelayMs },
        mode: modeOf(openai, streamed, url),
        integerEnums: /enum-encoding=int/.test(url.searchParams.get("$alt") ?? ""),
        vertex: surface.vertex,
        seed: this.seed,
        nowDate: clock.date(),
      });
    };
    return misdelivered(replyOfFault(calls, context) ?? say(), calls, context);
  }

  /** The faults that meet this request; a header that cannot be read is refused in so many words. */
  private met(
    asking: Asking,
    what: Pick<Arrival, "key" | "model" | "generates"> & { tokens: number },
  ): { calls: FaultCall[]; context: FaultContext } | { refused: Reply } {
    const { headers, entry, url, form } = asking;
    try {
      const { n, calls } = this.attempts.next({
        ...what,
        header: headers["x-sim"],
        stream: headers["x-sim-stream"],
        path: url.pathname,
      });
      entry.attempt = n;
      entry.faults = calls.map(({ word }) => word);
      return { calls, context: this.context(asking, what.key, what.tokens) };
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      const message = `x-sim: ${error.message}`;
      const body = { status: 400, error: { code: 400, message, status: "INVALID_ARGUMENT" } };
      return { refused: this.error(body, form) };
    }
  }

  private context({ entry, form }: Asking, key: string, tokens: number): FaultContext {
    const named = (name: string) => bodyNamed(name) ?? (ERROR_BODIES.internal as ErrorBody);
    return {
      random: random(hash(`${key} ${entry.attempt}`, this.seed)),
      error: (name, retryMs) => this.error(withRetry(named(name), retryMs), form),
      errorObject: (name) => ({ ...(named(name).error ?? ERROR_BODIES.internal?.error) }),
      quota: (kind, limit) => {
        const limits: QuotaLimits = {
          minute: { requestsPerMinute: limit },
          day: { requestsPerDay: limit },
          tokens: { tokensPerMinute: limit },
        }[kind];
        const id = `${kind} ${limit}`;
        const quota = this.quotas.get(id) ?? new Quota(limits);
        if (this.quotas.size < QUOTAS_MAX) this.quotas.set(id, quota);
        const over = quota.take(this.options.clock.now(), tokens, entry.model ?? "");
        return over && this.error(over, form);
      },
    };
  }

  private error(body: ErrorBody, form: Form): Reply {
    return errorReply(body, form, this.options.clock.date());
  }
}

/** Pages in a browser may ask the API, and so they may ask here. */
function corsHeaders(origin: string): Record<string, string> {
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "content-encoding,date,server,vary",
  };
}

function preflight(): Reply {
  const headers = {
    "access-control-allow-methods": "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT",
    "access-control-allow-headers": "*,authorization,content-type,x-goog-api-key,x-goog-api-client",
    "access-control-max-age": "3600",
  };
  return { status: 204, headers, pieces: [] };
}

function formOf(route: Route, url: URL): Form {
  const streamed = route.kind === "generate" && route.verb === "streamGenerateContent";
  const sse = streamed && url.searchParams.get("alt") === "sse";
  if (route.kind === "interactions") return { sse: false, wrapped: false, worded: true };
  return { sse, wrapped: route.kind.startsWith("openai") || (streamed && !sse) };
}

function modeOf(openai: boolean, streamed: boolean, url: URL): Framing["mode"] {
  if (openai) return streamed ? "openai" : "openai-unary";
  if (!streamed) return "unary";
  return url.searchParams.get("alt") === "sse" ? "sse" : "array";
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function badJson(text: string): ErrorBody {
  const what =
    text.trim() === "" ? "Unexpected end of string. Expected a value." : "Unknown syntax.";
  const message = `Invalid JSON payload received. ${what}`;
  return { status: 400, error: { code: 400, message, status: "INVALID_ARGUMENT" } };
}

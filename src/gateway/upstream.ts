// The way to Gemini: one base address, a key for each attempt, and nothing of the client's but what
// Gemini is to see. No request can reach another host.

import {
  type Patience,
  RetryBudget,
  restore,
  type StreamInput,
  settingsOf,
} from "../core/engine.ts";
import {
  classifyResponse,
  classifyThrown,
  type Failure,
  failure,
  redact,
} from "../core/failures.ts";
import type { Clock, ModelInfo, TerminalEvent } from "../core/index.ts";
import { STREAM_HEADER } from "../wire/index.ts";
import type { Ask } from "./ask.ts";
import type { Exchange } from "./exchange.ts";
import { interactionDrive } from "./interactions/drive.ts";
import { Refusal } from "./refusal.ts";
import { type Lane, type Site, siteOf, type VertexPlace, withRoles } from "./site.ts";
import type { Drive, Past } from "./streams.ts";
import type { Credential, Warden } from "./warden.ts";

interface UpstreamOptions {
  baseUrl: string;
  vertex?: VertexPlace | undefined;
  fetch: typeof globalThis.fetch;
  clock: Clock;
  warden: Warden;
  patience: Patience;
  /** End of patience for what runs in the background, whatever its client's is. */
  backgroundMs?: number | undefined;
  tellStream?: boolean | undefined;
}

/** Of a forwarded answer; the rest is between the gateway and upstream. */
const PASSED_BACK =
  /^(content-type|content-disposition|content-range|cache-control|etag|server-timing|retry-after|x-gemini-.*|x-goog-upload-.*)$/;
const PASSED_ON = /^(content-type|accept|if-none-match|range|x-goog-upload-.*|x-goog-api-client)$/;
/** One blip may cut all streams at once, and each is to go on; storms are the circuits' business. */
const RETRIES = 5_000;
const RETRIES_PER_REQUEST = 0.5;
const ERROR_BODY_CHARS_MAX = 256 * 1024;

const BACKGROUND_MS = 2 * 60 * 60_000;
/** A small answer comes within this, or not. */
const ASK_MS = 60_000;
const ANSWER_CHARS_MAX = 64 * 1024 * 1024;

const MODEL_PAGES_MAX = 20;

interface ModelPage {
  models?: ModelInfo[];
  publisherModels?: ModelInfo[];
  nextPageToken?: string;
}

/** One plain call. */
interface Plain {
  method?: "GET" | "POST" | "DELETE";
  version: string;
  model?: string;
  via?: string | undefined;
  headers: Record<string, string>;
  body?: string;
}

interface Reply {
  body: string;
  /** Why it was refused. */
  problem: Failure | undefined;
}

interface Forwarding {
  bodyBytesMax: number;
  model: string;
  requestId: string;
  /** Sent with the answer. */
  headers: Record<string, string>;
  /** Headers of the client that upstream is to see beside those of the API. */
  passOn(name: string): boolean;
}

export class Upstream {
  private readonly options: UpstreamOptions;
  private readonly site: Site;
  private readonly budget = new RetryBudget(RETRIES, RETRIES_PER_REQUEST);
  private readonly noPrefill = new Set<string>();
  /** The key each running stream is using. */
  private readonly inUse = new Map<string, Credential>();

  get isVertex(): boolean {
    return this.site.vertex;
  }

  constructor(options: UpstreamOptions) {
    this.options = options;
    this.site = siteOf(options);
  }

  /** What the core needs to ask for this stream. */
  driveOf(id: string, ask: Ask, past: Past | undefined): Drive {
    const { clock, fetch, patience } = this.options;
    const { model, request, version, interact } = ask;
    const lane = this.site.lane(version, model, past?.via ?? ask.via);
    const { backgroundMs = BACKGROUND_MS } = this.options;
    const settings = settingsOf(model, patience, {
      deadlineMs: interact?.background ? backgroundMs : ask.deadlineMs,
      maxAttempts: ask.maxAttempts,
      resume: ask.resume,
    });
    const headers = () => this.dress(id, ask, lane);
    const path = model.includes("/") ? model : `models/${model}`;
    const input: StreamInput = {
      id,
      model,
      request,
      clock,
      fetch,
      ...settings,
      budget: this.budget,
      noPrefill: this.noPrefill,
      life: past && restore(past.events, past.ageMs),
      another: (problem) => lane.another(problem),
      dress: async (body) => ({
        url: lane.url(`${path}:streamGenerateContent?alt=sse`),
        headers: { ...(await headers()), "content-type": "application/json" },
        body: JSON.stringify(this.site.vertex ? withRoles(body) : body),
      }),
    };
    if (!interact) return { input };
    const caller = { url: (path: string) => lane.url(path), headers, fetch };
    return interactionDrive(input, { interact, past, caller, via: () => lane.via() });
  }

  /** The headers of one attempt, with the credential that it uses. */
  private async dress(id: string, ask: Ask, lane: Lane): Promise<Record<string, string>> {
    this.settle(id, undefined);
    const credential = await lane.credential();
    this.inUse.set(id, credential);
    return {
      ...ask.headers,
      ...credential.headers,
      "x-request-id": ask.requestId,
      // The simulator is told which stream it serves, so that it can be broken on purpose.
      ...(this.options.tellStream && { [STREAM_HEADER]: id }),
    };
  }

  /** An attempt of this stream failed. */
  failed(id: string, model: string, problem: Failure): void {
    this.settle(id, problem);
    this.options.warden.record(model, problem);
  }

  /** This stream is over here. */
  ended(id: string, model: string, end: TerminalEvent | undefined): void {
    this.settle(id, undefined);
    if (end?.type === "done") this.options.warden.record(model, undefined);
  }

  mayPass(path: string, mayList: boolean): boolean {
    return this.site.mayPass(path, mayList);
  }

  /** Whatever is no generation passes through, byte by byte, at the client's own speed. */
  async forward(exchange: Exchange, options: Forwarding): Promise<number> {
    const { fetch } = this.options;
    const { site } = this;
    const url = site.pass(exchange.path, withoutKey(exchange.search));
    const hasBody = !/^(GET|HEAD|DELETE)$/.test(exchange.method);
    const body = hasBody ? await exchange.body(options.bodyBytesMax) : undefined;
    const credential = await site.lane("", options.model).credential();
    const controller = new AbortController();
    exchange.onLeave(() => controller.abort());
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(exchange.headers)) {
      if (value !== undefined && (PASSED_ON.test(name) || options.passOn(name)))
        headers[name] = value;
    }
    Object.assign(headers, credential.headers, { "x-request-id": options.requestId });
    let response: Response;
    try {
      response = await fetch(url, {
        method: exchange.method,
        headers,
        signal: controller.signal,
        redirect: "manual",
        ...(body && { body: body as Uint8Array<ArrayBuffer> }),
      });
    } catch (error) {
      const problem = classifyThrown(error);
      credential.done(problem);
      throw new Refusal(problem);
    }
    if (!response.ok) return this.passError(exchange, response, credential, options);
    credential.done();
    const back: Record<string, string> = { ...options.headers };
    response.headers.forEach((value, name) => {
      if (PASSED_BACK.test(name)) back[name] = redact(value);
    });
    await pipe(response, exchange, back);
    return response.status;
  }

  /** A small answer, read whole; a refusal comes as it is. */
  async ask(path: string, asked: Plain): Promise<Reply> {
    const { fetch, clock } = this.options;
    const { method = "GET", version, model = "", via, headers, body } = asked;
    const lane = this.site.lane(version, model, via);
    const credential = await lane.credential();
    const patience = new AbortController();
    const cancel = clock.setTimer(() => patience.abort(), ASK_MS);
    try {
      const response = await fetch(lane.url(path), {
        method,
        headers: { ...headers, ...credential.headers },
        redirect: "manual",
        signal: patience.signal,
        ...(body !== undefined && { body }),
      });
      const { status, headers: sent } = response;
      const text = await textOf(response, response.ok ? ANSWER_CHARS_MAX : ERROR_BODY_CHARS_MAX);
      // A page that says 200 is no answer either.
      const isFine = response.ok && /^\s*(?:$|[[{])/.test(text);
      const problem = isFine ? undefined : classifyResponse({ status, headers: sent, body: text });
      credential.done(problem);
      return { body: text, problem };
    } catch (error) {
      const problem = patience.signal.aborted ? failure("headers_timeout") : classifyThrown(error);
      credential.done(problem);
      throw new Refusal(problem);
    } finally {
      cancel();
    }
  }

  /** All models that upstream lists, in the Gemini API's words. */
  async models(version: string, requestId: string): Promise<ModelInfo[]> {
    const headers = { "x-request-id": requestId };
    const found: ModelInfo[] = [];
    let page = "";
    for (let i = 0; i < MODEL_PAGES_MAX; i += 1) {
      const reply = await this.ask(`models?pageSize=1000${page}`, { version, headers });
      if (reply.problem) throw new Refusal(reply.problem);
      const told = parsed(reply.body) as ModelPage;
      for (const model of told.models ?? told.publisherModels ?? [])
        found.push({ ...model, name: model.name.replace(/^publishers\/[^/]+\//, "") });
      if (!told.nextPageToken) break;
      page = `&pageToken=${encodeURIComponent(told.nextPageToken)}`;
    }
    return found;
  }

  /** Google's own error, which may quote the key. */
  private async passError(
    exchange: Exchange,
    response: Response,
    credential: Credential,
    options: { headers: Record<string, string> },
  ): Promise<number> {
    const { status, headers } = response;
    const body = await textOf(response, ERROR_BODY_CHARS_MAX);
    const problem = classifyResponse({ status, headers, body });
    credential.done(problem);
    const type = redact(headers.get("content-type") ?? "application/json; charset=UTF-8");
    const back = { ...options.headers, "content-type": type, "x-pollux-failure": problem.code };
    exchange.reply(status, back, redact(body));
    return status;
  }

  private settle(id: string, problem: Failure | undefined): void {
    this.inUse.get(id)?.done(problem);
    this.inUse.delete(id);
  }
}

/** A body read whole, or as much of it as is worth keeping: what packs tightly may unpack to anything. */
async function textOf(response: Response, charsMax: number): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (reader && text.length < charsMax) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
  }
  reader?.cancel().catch(() => {});
  return text.slice(0, charsMax);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Refusal(classifyThrown(error));
  }
}

function withoutKey(search: string): string {
  const query = new URLSearchParams(search);
  query.delete("key");
  query.delete("access_token");
  const text = query.toString();
  return text && `?${text}`;
}

async function pipe(
  response: Response,
  exchange: Exchange,
  headers: Record<string, string>,
): Promise<void> {
  const outlet = exchange.open(response.status, headers);
  const reader = response.body?.getReader();
  const left = new Promise<void>((resolve) => exchange.onLeave(resolve));
  try {
    while (reader) {
      const { done, value } = await reader.read();
      if (done) break;
      if (outlet.write(value)) continue;
      await Promise.race([left, new Promise<void>((resolve) => outlet.onDrain(resolve))]);
    }
    outlet.end();
  } catch {
    // Half an answer must not look whole.
    outlet.destroy();
  }
}

// The way to Gemini: one base address, a key for each attempt, and nothing of the client's but what
// Gemini is to see. No request can reach another host.

import {
  type Life,
  type Patience,
  RetryBudget,
  type StreamInput,
  settingsOf,
} from "../core/engine.ts";
import { classifyResponse, classifyThrown, type Failure, redact } from "../core/failures.ts";
import type { Clock, TerminalEvent } from "../core/index.ts";
import { STREAM_HEADER } from "../wire/index.ts";
import type { Ask } from "./ask.ts";
import type { Exchange } from "./exchange.ts";
import { Refusal } from "./refusal.ts";
import type { Credential, Warden } from "./warden.ts";

export interface UpstreamOptions {
  baseUrl: string;
  fetch: typeof globalThis.fetch;
  clock: Clock;
  warden: Warden;
  patience: Patience;
  tellStream?: boolean | undefined;
}

/** Of a forwarded answer; the rest is between the gateway and upstream. */
const PASSED_BACK =
  /^(content-type|content-disposition|content-range|cache-control|etag|server-timing|retry-after|x-gemini-.*|x-goog-upload-.*)$/;
const PASSED_ON =
  /^(content-type|accept|if-none-match|range|x-goog-upload-.*|x-goog-api-client|x-sim.*)$/;
/** One blip may cut all streams at once, and each is to go on; storms are the circuits' business. */
const RETRIES = 5_000;
const RETRIES_PER_REQUEST = 0.5;
const ERROR_BODY_CHARS_MAX = 256 * 1024;

interface Forwarding {
  bodyBytesMax: number;
  model: string;
  requestId: string;
  /** Sent with the answer. */
  headers: Record<string, string>;
}

export class Upstream {
  private readonly options: UpstreamOptions;
  private readonly base: URL;
  private readonly budget = new RetryBudget(RETRIES, RETRIES_PER_REQUEST);
  private readonly noPrefill = new Set<string>();
  /** The key each running stream is using. */
  private readonly inUse = new Map<string, Credential>();

  constructor(options: UpstreamOptions) {
    this.options = options;
    this.base = new URL(options.baseUrl.endsWith("/") ? options.baseUrl : `${options.baseUrl}/`);
  }

  /** What the core needs to ask for this stream. */
  inputOf(id: string, ask: Ask, life: Life | undefined): StreamInput {
    const { clock, fetch, warden, patience } = this.options;
    const { model, request, version, headers, requestId } = ask;
    const path = model.includes("/") ? model : `models/${model}`;
    const url = this.urlOf(`${version}/${path}:streamGenerateContent`, "?alt=sse");
    const settings = settingsOf(model, patience, {
      deadlineMs: ask.deadlineMs,
      maxAttempts: ask.maxAttempts,
      resume: ask.resume,
    });
    return {
      id,
      model,
      request,
      clock,
      fetch,
      ...settings,
      budget: this.budget,
      noPrefill: this.noPrefill,
      life,
      another: (problem) => warden.hasAnother(model, problem),
      dress: (body) => {
        this.settle(id, undefined);
        const credential = warden.credential(model);
        this.inUse.set(id, credential);
        return {
          url,
          headers: {
            ...headers,
            ...credential.headers,
            "content-type": "application/json",
            "x-request-id": requestId,
            // The simulator is told which stream it serves, so that it can be broken on purpose.
            ...(this.options.tellStream && { [STREAM_HEADER]: id }),
          },
          body: JSON.stringify(body),
        };
      },
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

  /** Whatever is no generation passes through, byte by byte, at the client's own speed. */
  async forward(exchange: Exchange, options: Forwarding): Promise<number> {
    const { fetch, warden } = this.options;
    const url = this.urlOf(exchange.path.replace(/^\/+/, ""), withoutKey(exchange.search));
    const hasBody = !/^(GET|HEAD|DELETE)$/.test(exchange.method);
    const body = hasBody ? await exchange.body(options.bodyBytesMax) : undefined;
    const credential = warden.credential(options.model);
    const controller = new AbortController();
    exchange.onLeave(() => controller.abort());
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(exchange.headers)) {
      if (value !== undefined && PASSED_ON.test(name)) headers[name] = value;
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
      if (PASSED_BACK.test(name)) back[name] = value;
    });
    await pipe(response, exchange, back);
    return response.status;
  }

  /** A small answer, read whole. */
  async json(path: string, requestId: string): Promise<unknown> {
    const { fetch, warden } = this.options;
    const [name = "", search = ""] = path.split("?");
    const credential = warden.credential("");
    try {
      const response = await fetch(this.urlOf(name, search && `?${search}`), {
        headers: { ...credential.headers, "x-request-id": requestId },
        redirect: "manual",
      });
      const { status, headers } = response;
      const body = await response.text();
      if (!response.ok) throw new Refusal(classifyResponse({ status, headers, body }));
      credential.done();
      return JSON.parse(body);
    } catch (error) {
      const problem = error instanceof Refusal ? error.failure : classifyThrown(error);
      credential.done(problem);
      throw new Refusal(problem);
    }
  }

  /** Google's own error, which may quote the key. */
  private async passError(
    exchange: Exchange,
    response: Response,
    credential: Credential,
    options: { headers: Record<string, string> },
  ): Promise<number> {
    const { status, headers } = response;
    const body = (await response.text()).slice(0, ERROR_BODY_CHARS_MAX);
    const problem = classifyResponse({ status, headers, body });
    credential.done(problem);
    const type = headers.get("content-type") ?? "application/json; charset=UTF-8";
    const back = { ...options.headers, "content-type": type, "x-pollux-failure": problem.code };
    exchange.reply(status, back, redact(body));
    return status;
  }

  private settle(id: string, problem: Failure | undefined): void {
    this.inUse.get(id)?.done(problem);
    this.inUse.delete(id);
  }

  private urlOf(path: string, search: string): string {
    const url = new URL(this.base);
    url.pathname = `${this.base.pathname}${path}`.replace(/\/{2,}/g, "/");
    url.search = search;
    // Setting a path cannot change the host; that the base's own path is kept is checked here.
    if (!url.pathname.startsWith(this.base.pathname)) throw new Refusal("route_not_found");
    return url.href;
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

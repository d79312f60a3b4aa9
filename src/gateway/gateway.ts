// The gateway's face: who asks, for what, and which door answers. Every refusal comes in the shape of
// the API that was asked, and every visit is told of once.

import { type Api, type Patience, refusalOf } from "../core/engine.ts";
import { type Failure, failure } from "../core/failures.ts";
import type { Clock } from "../core/index.ts";
import { isStreamError } from "../core/index.ts";
import { type Store, StoreError } from "../store/index.ts";
import { answerHeaders, type Guest, type House, type Settings } from "./doors/door.ts";
import { interactionRoutes } from "./doors/interactions.ts";
import { nativeCall, nativeForward, vertexCall } from "./doors/native.ts";
import { openAiChat, openAiModels, openAiText } from "./doors/openai.ts";
import {
  listStreams,
  lookAtStream,
  readEvents,
  removeStream,
  startStream,
  stopStream,
} from "./doors/streams.ts";
import { Durable } from "./durable/durable.ts";
import { DURABLE_ASKED, DURABLE_TOLD } from "./durable/headers.ts";
import type { DurableSettings } from "./durable/room.ts";
import type { Exchange } from "./exchange.ts";
import { checkCsrf } from "./guard/csrf.ts";
import { Refusal } from "./refusal.ts";
import { matchRoute, type Route, type Visit } from "./route.ts";
import type { VertexPlace } from "./site.ts";
import { Streams } from "./streams.ts";
import { Upstream } from "./upstream.ts";
import type { Client, Warden } from "./warden.ts";
import type { Watcher } from "./watcher.ts";

/** Everything that a gateway is made of. */
export interface GatewayOptions {
  store: Store;
  clock: Clock;
  warden: Warden;
  watcher: Watcher;
  /** Tells this process from all others, also from its own past life. */
  owner: string;
  upstream: {
    baseUrl: string;
    vertex?: VertexPlace | undefined;
    fetch: typeof globalThis.fetch;
    patience: Patience;
    backgroundMs?: number | undefined;
    tellStream?: boolean;
  };
  settings: Settings;
  /** The door of the Durable Streams protocol; none if left out. */
  durable?: DurableSettings | undefined;
  leaseMs: number;
  graceMs: number;
  origins: readonly string[];
  /** Names under which it may be addressed; empty for any. */
  hosts: readonly string[];
  /** How often readers are looked after. */
  beatMs?: number | undefined;
  defer(fn: () => void): void;
  onError(error: unknown): void;
  /** Doors that others bring: pages, operations. */
  extra?: readonly ExtraRoute[];
}

/** A route outside of the gateway's own doors. */
export interface ExtraRoute {
  method: Route["method"];
  pattern: string;
  /** Answers before anybody is asked who they are. */
  open?: boolean;
  run(guest: Guest, house: House): void | Promise<void>;
}

interface Door {
  route: Route;
  open: boolean;
  run(guest: Guest): void | Promise<void>;
}

const BEAT_MS = 1_000;
const SWEEP_MS = 10_000;

/** The gateway: give it each `Exchange` that arrives. */
export class Gateway {
  readonly streams: Streams;
  readonly house: House;
  private readonly options: GatewayOptions;
  private readonly doors = new Map<Route, Door>();
  private readonly routes: Route[] = [];
  private readonly durable: Durable | undefined;
  private stopTimers: (() => void)[] = [];
  private storeProblem: unknown;

  constructor(options: GatewayOptions) {
    this.options = options;
    const { store, clock, warden, watcher, upstream, settings, owner } = options;
    const way = new Upstream({ ...upstream, clock, warden });
    this.streams = new Streams({
      log: store.log,
      clock,
      owner,
      leaseMs: options.leaseMs,
      graceMs: options.graceMs,
      watcher,
      defer: options.defer,
      driveOf: (id, ask, past) => way.driveOf(id, ask, past),
      onFailure: (info, event) => way.failed(info.id, info.model, event.failure),
      onOver: (info, end) => way.ended(info.id, info.model, end),
      onHealth: (error) => {
        this.storeProblem = error;
      },
      onError: options.onError,
    });
    if (options.durable && options.durable.path !== "")
      this.durable = new Durable(store, clock, options.durable, settings.bodyBytesMax);
    this.house = { streams: this.streams, upstream: way, warden, log: store.log, clock, settings };
    this.build();
  }

  /** The log's last failure, while it lasts. */
  get problem(): unknown {
    return this.storeProblem;
  }

  /** Heartbeats, leases. */
  start(): void {
    this.every(this.options.beatMs ?? BEAT_MS, () => this.streams.beat(this.options.clock.now()));
    this.every(this.options.leaseMs / 3, () => this.streams.tend());
    const { durable } = this;
    if (durable) this.every(SWEEP_MS, () => durable.sweep());
    void this.tend();
  }

  async drain(ms: number): Promise<void> {
    this.durable?.drain();
    await this.streams.drain(ms);
    for (const stop of this.stopTimers.splice(0)) stop();
  }

  async handle(arrived: Exchange): Promise<void> {
    const { clock, watcher } = this.options;
    const exchange = withHeaders(arrived, this.corsHeaders(arrived));
    const startedMs = clock.now();
    const requestId = requestIdOf(exchange, clock);
    const seen = { route: "none", client: "", told: false };
    const onAnswered = (status: number, refused?: string) => {
      if (seen.told) return;
      seen.told = true;
      const ms = clock.now() - startedMs;
      const { method } = exchange;
      const { route, client } = seen;
      watcher.served?.({
        requestId,
        method,
        route,
        status,
        client,
        ms,
        ...(refused && { refused }),
      });
    };
    try {
      this.guard(exchange);
      if (exchange.method === "OPTIONS") return this.preflight(exchange, requestId);
      const found = matchRoute(this.routes, exchange.method, exchange.path);
      if (found === undefined) throw new Refusal("route_not_found");
      if (found === "wrong-method") throw new Refusal("method_not_allowed");
      const door = this.doors.get(found.route) as Door;
      seen.route = found.route.pattern;
      const query = new URLSearchParams(exchange.search);
      const visit: Visit = { exchange, params: found.params, query, requestId };
      const client = door.open ? NOBODY : await this.options.warden.identify(exchange);
      if (!door.open) await checkCsrf(exchange.method, exchange.headers);
      seen.client = client.name;
      await door.run({ ...visit, client, onAnswered });
    } catch (error) {
      this.refuse(exchange, requestId, error, onAnswered);
    }
  }

  private build(): void {
    const { house } = this;
    const add = (
      method: Route["method"],
      pattern: string,
      run: (house: House, guest: Guest) => void | Promise<void>,
    ) => this.add(method, pattern, false, (guest) => run(house, guest));
    for (const { method, pattern, open = false, run } of this.options.extra ?? [])
      this.add(method, pattern, open, (guest) => run(guest, house));
    add("POST", "/streams", startStream);
    add("GET", "/streams", listStreams);
    add("GET", "/streams/:id", lookAtStream);
    add("DELETE", "/streams/:id", removeStream);
    add("GET", "/streams/:id/events", readEvents);
    add("POST", "/streams/:id/stop", stopStream);
    const { durable } = this;
    if (durable)
      this.add("ANY", `${this.options.durable?.path}/*`, false, (guest) => durable.serve(guest));
    for (const base of ["/v1", "/:version/openai", "/openai/v1"]) {
      add("POST", `${base}/chat/completions`, openAiChat);
      add("POST", `${base}/completions`, openAiText);
      const list = base === "/v1" ? modelsOfEither : openAiModels;
      add("GET", `${base}/models`, list);
      const one = base === "/v1" ? modelsOfEither : oneOpenAiModel;
      add("GET", `${base}/models/:id`, one);
    }
    for (const kind of ["models", "tunedModels"]) {
      const withKind = (house: House, guest: Guest) =>
        nativeCall(house, { ...guest, params: { ...guest.params, kind } });
      add("POST", `/:version/${kind}/:call`, withKind);
      add("POST", `/${kind}/:call`, withKind);
    }
    const place = "/:version/projects/:project/locations/:location";
    for (const base of [place, "/:version"])
      add("POST", `${base}/publishers/:publisher/models/:call`, vertexCall);
    for (const { method, pattern, run } of interactionRoutes) add(method, pattern, run);
    for (const version of ["v1", "v1beta", "v1alpha", "v1beta1"]) {
      add("ANY", `/${version}/*`, (house, guest) => nativeForward(house, guest));
      add("ANY", `/upload/${version}/*`, (house, guest) => nativeForward(house, guest));
    }
  }

  private add(method: Route["method"], pattern: string, open: boolean, run: Door["run"]): void {
    const route: Route = { method, pattern, run: () => {} };
    this.routes.push(route);
    this.doors.set(route, { route, open, run });
  }

  /** Pages of other origins, and names that others point at this address, get nothing. */
  private guard({ headers }: Exchange): void {
    const { hosts, origins } = this.options;
    const host = (headers.host ?? "").toLowerCase();
    const name = host.replace(/:\d+$/, "");
    if (hosts.length > 0 && !hosts.includes(name))
      throw new Refusal(
        "origin_refused",
        `This gateway is not addressed as ${JSON.stringify(name.slice(0, 100))}.`,
      );
    const { origin } = headers;
    // Pictures and scripts that another site embeds bring no origin; a link that is followed is fine.
    if (
      origin === undefined &&
      headers["sec-fetch-site"] === "cross-site" &&
      headers["sec-fetch-mode"] !== "navigate"
    )
      throw new Refusal("origin_refused", "Pages of other sites may not use this gateway.");
    if (origin === undefined || origins.includes(origin) || origins.includes("*")) return;
    if (/^https?:\/\//.test(origin) && origin.replace(/^https?:\/\//, "").toLowerCase() === host)
      return;
    throw new Refusal(
      "origin_refused",
      `Pages of ${JSON.stringify(origin.slice(0, 100))} may not use this gateway.`,
    );
  }

  private preflight(exchange: Exchange, requestId: string): void {
    exchange.reply(204, {
      ...answerHeaders(requestId),
      "access-control-max-age": "600",
    });
  }

  private corsHeaders({ headers: { origin } }: Exchange): Record<string, string> {
    const { origins } = this.options;
    if (origin === undefined || !(origins.includes(origin) || origins.includes("*"))) return {};
    return {
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE",
      "access-control-allow-headers":
        "authorization, content-type, x-goog-api-key, x-goog-api-client, x-request-id, idempotency-key, last-event-id, " +
        DURABLE_ASKED,
      "access-control-expose-headers": `x-pollux-stream, x-request-id, x-pollux-failure, retry-after, ${DURABLE_TOLD}`,
      vary: "origin",
    };
  }

  private refuse(
    exchange: Exchange,
    requestId: string,
    error: unknown,
    onAnswered: (status: number, refused?: string) => void,
  ): void {
    const problem = problemOf(error);
    if (problem.code === "internal") this.options.onError(error);
    const { status, headers, body } = refusalOf(problem, apiOf(exchange.path));
    onAnswered(status, problem.code);
    if (!exchange.answered)
      exchange.reply(status, { ...answerHeaders(requestId), ...headers }, body);
  }

  private every(ms: number, run: () => void | Promise<void>): void {
    let cancel = () => {};
    const again = async () => {
      try {
        await run();
      } catch (error) {
        this.options.onError(error);
      }
      if (!stopped) cancel = this.options.clock.setTimer(again, ms);
    };
    let stopped = false;
    cancel = this.options.clock.setTimer(again, ms);
    this.stopTimers.push(() => {
      stopped = true;
      cancel();
    });
  }

  private async tend(): Promise<void> {
    await this.streams.tend().catch((error) => this.options.onError(error));
  }
}

/** The same exchange, whose every answer carries these too. */
function withHeaders(exchange: Exchange, more: Record<string, string>): Exchange {
  if (Object.keys(more).length === 0) return exchange;
  const dressed: Pick<Exchange, "reply" | "open"> = {
    reply: (status, headers, body) => exchange.reply(status, { ...headers, ...more }, body),
    open: (status, headers) => exchange.open(status, { ...headers, ...more }),
  };
  return Object.assign(Object.create(exchange) as Exchange, dressed);
}

const NOBODY: Client = { name: "", operator: false };

/** `/v1/models` is both Gemini's and OpenAI's; the way the key comes tells which is meant. */
function modelsOfEither(house: House, guest: Guest): Promise<void> {
  const { headers } = guest.exchange;
  const isGemini = headers["x-goog-api-key"] !== undefined || guest.query.has("key");
  if (isGemini || !/^bearer /i.test(headers.authorization ?? ""))
    return nativeForward(house, guest);
  return openAiModels(house, guest, guest.params.id);
}

function oneOpenAiModel(house: House, guest: Guest): Promise<void> {
  return openAiModels(house, guest, guest.params.id);
}

function requestIdOf({ headers }: Exchange, clock: Clock): string {
  const given = headers["x-request-id"];
  return given !== undefined && /^[\w.:-]{1,128}$/.test(given) ? given : clock.id();
}

function apiOf(path: string): Api {
  if (/\/(?:chat\/)?completions$|\/openai\//.test(path)) return "openai";
  return /^\/(?:v\w+\/)?(?:projects\/[^/]+\/locations\/[^/]+\/)?interactions(?:\/|$)/.test(path)
    ? "interactions"
    : "gemini";
}

const BODY_CODES = {
  too_large: "payload_too_large_gateway",
  too_slow: "request_timeout",
  gone: "abort_by_client",
} as const;

function problemOf(error: unknown): Failure {
  if (error instanceof Refusal) return error.failure;
  if (isStreamError(error)) return error.failure;
  if (error instanceof StoreError)
    return failure("store_unavailable", `${error.message} ${error.next}`);
  const why = (error as { why?: keyof typeof BODY_CODES } | undefined)?.why;
  if (why !== undefined && why in BODY_CODES) return failure(BODY_CODES[why]);
  if (error instanceof RangeError && /call stack/i.test(error.message))
    return failure("request_invalid", "The request is nested too deeply.");
  return failure("internal", "The gateway failed; its log tells why.");
}

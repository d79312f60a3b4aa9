// A gateway as a process: engine, network, doors and signals put together from one configuration.
import { hostname } from "node:os";
import { systemClock } from "../../core/index.ts";
import {
  type DurableSettings,
  type ExtraRoute,
  Gateway,
  type VertexPlace,
  type Warden,
  type Watcher,
} from "../../gateway/index.ts";
import { dispatchFetch, type Serving, serveHttp } from "../../node/index.ts";
import { createSim, type Sim } from "../../sim/index.ts";
import {
  openStore,
  type Retention,
  type Store,
  StoreError,
  type StoreOptions,
} from "../../store/index.ts";

export interface ServeConfig {
  host: string;
  port: number;
  /** The simulator, or the address of a real one. */
  upstream: (SimPlan | { sim: false; baseUrl: string }) & { vertex?: VertexPlace };
  apiVersion: string;
  store: StoreOptions;
  retention: Retention;
  leaseMs: number;
  graceMs: number;
  heartbeatMs: number;
  firstCommentMs: number;
  stuckMs: number;
  bodyBytesMax: number;
  headerBytesMax: number;
  headersMs: number;
  requestMs: number;
  deadlineMs: number;
  backgroundMs: number;
  maxAttempts: number;
  resume: "auto" | "off";
  durable: DurableSettings;
  origins: readonly string[];
  hosts: readonly string[];
  /** How long a shutdown waits for running streams. */
  drainMs: number;
}

export interface SimPlan {
  sim: true;
  seed?: number;
  scenario?: unknown;
  /** How quickly it answers; as a model does when nothing is said. */
  pace?: { ttftMs: number; chunkDelayMs: number };
}

interface Parts {
  warden(store: Store): Warden;
  watcher: Watcher;
  /** Around the simulator's fetch. */
  aroundSim?: ((fetch: typeof globalThis.fetch) => typeof globalThis.fetch) | undefined;
  extra?: (seen: {
    sim: Sim | undefined;
    store: Store;
    gateway: () => Gateway;
  }) => readonly ExtraRoute[];
  onError(error: unknown): void;
}

export interface Running {
  url: string;
  gateway: Gateway;
  store: Store;
  sim: Sim | undefined;
  /** Lets running streams end, hands over the rest, and closes everything. */
  stop(): Promise<void>;
}

const SIM_PACE = Object.freeze({ ttftMs: 300, chunkDelayMs: 40 });
const SWEEP_MS = 60_000;
const SWEEP_STREAMS_MAX = 100;

/** The simulator is silent only when it was told to be: nobody waits minutes to see it noticed. */
const SIM_CLOCKS = { progressMs: 6_000 };

export async function runGateway(config: ServeConfig, parts: Parts): Promise<Running> {
  const store = await openStore(config.store);
  const { upstream } = config;
  const sim = upstream.sim
    ? createSim({
        keys: false,
        ...(upstream.pace ?? SIM_PACE),
        ...(upstream.seed !== undefined && { seed: upstream.seed }),
        ...(upstream.scenario !== undefined && { scenario: upstream.scenario }),
      })
    : undefined;
  const { deadlineMs, maxAttempts, resume } = config;
  let serving: Serving;
  const gateway: Gateway = new Gateway({
    store,
    clock: systemClock,
    warden: parts.warden(store),
    watcher: parts.watcher,
    owner: `${hostname()}:${process.pid}:${crypto.randomUUID()}`,
    upstream: {
      baseUrl: upstream.sim ? "http://simulator.invalid" : upstream.baseUrl,
      vertex: upstream.vertex,
      fetch: sim ? (parts.aroundSim?.(sim.fetch) ?? sim.fetch) : dispatchFetch(),
      tellStream: sim !== undefined,
      patience: { deadlineMs, maxAttempts, resume, ...(sim && { clocks: SIM_CLOCKS }) },
      backgroundMs: config.backgroundMs,
    },
    settings: {
      ...config,
      passOn: (name) => sim !== undefined && name.startsWith("x-sim"),
    },
    durable: config.durable,
    leaseMs: config.leaseMs,
    graceMs: config.graceMs,
    origins: config.origins,
    hosts: config.hosts,
    defer: setImmediate,
    onError: parts.onError,
    ...(parts.extra && { extra: parts.extra({ sim, store, gateway: () => gateway }) }),
  });
  try {
    const { host, port, headerBytesMax, headersMs, requestMs } = config;
    serving = await serveHttp((arrival) => void gateway.handle(arrival), {
      host,
      port,
      headerBytesMax,
      headersMs,
      requestMs,
      stuckMs: config.stuckMs,
    });
  } catch (error) {
    await store.close();
    throw error;
  }
  gateway.start();
  const sweep = setInterval(() => {
    sweepAll(store, config.retention).catch(
      (error) => error instanceof StoreError || parts.onError(error),
    );
  }, SWEEP_MS);
  sweep.unref();
  return {
    url: serving.url,
    gateway,
    store,
    sim,
    stop: async () => {
      clearInterval(sweep);
      const closed = serving.drain();
      await gateway.drain(config.drainMs);
      await Promise.race([closed, serving.close()]);
      await store.close();
    },
  };
}

/** In pieces, with room for streams between them, until nothing is left to remove. */
async function sweepAll(store: Store, retention: Retention): Promise<void> {
  while ((await store.log.sweep(retention, Date.now(), SWEEP_STREAMS_MAX)) === SWEEP_STREAMS_MAX)
    await new Promise((resolve) => setImmediate(resolve));
}

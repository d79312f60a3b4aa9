// A gateway on a real socket, for tests: the simulator behind it, any store, everything else as served.

import { systemClock } from "../../src/core/index.ts";
import { Gateway, type GatewayOptions, type Warden } from "../../src/gateway/index.ts";
import { serveHttp } from "../../src/node/index.ts";
import { createSim, type SimOptions } from "../../src/sim/index.ts";
import { openStore, type Store } from "../../src/store/index.ts";

export const OPEN_HOUSE: Warden = {
  identify: async () => ({ name: "local", operator: true }),
  admit: async () => ({ ended: () => {} }),
  mayUse: () => true,
  credential: () => ({ name: "key1", headers: { "x-goog-api-key": "sim-key" }, done: () => {} }),
  hasAnother: () => false,
  record: () => {},
};

export interface HostOptions extends Partial<Omit<GatewayOptions, "store" | "upstream">> {
  sim?: SimOptions;
  store?: Store;
  fetch?: typeof globalThis.fetch;
  baseUrl?: string;
  vertex?: GatewayOptions["upstream"]["vertex"];
  stuckMs?: number;
}

export async function host(options: HostOptions = {}) {
  const {
    sim: simOptions,
    store = await openStore({ kind: "memory" }),
    fetch,
    baseUrl,
    vertex,
    stuckMs,
    ...rest
  } = options;
  const sim = createSim({ ttftMs: 0, chunkDelayMs: 0, ...simOptions });
  const errors: unknown[] = [];
  const gateway = new Gateway({
    store,
    clock: systemClock,
    warden: OPEN_HOUSE,
    watcher: {},
    owner: crypto.randomUUID(),
    upstream: {
      baseUrl: baseUrl ?? "http://simulator.invalid",
      fetch: fetch ?? sim.fetch,
      patience: {},
      vertex,
    },
    settings: {
      bodyBytesMax: 20 * 1024 * 1024,
      heartbeatMs: 8_000,
      firstCommentMs: 4_000,
      deadlineMs: 30 * 60_000,
      apiVersion: "v1beta",
      passOn: (name) => name.startsWith("x-sim"),
    },
    leaseMs: 6_000,
    graceMs: 3_000,
    origins: [],
    hosts: [],
    defer: setImmediate,
    onError: (error) => errors.push(error),
    ...rest,
  });
  const serving = await serveHttp((arrival) => void gateway.handle(arrival), { stuckMs });
  gateway.start();
  return {
    url: serving.url,
    sim,
    store,
    gateway,
    errors,
    close: async () => {
      await gateway.drain(0);
      await serving.close();
      await store.close();
    },
  };
}

// The gateway of the soak, a process of its own: the simulator behind it, a clock that runs faster, and
// answers about what it holds.
import { readdirSync } from "node:fs";
import { createSim } from "../../src/sim/index.ts";
import { openStore, type StoreOptions } from "../../src/store/index.ts";
import { CANARY, HOP_TOKENS, SEED } from "../gateway/chaos.ts";
import { fastClock } from "../gateway/fast-clock.ts";
import { host, OPEN_HOUSE } from "../gateway/host.ts";

export interface HouseUsage {
  rss: number;
  heap: number;
  sockets: number;
  timers: number;
  files: number;
  inFlight: number;
  errors: string[];
}

const SWEEP_EVERY_MS = 5_000;
const SWEEP_STEP = 2_000;
const clock = fastClock(Math.random, Number(process.env.SOAK_FACTOR));
const store = await openStore(JSON.parse(process.env.SOAK_STORE ?? "{}") as StoreOptions);
const streamsMax = Number(process.env.SOAK_KEEP);
const sim = createSim({
  seed: SEED,
  clock,
  hopTokens: HOP_TOKENS,
  ttftMs: 3_000,
  chunkDelayMs: 2_500,
});
const warden = {
  ...OPEN_HOUSE,
  credential: () => ({ name: "key1", headers: { "x-goog-api-key": CANARY }, done: () => {} }),
};
const made = await host({ store, clock, fetch: sim.fetch, warden });
const retention = { ageMs: Number.MAX_SAFE_INTEGER, bytesMax: Number.MAX_SAFE_INTEGER, streamsMax };
setInterval(() => {
  store.log.sweep(retention, Date.now(), SWEEP_STEP).catch((error) => made.errors.push(error));
}, SWEEP_EVERY_MS).unref();

process.on("disconnect", () => process.exit());
process.on("message", () => {
  globalThis.gc?.();
  const resources = process.getActiveResourcesInfo();
  const of = (name: string) => resources.filter((one) => one === name).length;
  const usage: HouseUsage = {
    rss: process.memoryUsage.rss(),
    heap: process.memoryUsage().heapUsed,
    sockets: of("TCPSocketWrap"),
    timers: of("Timeout"),
    files: process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0,
    inFlight: made.gateway.streams.inFlight,
    errors: made.errors.slice(0, 5).map((error) => String((error as Error).stack ?? error)),
  };
  process.send?.(usage);
});
process.send?.({ url: made.url });

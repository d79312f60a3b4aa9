// `npm run soak`: many clients at every door for minutes, random faults upstream, clients that leave in the
// middle and storms of them. The promise is counted over every stream; memory, sockets and timers must
// come to rest. `--write` keeps the figures in test/soak/RESULTS.md.
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { StoreOptions } from "../../src/store/index.ts";
import { DOORS, type DoorName, judge, tell } from "../gateway/chaos.ts";
import { randomOf, runOf } from "../scenarios/chaos.ts";
import type { HouseUsage } from "./house.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    streams: { type: "string", default: "500" },
    store: { type: "string", default: "sqlite" },
    seed: { type: "string", default: "1" },
    faster: { type: "string", default: "30" },
    write: { type: "boolean" },
  },
});
const MINUTES = Number(values.minutes);
const STREAMS = Number(values.streams);
const SEED = Number(values.seed);
const KEEP_STREAMS = 3_000;
const LOOK_EVERY_MS = 10_000;
const STORM_EVERY_MS = 30_000;
/** Clients keep their connections for a while. */
const REST_MS = 90_000;
/** One client in six leaves in the middle, and does not come back. */
const LEAVES = 1 / 6;
const MIB = 1024 * 1024;

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

class House {
  url = "";
  private readonly child: ChildProcess;

  constructor(store: StoreOptions) {
    this.child = fork(join(import.meta.dirname, "house.ts"), {
      execArgv: [
        "--conditions=pollux-source",
        "--expose-gc",
        "--disable-warning=ExperimentalWarning",
      ],
      env: {
        ...process.env,
        SOAK_STORE: JSON.stringify(store),
        SOAK_FACTOR: values.faster,
        SOAK_KEEP: String(KEEP_STREAMS),
      },
    });
  }

  async ready(): Promise<void> {
    this.url = ((await this.heard()) as { url: string }).url;
  }

  async usage(): Promise<HouseUsage> {
    this.child.send("usage");
    return (await this.heard()) as HouseUsage;
  }

  end(): void {
    this.child.kill("SIGKILL");
  }

  private heard(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.child.once("message", resolve);
      this.child.once("exit", (code) => reject(new Error(`the gateway ended with ${code}`)));
    });
  }
}

const folder = mkdtempSync(join(tmpdir(), "pollux-soak-"));
const stores: Record<string, StoreOptions> = {
  memory: { kind: "memory" },
  sqlite: { kind: "sqlite", folder },
};
const store = stores[values.store];
if (!store) {
  console.error("--store: expected memory or sqlite");
  process.exit(2);
}

const tally = { whole: 0, told: 0, left: 0, broken: [] as string[] };
let next = 0;
let storm = new AbortController();
const endAt = performance.now() + MINUTES * 60_000;

async function client(url: string): Promise<void> {
  while (performance.now() < endAt) {
    const seed = SEED + next++;
    const random = randomOf(seed ^ 0x50a4);
    const run = runOf(seed);
    const door = DOORS[seed % DOORS.length] as DoorName;
    const leaves = random() < LEAVES;
    const signal = leaves
      ? AbortSignal.any([AbortSignal.timeout(Math.round(50 + random() * 2_000)), storm.signal])
      : undefined;
    try {
      const told = await tell(url, door, run, signal);
      const wrong = [...told.wrong, ...(await judge(run, told))];
      if (wrong.length > 0) tally.broken.push(`${seed} ${door}: ${wrong.join("; ")}`);
      else if (told.whole) tally.whole += 1;
      else tally.told += 1;
    } catch (error) {
      if (signal?.aborted) tally.left += 1;
      else tally.broken.push(`${seed} ${door}: ${error}`);
    }
  }
}

/** Least squares over the second half, in KiB a minute. */
function slope(points: readonly { ms: number; bytes: number }[]): number {
  const half = points.slice(points.length >> 1);
  const mean = (list: readonly number[]) => list.reduce((sum, one) => sum + one, 0) / list.length;
  const [x, y] = [mean(half.map(({ ms }) => ms)), mean(half.map(({ bytes }) => bytes))];
  const over = half.reduce((sum, { ms, bytes }) => sum + (ms - x) * (bytes - y), 0);
  const under = half.reduce((sum, { ms }) => sum + (ms - x) ** 2, 0);
  return (over / under) * (60_000 / 1024);
}

const house = new House(store);
await house.ready();
const idle = await house.usage();
const startedAt = performance.now();
const clients = Array.from({ length: STREAMS }, () => client(house.url));
const storms = setInterval(() => {
  storm.abort();
  storm = new AbortController();
}, STORM_EVERY_MS);
const seen: { ms: number; usage: HouseUsage }[] = [];
while (performance.now() < endAt) {
  await wait(Math.min(LOOK_EVERY_MS, Math.max(100, endAt - performance.now())));
  const usage = await house.usage();
  seen.push({ ms: performance.now() - startedAt, usage });
  console.error(
    `${((performance.now() - startedAt) / 60_000).toFixed(1)} min: ${tally.whole} whole, ${tally.told} told, ${tally.left} left, ${tally.broken.length} broken; rss ${Math.round(usage.rss / MIB)} MiB, heap ${Math.round(usage.heap / MIB)} MiB, ${usage.inFlight} run, ${usage.sockets} sockets`,
  );
}
await Promise.all(clients);
clearInterval(storms);
let rest = await house.usage();
const isAtRest = () => rest.inFlight === 0 && rest.sockets <= idle.sockets;
for (const until = performance.now() + REST_MS; performance.now() < until && !isAtRest(); ) {
  await wait(500);
  rest = await house.usage();
}
house.end();
rmSync(folder, { recursive: true, force: true });

const peak = Math.max(...seen.map(({ usage }) => usage.rss));
const heapSlope = slope(seen.map(({ ms, usage }) => ({ ms, bytes: usage.heap })));
const rssSlope = slope(seen.map(({ ms, usage }) => ({ ms, bytes: usage.rss })));
const total = tally.whole + tally.told + tally.left + tally.broken.length;
const page = `# Soak

${new Date().toISOString().slice(0, 10)} · ${cpus().length} × ${cpus()[0]?.model.trim()} · Node ${process.version} · \`npm run soak -- --minutes ${MINUTES} --streams ${STREAMS} --store ${values.store} --write\`

${STREAMS} clients at once at every door, the gateway's clock ${values.faster} times as fast, a storm of leaving clients every ${STORM_EVERY_MS / 1000} s, the log held to ${KEEP_STREAMS.toLocaleString("en")} streams.

| | |
|---|--:|
| streams | ${total.toLocaleString("en")} |
| whole, and equal to the true text | ${tally.whole.toLocaleString("en")} |
| a named end before it, with a true beginning | ${tally.told.toLocaleString("en")} |
| clients that left | ${tally.left.toLocaleString("en")} |
| **broken promises** | **${tally.broken.length}** |
| heap after collection, second half | ${heapSlope.toFixed(0)} KiB a minute |
| resident memory, second half | ${rssSlope.toFixed(0)} KiB a minute |
| resident memory, peak | ${Math.round(peak / MIB)} MiB |
| heap, before and at rest | ${Math.round(idle.heap / MIB)}, ${Math.round(rest.heap / MIB)} MiB |
| streams running at rest | ${rest.inFlight} |
| sockets, before and at rest | ${idle.sockets}, ${rest.sockets} |
| timers, before and at rest | ${idle.timers}, ${rest.timers} |
| open files, before and at rest | ${idle.files}, ${rest.files} |
| errors nobody caught | ${rest.errors.length} |
`;
console.log(page);
for (const one of [...tally.broken, ...rest.errors].slice(0, 10)) console.error(one);
if (values.write) writeFileSync(join(import.meta.dirname, "RESULTS.md"), page);
process.exit(tally.broken.length > 0 || rest.errors.length > 0 || rest.inFlight > 0 ? 1 : 0);

// What it costs to keep an event: every engine is the real one; a batch is what the
// gateway appends at once, one entry each for as many streams.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type Store, type Write } from "../src/store/index.ts";
import { redisServer } from "../test/redis-server.ts";

const BATCHES = [1, 20, 200];
const ENTRIES = 60_000;
/** Without batching every entry is a round trip; fewer of them tell as much. */
const ENTRIES_SINGLE = 10_000;
const ENTRY_CHARS = 300;
/** Streams end and others begin, as in life. */
const STREAM_ENTRIES = 500;
const LEASE_MS = 60_000;

interface Measured {
  engine: string;
  batch: number;
  wallUs: number;
  cpuUs: number;
  /** The slowest one in a hundred appends, and the slowest. */
  p99Ms: number;
  maxMs: number;
}

const json = JSON.stringify({ text: "x".repeat(ENTRY_CHARS - 11) });
let streams = 0;

async function begin(store: Store): Promise<string> {
  streams += 1;
  const head = {
    id: `stream-${streams}`,
    client: "bench",
    model: "gemini-3.6-flash",
    door: "streams",
    startedAtMs: streams,
    ask: "{}",
  };
  await store.log.create(head, "a", LEASE_MS);
  return head.id;
}

async function measure(store: Store, batch: number): Promise<Measured> {
  const ids: string[] = [];
  for (let i = 0; i < batch; i += 1) ids.push(await begin(store));
  // Not all at the same place in their life.
  const seqs = ids.map(() => 0);
  const limits = ids.map((_, i) => STREAM_ENTRIES + Math.floor((i / batch) * STREAM_ENTRIES));
  const rounds = (batch === 1 ? ENTRIES_SINGLE : ENTRIES) / batch;
  const times = new Float64Array(rounds);
  let beganMs = 0;
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    const writes: Write[] = [];
    for (let i = 0; i < batch; i += 1) {
      const seq = seqs[i] as number;
      seqs[i] = seq + 1;
      const isEnd = seq === limits[i];
      writes.push({
        id: ids[i] as string,
        owner: "a",
        entries: [{ seq, type: isEnd ? "done" : "chunk", json }],
        ...(isEnd && { end: { state: "done", atMs: seq } }),
      });
    }
    const at = performance.now();
    await store.log.append(writes);
    times[round] = performance.now() - at;
    for (let i = 0; i < batch; i += 1) {
      if ((seqs[i] as number) <= (limits[i] as number)) continue;
      const pauseMs = performance.now();
      ids[i] = await begin(store);
      seqs[i] = 0;
      beganMs += performance.now() - pauseMs;
    }
  }
  const wallMs = performance.now() - startMs - beganMs;
  const { user, system } = process.cpuUsage(cpu);
  times.sort();
  return {
    engine: store.kind,
    batch,
    wallUs: (wallMs * 1000) / (rounds * batch),
    cpuUs: (user + system) / (rounds * batch),
    p99Ms: times[Math.floor(rounds * 0.99)] as number,
    maxMs: times[rounds - 1] as number,
  };
}

function row({ engine, batch, wallUs, cpuUs, p99Ms, maxMs }: Measured): string {
  const cells = [engine, `${batch}`, ...[wallUs, cpuUs, p99Ms, maxMs].map((n) => n.toFixed(2))];
  return `| ${cells.join(" | ")} |`;
}

const folder = mkdtempSync(join(tmpdir(), "pollux-bench-"));
const redis = await redisServer();
const engines: (() => Promise<Store>)[] = [
  () => openStore({ kind: "memory" }),
  () => openStore({ kind: "sqlite", folder }),
  () => openStore({ kind: "redis", url: redis.url }),
];
console.log("| engine | batch | µs an entry | CPU µs an entry | p99 ms an append | longest ms |");
console.log("|---|---|---|---|---|---|");
for (const open of engines) {
  const store = await open();
  await measure(store, 20); // warm
  for (const batch of BATCHES) console.log(row(await measure(store, batch)));
  await store.close();
}
await redis.close();
rmSync(folder, { recursive: true, force: true });

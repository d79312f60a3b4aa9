// The promise at every door and with every store, over sockets; and readers that leave again and again.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Pollux, type StreamEvent } from "../../src/core/index.ts";
import { openStore, type StoreOptions } from "../../src/store/index.ts";
import { type RedisServer, redisServer } from "../redis-server.ts";
import { randomOf } from "../scenarios/chaos.ts";
import { gatewayChaos } from "./chaos.ts";
import { host } from "./host.ts";

const RUNS: Record<string, number> = { memory: 420, sqlite: 210, redis: 210 };
const folder = mkdtempSync(join(tmpdir(), "pollux-chaos-"));
const cleanups: (() => unknown)[] = [];
let redis: RedisServer;
before(async () => {
  redis = await redisServer();
});
after(async () => {
  for (const clean of cleanups) await clean();
  await redis.close();
  rmSync(folder, { recursive: true, force: true });
});

function storeOf(kind: string, name: string): StoreOptions {
  if (kind === "sqlite") return { kind, folder: join(folder, name) };
  if (kind === "redis") return { kind, url: redis.url, prefix: `${name}:` };
  return { kind: "memory" };
}

for (const [i, kind] of ["memory", "sqlite", "redis"].entries()) {
  test(`${kind}: the promise holds at every door over ${RUNS[kind]} random scenarios`, async () => {
    const runs = RUNS[kind] as number;
    const tally = await gatewayChaos({
      runs,
      seed: 7_000 + i * 1_000,
      store: storeOf(kind, "chaos"),
    });
    assert.deepEqual(tally.broken, []);
  });

  test(`${kind}: 50 streams, each reader cut at 10 random points: every byte once`, async () => {
    const made = await host({
      store: await openStore(storeOf(kind, "cuts")),
      sim: { chunkDelayMs: 1, scenario: "attempt 1: cut after 9 chunks; ok" },
    });
    cleanups.push(made.close);
    const contents = (n: number) => `Write 250 words about river ${n}`;
    await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const response = await fetch(`${made.url}/streams`, {
          method: "POST",
          body: JSON.stringify({ model: "gemini-2.5-flash", contents: contents(n) }),
        });
        const { id } = (await response.json()) as { id: string };
        const events = await readInPieces(made.url, id, randomOf(n));
        assert.deepEqual(
          events.map(({ seq }) => seq),
          events.map((_, seq) => seq),
        );
        const truth = made.sim.truth("gemini-2.5-flash", {
          contents: [{ role: "user", parts: [{ text: contents(n) }] }],
        });
        const end = events.at(-1);
        assert.equal(end?.type === "done" && end.text, truth);
        assert.equal(end?.type === "done" && end.recovered, true);
      }),
    );
    assert.deepEqual(made.errors, []);
  });
}

test("the promise holds at every door in front of Vertex, over 160 random scenarios", async () => {
  const tally = await gatewayChaos({
    runs: 160,
    seed: 11_000,
    store: storeOf("memory", ""),
    vertex: true,
  });
  assert.deepEqual(tally.broken, []);
});

const CUTS = 10;

async function readInPieces(url: string, id: string, random: () => number) {
  const pollux = new Pollux({ apiKey: "none", baseUrl: url });
  const events: StreamEvent[] = [];
  for (let cut = 0; cut <= CUTS; cut += 1) {
    let left = cut === CUTS ? Number.POSITIVE_INFINITY : 1 + Math.floor(random() * 4);
    for await (const event of pollux.follow(id, { after: events.at(-1)?.seq ?? -1 })) {
      events.push(event);
      left -= 1;
      if (left === 0) break;
    }
  }
  return events;
}

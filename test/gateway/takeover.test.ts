// Two processes that take interactions from each other, again and again, in random scenarios: the client
// notices nothing but its answer, and nothing is created twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createSim } from "../../src/sim/index.ts";
import { openStore } from "../../src/store/index.ts";
import { randomOf, runOf } from "../scenarios/chaos.ts";
import { truthOf } from "./chaos.ts";
import { createdTwice, tellInteraction } from "./chaos-interactions.ts";
import { fastClock } from "./fast-clock.ts";
import { host } from "./host.ts";

const RUNS = 120;
const AT_ONCE = 12;
const STEAL_MS = 3;
const LIVE_MAX = 50;
const VERTEX = { project: "p", location: ["us-central1", "europe-west4"], token: "ya29.any" };

for (const [name, vertex, eventIds] of [
  ["the Gemini API", undefined, "background"],
  ["Vertex, without event ids", VERTEX, "never"],
] as const) {
  test(`interactions of ${name} are taken over at random, over ${RUNS} scenarios`, async () => {
    const clock = fastClock();
    const pace = { ttftMs: 100, chunkDelayMs: 200, hopTokens: 200 };
    const sim = createSim({ seed: 1, clock, ...pace, interactions: { eventIds } });
    const store = await openStore({ kind: "memory" });
    const shared = { ...store, close: async () => {} };
    const make = (owner: string) =>
      host({ owner, store: shared, clock, fetch: sim.fetch, vertex, leaseMs: 60_000, beatMs: 20 });
    const hosts = { one: await make("one"), two: await make("two") };
    const random = randomOf(99);
    let taken = 0;
    let over = false;
    const steal = async () => {
      while (!over) {
        await new Promise((done) => setTimeout(done, STEAL_MS));
        for (const { id, owner } of await store.log.list({ limit: LIVE_MAX, state: "live" })) {
          if (random() > 0.2) continue;
          await store.log.release(owner ?? "", [id]);
          await hosts[owner === "one" ? "two" : "one"].gateway.streams.tend();
          taken += 1;
        }
      }
    };
    const wrong: string[] = [];
    let whole = 0;
    let next = 0;
    const work = async () => {
      for (let i = next++; i < RUNS; i = next++) {
        const run = runOf(21_000 + i);
        const { url } = i % 2 === 0 ? hosts.one : hosts.two;
        const headers = { "x-sim-stream": `${run.seed}` };
        const told = await tellInteraction({ url, run, headers, random: randomOf(run.seed) });
        const truth = await truthOf(run);
        for (const what of told.wrong) wrong.push(`seed ${run.seed}: ${what}`);
        if (!truth.startsWith(told.text)) wrong.push(`seed ${run.seed}: not the true text`);
        if (told.whole && told.text !== truth) wrong.push(`seed ${run.seed}: told whole`);
        if (told.whole) whole += 1;
      }
    };
    const stealing = steal();
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    over = true;
    await stealing;
    const errors = [...hosts.one.errors, ...hosts.two.errors].map(String);
    assert.deepEqual([...wrong, ...errors, ...createdTwice(sim.interactions)], []);
    assert.ok(taken > RUNS / 4 && whole > RUNS / 6, `${taken} taken over, ${whole} whole`);
    await hosts.one.close();
    await hosts.two.close();
    await store.close();
  });
}

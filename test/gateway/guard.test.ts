// The guard at work in a gateway: a second key goes on where the first one's quota ended, circuits close
// again, and two gateways over one Redis count together.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { systemClock } from "../../src/core/index.ts";
import {
  Admission,
  Breaker,
  Clients,
  Guard,
  type Key,
  KeyPool,
  Limits,
} from "../../src/gateway/index.ts";
import { createSim } from "../../src/sim/index.ts";
import { openStore, type Store } from "../../src/store/index.ts";
import { redisServer } from "../redis-server.ts";
import { host } from "./host.ts";

const MODEL = "gemini-2.5-flash";
const CONTENTS = [{ role: "user", parts: [{ text: "Say hello" }] }];
const KEYS: Key[] = [
  { name: "first", secret: "AIzaFirstKeyFirstKeyFirstKeyFirstKey01" },
  { name: "second", secret: "AIzaSecondKeySecondKeySecondKeySecon02" },
];
const cleanups: (() => unknown)[] = [];
after(async () => {
  for (const clean of cleanups.reverse()) await clean();
});

function guardOver(store: Store, keys: readonly Key[], requestsPerMinute?: number): Guard {
  const clock = systemClock;
  return new Guard({
    clock,
    clients: new Clients([], () => Date.now()),
    keys: new KeyPool(keys, clock),
    breaker: new Breaker(clock, { attemptsMin: 3, restMs: 60_000 }),
    admission: new Admission(clock, { inFlightMax: 50, queueMax: 50, queueMs: 5_000 }),
    limits: new Limits({
      tally: store.tally,
      clock,
      models: [],
      requestsPerMinute,
      whenUnreachable: "serve",
    }),
  });
}

/** A gateway whose upstream notes with which key it was asked. */
async function house(store: Store, scenario: string, keys = KEYS, requestsPerMinute?: number) {
  const guard = guardOver(store, keys, requestsPerMinute);
  const asked: string[] = [];
  const sim = createSim({ ttftMs: 0, chunkDelayMs: 0, scenario });
  const fetch: typeof globalThis.fetch = (input, init) => {
    const key = new Headers(init?.headers).get("x-goog-api-key");
    asked.push(keys.find(({ secret }) => secret === key)?.name ?? "none");
    return sim.fetch(input, init);
  };
  const made = await host({ store, warden: guard, fetch });
  cleanups.push(made.close);
  const ask = () =>
    globalThis.fetch(`${made.url}/v1beta/models/${MODEL}:generateContent`, {
      method: "POST",
      body: JSON.stringify({ contents: CONTENTS }),
    });
  return { ...made, sim, guard, asked, ask };
}

test("a daily quota in the middle: the answer goes on with another key", async () => {
  const store = await openStore({ kind: "memory" });
  const made = await house(store, "attempt 1: error-event quota_per_day after 3 chunks; ok");
  const response = await made.ask();
  assert.equal(response.status, 200);
  const { candidates } = (await response.json()) as {
    candidates: { content: { parts: { text: string }[] } }[];
  };
  const text = candidates[0]?.content.parts.map((part) => part.text).join("");
  assert.equal(text, made.sim.truth(MODEL, { contents: CONTENTS }));
  assert.equal(new Set(made.asked).size, 2);
  const states = made.guard.parts.keys?.states() ?? [];
  assert.equal(states.filter(({ state }) => state === "cooling").length, 1);
});

test("with one key it is refused, with when the day ends; the key is not asked again", async () => {
  const store = await openStore({ kind: "memory" });
  const made = await house(store, "*: quota_per_day", KEYS.slice(0, 1));
  const first = await made.ask();
  assert.deepEqual([first.status, first.headers.get("x-pollux-failure")], [429, "quota_per_day"]);
  const before = made.asked.length;
  const second = await made.ask();
  assert.equal(second.status, 429);
  assert.ok(Number(second.headers.get("retry-after")) > 60);
  assert.equal(made.asked.length, before);
});

test("a model that fails again and again is given rest", async () => {
  const store = await openStore({ kind: "memory" });
  const made = await house(store, "*: connect-refuse");
  for (let i = 0; i < 3; i += 1) assert.equal((await made.ask()).status, 502);
  const before = made.asked.length;
  const refused = await made.ask();
  assert.deepEqual(
    [refused.status, refused.headers.get("x-pollux-failure")],
    [503, "circuit_open"],
  );
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  assert.equal(made.asked.length, before);
});

test("two gateways over one Redis count a client's requests together", async () => {
  const redis = await redisServer();
  cleanups.push(redis.close);
  const [one, two] = await Promise.all(
    [1, 2].map(async () => {
      const store = await openStore({ kind: "redis", url: redis.url });
      return house(store, "ok", KEYS, 3);
    }),
  );
  assert.ok(one && two);
  const statuses = [];
  for (const made of [one, two, one, two, one]) statuses.push((await made.ask()).status);
  assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
});

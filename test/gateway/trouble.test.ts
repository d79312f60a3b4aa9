// A log that fails under running streams: the reader gets the rest when it is back, or a named failure.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Pollux, type StreamEvent } from "../../src/core/index.ts";
import { Flush } from "../../src/gateway/flush.ts";
import { openStore, StoreError } from "../../src/store/index.ts";
import { FakeClock } from "../fake-clock.ts";
import { redisServer } from "../redis-server.ts";
import { host } from "./host.ts";
import { folder } from "./process.ts";

const MODEL = "gemini-2.5-flash";
const CONTENTS = [{ role: "user", parts: [{ text: "Write 300 words about rivers" }] }];
const cleanups: (() => unknown)[] = [];
after(async () => {
  for (const clean of cleanups.reverse()) await clean();
});

async function begin(url: string): Promise<Response> {
  return fetch(`${url}/streams`, {
    method: "POST",
    body: JSON.stringify({ model: MODEL, contents: CONTENTS }),
  });
}

test("Redis restarts in the middle and has its data: the stream goes on", async () => {
  const redis = await redisServer();
  const store = await openStore({ kind: "redis", url: redis.url });
  const made = await host({ store, sim: { chunkDelayMs: 5 } });
  cleanups.push(redis.close, made.close);
  const { id } = (await (await begin(made.url)).json()) as { id: string };
  let restarted: Promise<void> | undefined;
  const events: StreamEvent[] = [];
  for await (const event of new Pollux({ apiKey: "none", baseUrl: made.url }).follow(id)) {
    events.push(event);
    if (event.type === "chunk" && !restarted && events.length > 6)
      restarted = redis.save().then(() => redis.start());
  }
  await restarted;
  assert.ok(restarted);
  const end = events.at(-1);
  assert.equal(end?.type, "done");
  assert.equal(end?.type === "done" && end.text, made.sim.truth(MODEL, { contents: CONTENTS }));
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, i) => i),
  );
});

test("Redis comes back empty: the reader is told that the stream is gone", async () => {
  const redis = await redisServer();
  const store = await openStore({ kind: "redis", url: redis.url });
  const made = await host({ store, sim: { chunkDelayMs: 5 } });
  cleanups.push(redis.close, made.close);
  const response = await fetch(`${made.url}/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, {
    method: "POST",
    body: JSON.stringify({ contents: CONTENTS }),
  });
  const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  await reader.read();
  await redis.kill();
  await redis.start();
  let text = "";
  for (const decoder = new TextDecoder(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  const last = JSON.parse(
    text
      .trim()
      .split("\n")
      .at(-1)
      ?.replace(/^data: /, "") ?? "",
  ) as {
    error?: { code: number; message: string };
  };
  assert.equal(last.error?.code, 410);
  assert.match(last.error?.message ?? "", /stream_expired/);
});

test("Redis is not there: opening says so and names no password", async () => {
  const redis = await redisServer();
  await redis.close();
  const opening = openStore({ kind: "redis", url: redis.url.replace("//", "//user:secret-word@") });
  await assert.rejects(opening, (error) => {
    assert.ok(error instanceof StoreError);
    assert.match(`${error.message} ${error.next}`, /127\.0\.0\.1:\d+ cannot be reached.*Check/);
    assert.ok(!`${error.message} ${error.next}`.includes("secret-word"));
    return true;
  });
});

test("Redis goes away while the gateway serves: new streams are refused by name, and served when it is back", async () => {
  const redis = await redisServer();
  const store = await openStore({ kind: "redis", url: redis.url });
  const made = await host({ store });
  cleanups.push(redis.close, made.close);
  await redis.save();
  const refused = await begin(made.url);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("x-pollux-failure"), "store_unavailable");
  await redis.start();
  let status = 503;
  // It reconnects by itself within a second; each refusal takes its time, so this ends soon.
  for (let i = 0; status === 503 && i < 10_000; i += 1) status = (await begin(made.url)).status;
  assert.equal(status, 201);
});

test("a folder of the log that cannot be used says why and what to do", async () => {
  const place = folder();
  cleanups.push(place.remove);
  const { writeFileSync } = await import("node:fs");
  writeFileSync(`${place.path}/file`, "");
  await assert.rejects(openStore({ kind: "sqlite", folder: `${place.path}/file` }), {
    name: "StoreError",
    message: /cannot be opened/,
  });
  writeFileSync(`${place.path}/streams.db`, "this is no database, and never was one".repeat(200));
  await assert.rejects(openStore({ kind: "sqlite", folder: place.path }), {
    name: "StoreError",
    message: /is no log of this gateway/,
  });
  const other = folder();
  cleanups.push(other.remove);
  const store = await openStore({ kind: "sqlite", folder: other.path });
  await assert.rejects(openStore({ kind: "sqlite", folder: other.path }), {
    name: "StoreError",
    message: /in use by another process/,
  });
  await store.close();
});

test("the log fails and works again: nothing is lost; it fails for good: the streams are given up", async () => {
  const clock = new FakeClock();
  const kept: number[] = [];
  let failing = 3;
  const given: unknown[] = [];
  const log = {
    append: async (writes: readonly unknown[]) => {
      if (failing > 0) {
        failing -= 1;
        throw new StoreError("The disk is full.", "Free some space.");
      }
      return writes.map(() => "kept" as const);
    },
  };
  const flush = new Flush({
    log: log as never,
    owner: "a",
    clock: clock.with(fetch),
    defer: (fn) => void clock.setTimer(fn, 0),
  });
  const writer = {
    id: "s",
    kept: (entries: readonly { seq: number }[]) => void kept.push(...entries.map(({ seq }) => seq)),
    lost: () => {},
    unkept: (error: unknown) => void given.push(error),
  };
  for (let seq = 0; seq < 5; seq += 1) flush.add(writer, { seq, type: "chunk", json: "{}" });
  await clock.run(flush.settled());
  assert.deepEqual(kept, [0, 1, 2, 3, 4]);
  failing = Number.POSITIVE_INFINITY;
  flush.add(writer, { seq: 5, type: "chunk", json: "{}" });
  await clock.run(flush.settled());
  assert.equal(given.length, 1);
  assert.deepEqual(kept, [0, 1, 2, 3, 4]);
});

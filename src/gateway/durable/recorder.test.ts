// The recorder on tapes in memory, with a clock that stands still until it is told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openStore } from "../../store/index.ts";
import type { Append } from "./decide.ts";
import { Declined } from "./declined.ts";
import { wishOf } from "./headers.ts";
import { Recorder } from "./recorder.ts";

const START_MS = Date.UTC(2026, 10, 20);

async function made() {
  const { tapes } = await openStore({ kind: "memory" });
  let time = 0;
  let ids = 0;
  const clock = {
    now: () => time,
    date: () => new Date(START_MS + time),
    random: () => 0,
    id: () => `id-${++ids}`,
    fetch: globalThis.fetch,
    setTimer: (fn: () => void) => {
      queueMicrotask(fn);
      return () => {};
    },
  };
  const recorder = new Recorder(tapes, clock, { streamsMax: 10, bytesMax: 1_000 });
  const create = async (path: string, headers: Record<string, string> = {}, body = "") =>
    recorder.create("me", `me/${path}`, wishOf(headers), new TextEncoder().encode(body));
  const append = (path: string, text: string, change: Partial<Append> = {}) =>
    recorder.append(`me/${path}`, {
      ...{ contentType: undefined, close: false, seq: undefined, producer: undefined },
      message: new TextEncoder().encode(text),
      ...change,
    });
  const status = (path: string) =>
    recorder.known(`me/${path}`).then(
      () => 200,
      (error: unknown) => (error instanceof Declined ? error.status : assert.fail(String(error))),
    );
  const pass = (ms: number) => {
    time += ms;
  };
  return { recorder, tapes, create, append, status, pass };
}

const forkOf = (path: string) => ({ "stream-forked-from": path });
const TTL = { "stream-ttl": "10" };

test("a time to live counts from the last use, and sweeping removes what is over", async () => {
  const { recorder, tapes, create, append, status, pass } = await made();
  await create("used", TTL, "a");
  await create("idle", TTL, "a");
  await create("fixed", { "stream-expires-at": new Date(START_MS + 12_000).toISOString() });
  pass(8_000);
  await append("used", "b");
  await append("fixed", "b");
  pass(4_000);
  assert.deepEqual(await Promise.all(["used", "idle", "fixed"].map(status)), [200, 404, 404]);
  assert.equal(await recorder.sweep(), 2);
  assert.equal(await recorder.sweep(), 0);
  assert.equal(await tapes.get("me/idle"), undefined);
  pass(3_000);
  await recorder.used(await recorder.known("me/used"));
  pass(9_999);
  assert.equal(await status("used"), 200);
  pass(1);
  assert.equal(await status("used"), 404);
  assert.equal((await create("used", TTL)).created, true);
});

test("a source that expires stays for its forks, and goes with the last of them", async () => {
  const { recorder, tapes, create, status, pass } = await made();
  await create("source", TTL, "a");
  const other = { "stream-ttl": "100" };
  await create("one", { ...forkOf("source"), ...other });
  await create("two", { ...forkOf("one"), ...other });
  pass(10_000);
  assert.equal(await status("source"), 410);
  await assert.rejects(create("source"), { status: 409 });
  await recorder.sweep();
  assert.equal(await status("source"), 410);
  assert.deepEqual(await tapes.expired(START_MS + 10_000, 9), []);
  await recorder.remove("me/one");
  assert.deepEqual(await Promise.all(["source", "one", "two"].map(status)), [410, 410, 200]);
  pass(100_000);
  await recorder.sweep();
  assert.deepEqual(await Promise.all(["source", "one", "two"].map(status)), [404, 404, 404]);
  for (const name of ["source", "one", "two"])
    assert.equal(await tapes.get(`me/${name}`), undefined);
});

test("to be forked is no use of a source, and to lose a fork no end of it", async () => {
  const { recorder, create, status, pass } = await made();
  await create("source", TTL, "a");
  pass(5_000);
  await create("fork", forkOf("source"));
  await recorder.remove("me/fork");
  assert.deepEqual(await Promise.all(["source", "fork"].map(status)), [200, 404]);
  pass(5_000);
  assert.equal(await status("source"), 404);
});

test("forks of forks end somewhere", async () => {
  const { recorder, create, append } = await made();
  const room = new Recorder(recorder.tapes, recorder.clock, { streamsMax: 999, bytesMax: 999 });
  const fork = (i: number) =>
    room.create("me", `me/${i}`, wishOf(forkOf(`${i - 1}`)), new TextEncoder().encode("x"));
  await create("0", {}, "x");
  for (let i = 1; i <= 64; i += 1) await fork(i);
  await assert.rejects(fork(65), { code: "forks_too_deep" });
  await append("64", "y");
  for (let i = 0; i <= 64; i += 1) await room.remove(`me/${i}`);
  for (let i = 0; i <= 64; i += 1) assert.equal(await room.tapes.get(`me/${i}`), undefined);
});

test("what a client may have is counted, and what it removed is free again", async () => {
  const { recorder, create, append } = await made();
  for (let i = 0; i < 10; i += 1) await create(`s${i}`);
  await assert.rejects(create("more"), { status: 429 });
  await append("s0", "x".repeat(900));
  await assert.rejects(append("s1", "x".repeat(101)), { status: 413 });
  await append("s1", "", { message: undefined, close: true });
  await recorder.remove("me/s0");
  assert.equal((await create("more", {}, "x".repeat(900))).created, true);
});

test("appends at once are all kept, each in its own place", async () => {
  const { recorder, create, append } = await made();
  await create("s", { "content-type": "text/plain" });
  const other = new Recorder(recorder.tapes, recorder.clock, { streamsMax: 10, bytesMax: 1_000 });
  const message = new TextEncoder().encode("x");
  const elsewhere = { contentType: undefined, message, close: false, seq: undefined };
  const all = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      i % 2 ? append("s", "x") : other.append("me/s", { ...elsewhere, producer: undefined }),
    ),
  );
  const tails = all.map(({ known }) => known.tail).toSorted((a, b) => a - b);
  assert.deepEqual(
    tails,
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
  assert.equal((await recorder.known("me/s")).tail, 40);
});

// Tapes outlive the process that wrote them, and two gateways on one Redis have the same ones.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after as afterAll, before, test } from "node:test";
import { Redis } from "ioredis";
import { openStore, type Store } from "../../src/store/index.ts";
import { type RedisServer, redisServer } from "../redis-server.ts";
import { after, fresh, PLENTY, text } from "./tapes.ts";

const folder = mkdtempSync(join(tmpdir(), "pollux-tapes-"));
const opened: Store[] = [];
let server: RedisServer;
before(async () => {
  server = await redisServer();
});
afterAll(async () => {
  for (const store of opened) await store.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function sqlite(name: string): Promise<Store> {
  const store = await openStore({ kind: "sqlite", folder: join(folder, name) });
  opened.push(store);
  return store;
}

async function redis(prefix: string): Promise<Store> {
  const store = await openStore({ kind: "redis", url: server.url, prefix });
  opened.push(store);
  return store;
}

test("SQLite: the next process finds tapes, their messages, and what their owner has", async () => {
  const one = await sqlite("restart");
  const first = fresh(["a", "b"], { about: '{"n":1}', expiresAtMs: 5 });
  await one.tapes.commit([first], PLENTY);
  await one.close();
  const two = await sqlite("restart");
  const found = await two.tapes.get(first.name);
  assert.deepEqual([found?.about, found?.length, found?.expiresAtMs], ['{"n":1}', 2, 5]);
  assert.deepEqual(await two.tapes.expired(5, 10), [first.name]);
  const { owner } = first.next;
  const most = { tapes: 1, bytes: 3 };
  assert.equal(await two.tapes.commit([fresh([], { owner })], most), "many");
  assert.equal(await two.tapes.commit([after(first, ["cd"])], most), "large");
  assert.equal(await two.tapes.commit([after(first, ["c"])], most), "kept");
});

test("SQLite: what was removed is not in the file any more", async () => {
  const { tapes } = await sqlite("erased");
  const word = "a-secret-that-somebody-wrote";
  const first = fresh([word]);
  await tapes.commit([first], PLENTY);
  await tapes.commit([{ name: first.name, seen: first.next.mark, next: undefined }], PLENTY);
  for (const file of ["streams.db", "streams.db-wal"])
    assert.ok(!readFileSync(join(folder, "erased", file)).includes(word), file);
});

test("Redis: two gateways see and hear each other's changes, and only one is first", async () => {
  const [one, two] = [await redis("two:"), await redis("two:")];
  const first = fresh(["a"]);
  let told = () => {};
  const listening = new Promise<void>((resolve) => {
    told = resolve;
  });
  const stop = two.tapes.watch(first.name, () => told());
  await listening;
  const heard = new Promise<void>((resolve) => {
    told = resolve;
  });
  await one.tapes.commit([first], PLENTY);
  await heard;
  stop();
  assert.equal((await two.tapes.get(first.name))?.length, 1);
  const rivals = [one, two].map(({ tapes }) => tapes.commit([after(first, ["b"])], PLENTY));
  assert.deepEqual((await Promise.all(rivals)).toSorted(), ["kept", "stale"]);
  assert.deepEqual(await two.tapes.read(first.next.id, 1, 2, 10), [Buffer.from(text("b"))]);
});

test("Redis: a tape that lost messages is gone, and another may take its name", async () => {
  const { tapes } = await redis("lossy:");
  const first = fresh(["a", "b"]);
  await tapes.commit([first], PLENTY);
  const raw = new Redis(server.url);
  await raw.rpop(`lossy:tape-log:${first.next.id}`);
  raw.disconnect();
  assert.equal(await tapes.commit([after(first, ["c"])], PLENTY), "stale");
  assert.equal(await tapes.get(first.name), undefined);
  const again = { ...fresh(["z"]), name: first.name };
  assert.equal(await tapes.commit([again], PLENTY), "kept");
});

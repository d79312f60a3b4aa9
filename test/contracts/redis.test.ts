// What only the shared engine must show: two gateways on one log, and a Redis that restarts, hangs, forgets,
// refuses, or is not there.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import { Redis } from "ioredis";
import { type News, openStore, type Store, StoreError, type Write } from "../../src/store/index.ts";
import { RedisLine } from "../../src/store/redis-line.ts";
import { RedisLog } from "../../src/store/redis-log.ts";
import { type RedisServer, redisServer } from "../redis-server.ts";
import { entries, entry, head } from "./log.ts";

const LEASE_MS = 60_000;
const TRIES_MAX = 100_000;
const SECRET = "canary-of-redis";
const QUICK = { connectMs: 300, openMs: 300, commandMs: 100, silentMs: 200 };

let server: RedisServer;
let raw: Redis;
const closers: (() => unknown)[] = [];
let prefixes = 0;
let time = 0;
const now = () => time;

before(async () => {
  server = await redisServer();
  raw = new Redis(server.url, { retryStrategy: () => 20 });
  raw.on("error", () => {});
});
after(async () => {
  for (const close of closers) await close();
  raw.disconnect();
  await server.close();
});

/** As many gateways on one log as wanted. */
async function stores(count: number): Promise<[Store, ...Store[]]> {
  prefixes += 1;
  const prefix = `test${prefixes}:`;
  const opening = Array.from({ length: count }, () =>
    openStore({ kind: "redis", url: server.url, prefix, now }),
  );
  const opened = await Promise.all(opening);
  for (const store of opened) closers.push(store.close);
  return opened as [Store, ...Store[]];
}

async function begun({ log }: Store, owner = "a"): Promise<string> {
  return (await log.create(head(), owner, LEASE_MS)).head.id;
}

function write(id: string, from: number, to: number): Write[] {
  return [{ id, owner: "a", entries: entries(from, to) }];
}

async function refused(work: () => Promise<unknown>, message: RegExp): Promise<StoreError> {
  const error = await work().then(
    () => assert.fail("it worked"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof StoreError, inspect(error));
  assert.match(error.message, message);
  assert.ok(error.next.length > 3);
  assert.ok(!inspect(error, { depth: 20, showHidden: true }).includes(SECRET));
  return error;
}

/** Until it works; what fails until then fails as it should. */
async function untilBack<T>(work: () => Promise<T>): Promise<T> {
  for (let i = 0; ; i += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreError) || i === TRIES_MAX) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function hearing(log: Store["log"], id: string, wanted: News, what: "all" | "orders") {
  const heard = Promise.withResolvers<News>();
  const stop = log.watch(id, (news) => news === wanted && heard.resolve(news), what);
  return heard.promise.finally(stop);
}

test("two gateways: one writes, the other reads, hears, stops, and may not write", async () => {
  const [one, two] = (await stores(2)) as [Store, Store];
  const id = await begun(one);
  const stopped = hearing(one.log, id, "stop", "orders");
  const heard: News[] = [];
  const seen = Promise.withResolvers<void>();
  const unwatch = two.log.watch(id, (news) => {
    heard.push(news);
    if (heard.length >= 3) seen.resolve(); // both channels are listened to, and one more
  });
  for (let seq = 0; seq < 300 && heard.length < 3; seq += 1)
    assert.deepEqual(await one.log.append(write(id, seq, seq + 1)), ["kept"]);
  await seen.promise;
  const { lastSeq = -1 } = (await two.log.head(id)) ?? {};
  const page = await two.log.read(id, -1, 1_000_000);
  assert.deepEqual(page?.entries, entries(0, lastSeq + 1));
  const theft: Write[] = [{ id, owner: "b", entries: [entry(lastSeq + 1)] }];
  assert.deepEqual(await two.log.append(theft), ["lost"]);
  assert.equal(await two.log.askStop(id), true);
  await stopped;
  unwatch();
  assert.equal((await two.log.list({ limit: 10 })).length, 1);
});

test("an order that was given while nobody could hear it is heard afterwards", async () => {
  const [one, two] = (await stores(2)) as [Store, Store];
  const id = await begun(one);
  const early = await begun(one);
  await two.log.askStop(early); // before anybody watches
  const stops = [hearing(one.log, early, "stop", "orders"), hearing(one.log, id, "stop", "orders")];
  await stops[0];
  await raw.call("CLIENT", "KILL", "TYPE", "pubsub");
  await two.log.askStop(id);
  await stops[1];
});

test("Redis restarts: calls fail by name at once, and work again with all that was kept", async () => {
  const [store] = await stores(1);
  const id = await begun(store);
  await store.log.append(write(id, 0, 3));
  await server.save();
  await refused(() => store.log.append(write(id, 3, 4)), /127\.0\.0\.1:\d+ cannot be reached/);
  await refused(() => store.check(), /cannot be reached/);
  // Somebody begins to watch in the meantime.
  const heard = hearing(store.log, id, "entries", "all");
  await server.start();
  assert.deepEqual(await untilBack(() => store.log.append(write(id, 3, 4))), ["kept"]);
  await heard;
  assert.deepEqual((await store.log.read(id, -1, 10_000))?.entries, entries(0, 4));
});

test("after a break the owners get a lease's time to come back before others take their streams", async () => {
  const [one, two] = (await stores(2)) as [Store, Store];
  const { head: made } = await one.log.create(head(), "a", 0);
  const given = await begun(one);
  await server.save();
  await server.start();
  await untilBack(() => two.check());
  await untilBack(() => one.log.release("a", [given]));
  const idsOf = async () => (await two.log.claim("b", LEASE_MS, 10)).map(({ id }) => id);
  assert.deepEqual(await idsOf(), [given]);
  time += LEASE_MS;
  assert.deepEqual(await idsOf(), [made.id]);
});

test("Redis hangs: calls end in time; a write that was tried again is kept once", async () => {
  const line = await RedisLine.open(server.url, "hang:", now, QUICK);
  closers.push(() => line.close());
  const log = new RedisLog(line);
  const { head: made } = await log.create(head(), "a", LEASE_MS);
  await log.append(write(made.id, 0, 2));
  server.pause();
  await refused(() => log.append(write(made.id, 2, 4)), /cannot be reached/);
  await refused(() => RedisLine.open(server.url, "hang:", now, QUICK), /cannot be reached/);
  server.resume();
  assert.deepEqual(await untilBack(() => log.append(write(made.id, 2, 4))), ["kept"]);
  assert.deepEqual((await log.read(made.id, -1, 10_000))?.entries, entries(0, 4));
});

test("something that listens but is no Redis, nothing at all, and no address", async () => {
  const mute: Server = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
  const { port } = mute.address() as { port: number };
  const open = (url: string) => () => RedisLine.open(url, "x:", now, QUICK);
  await refused(open(`redis://:${SECRET}@127.0.0.1:${port}`), /cannot be reached/);
  await new Promise((resolve) => mute.close(resolve));
  await refused(open(`redis://:${SECRET}@127.0.0.1:${port}`), /cannot be reached/);
  await refused(open(`http://user:${SECRET}@127.0.0.1`), /no URL/);
});

test("what Redis refuses is named, and works when the cause is gone", async () => {
  const [store] = await stores(1);
  const id = await begun(store);
  const put = () => store.log.append(write(id, 0, 2));
  await raw.config("SET", "maxmemory", "1");
  await refused(put, /is out of memory/);
  await raw.config("SET", "maxmemory", "0");
  await raw.call("REPLICAOF", "127.0.0.1", "1");
  await refused(put, /is a replica/);
  await raw.call("REPLICAOF", "NO", "ONE");
  assert.deepEqual(await put(), ["kept"]);
  await raw.config("SET", "requirepass", SECRET);
  const open = (secret: string) => () =>
    openStore({ kind: "redis", url: server.url.replace("//", `//${secret}`) });
  await refused(open(""), /wants other credentials/);
  await refused(open(`:not-${SECRET}@`), /wants other credentials/);
  const opened = await open(`:${SECRET}@`)();
  await opened.check();
  await opened.close();
  await raw.config("SET", "requirepass", "");
});

test("Redis forgot entries: the stream is gone, and nobody goes on as if nothing were missing", async () => {
  const [store] = await stores(1);
  const [evicted, older, headless] = [await begun(store), await begun(store), await begun(store)];
  const prefix = `test${prefixes}:`;
  for (const id of [evicted, older, headless]) await store.log.append(write(id, 0, 5));
  await raw.del(`${prefix}entries:${evicted}`);
  assert.equal(await store.log.read(evicted, 1, 1_000), undefined);
  await raw.ltrim(`${prefix}entries:${older}`, 0, 2); // as from an older snapshot
  assert.deepEqual(await store.log.append(write(older, 5, 6)), ["lost"]);
  assert.equal(await store.log.head(older), undefined);
  await raw.del(`${prefix}head:${headless}`);
  await store.log.release("a", [headless]);
  assert.deepEqual(await store.log.append(write(headless, 5, 6)), ["lost"]);
});

test("an idempotency key whose stream is gone begins a new one", async () => {
  const [store] = await stores(1);
  const { client } = head();
  const made = await store.log.create(head({ client, idempotencyKey: "k" }), "a", LEASE_MS);
  await raw.del(`test${prefixes}:head:${made.head.id}`);
  const again = await store.log.create(head({ client, idempotencyKey: "k" }), "a", LEASE_MS);
  assert.equal(again.created, true);
  assert.deepEqual(await store.log.append(write(again.head.id, 0, 1)), ["kept"]);
});

test("everything stands under the prefix, and removal and sweep leave nothing behind", async () => {
  const [store] = await stores(1);
  const prefix = `test${prefixes}:`;
  const wide = { ageMs: 1, bytesMax: Number.MAX_SAFE_INTEGER, streamsMax: 1_000 };
  for (const how of ["removed", "swept"]) {
    const { head: made } = await store.log.create(head({ idempotencyKey: how }), "a", LEASE_MS);
    const end = { state: "done", atMs: 1 } as const;
    await store.log.append([{ id: made.id, owner: "a", entries: entries(0, 3), end }]);
    if (how === "removed") await store.log.remove(made.id);
    else assert.equal(await store.log.sweep(wide, 10_000, 10), 1);
  }
  assert.deepEqual(await raw.keys(`${prefix}*`), [`${prefix}size`]);
  assert.equal(await raw.get(`${prefix}size`), "0");
  const others = (await raw.keys("*")).filter((key) => !/^(test\d+|hang|pollux):/.test(key));
  assert.deepEqual(others, []);
});

// Gateways that die while clients write: what was acknowledged is there, and what is sent again is there
// once. Two gateways over one Redis have the same streams.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { stream } from "@durable-streams/client";
import { folder, gatewayProcess } from "../gateway/process.ts";
import { redisServer } from "../redis-server.ts";

const MESSAGES = 120;
const TRIES_MAX = 50;
const JSON_TYPE = { "content-type": "application/json" };
const cleanups: (() => unknown)[] = [];
after(async () => {
  for (const clean of cleanups.reverse()) await clean();
});

async function started(args: readonly string[], cwd: string) {
  const served = await gatewayProcess(["--port", "0", "--quiet", ...args], { cwd });
  cleanups.push(() => served.kill("SIGKILL"));
  return served;
}

/** Sends it until somebody says that it is kept; `where` is who lives at the time. */
async function append(where: () => Promise<string>, seq: number): Promise<number> {
  const producer = { "producer-id": "p", "producer-epoch": "0", "producer-seq": `${seq}` };
  for (let i = 0; i < TRIES_MAX; i += 1) {
    const url = await where();
    try {
      const response = await fetch(`${url}/durable/log`, {
        method: "POST",
        headers: { ...JSON_TYPE, ...producer },
        body: JSON.stringify({ seq }),
      });
      await response.arrayBuffer();
      if (response.ok) return response.status;
      assert.equal(response.status, 503);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      await new Promise((resolve) => setImmediate(resolve)); // it may not know yet that it is dead
    }
  }
  return assert.fail("nobody took it");
}

async function made(url: string): Promise<void> {
  const response = await fetch(`${url}/durable/log`, { method: "PUT", headers: JSON_TYPE });
  assert.equal(response.status, 201);
}

const ALL = Array.from({ length: MESSAGES }, (_, seq) => ({ seq }));

test("SQLite: killed between appends, it goes on with the same stream and the same producers", async () => {
  const place = folder();
  cleanups.push(place.remove);
  const start = () => started(["--store", "sqlite"], place.path);
  let gateway = start();
  const where = async () => (await gateway).url;
  await made(await where());
  for (let seq = 0; seq < MESSAGES; seq += 1) {
    if (seq === 40 || seq === 80) {
      // Its answer is lost: nobody knows whether it was kept.
      const lost = append(where, seq);
      gateway = (await gateway).kill("SIGKILL").then(start);
      await lost;
    }
    await append(where, seq);
  }
  assert.equal(await append(where, 50), 204);
  const kept = await (await fetch(`${await where()}/durable/log`)).json();
  assert.deepEqual(kept, ALL);
});

test("Redis: two gateways write and read one stream; when one dies, the other goes on", async () => {
  const redis = await redisServer();
  cleanups.push(redis.close);
  const place = folder();
  cleanups.push(place.remove);
  const args = ["--store", "redis", "--redis-url", redis.url];
  const [one, two] = await Promise.all([started(args, place.path), started(args, place.path)]);
  await made(one.url);
  const response = await stream<{ seq: number }>({
    url: `${two.url}/durable/log`,
    offset: "-1",
    live: "sse",
  });
  const reading = (async () => {
    const seen: unknown[] = [];
    const reader = response.jsonStream().getReader();
    for (let i = 0; i < MESSAGES; i += 1) seen.push((await reader.read()).value);
    assert.equal((await reader.read()).done, true);
    return seen;
  })();
  let first = Promise.resolve(one.url);
  const second = Promise.resolve(two.url);
  for (let seq = 0; seq < MESSAGES; seq += 1) {
    if (seq === MESSAGES / 2) {
      const lost = append(() => first, seq);
      first = one.kill("SIGKILL").then(() => second);
      await lost;
    }
    await append(() => (seq % 2 ? second : first), seq);
  }
  const close = { method: "POST", headers: { "stream-closed": "true" } };
  assert.equal((await fetch(`${two.url}/durable/log`, close)).status, 204);
  assert.deepEqual(await reading, ALL);
  const kept = await (await fetch(`${two.url}/durable/log`)).json();
  assert.deepEqual(kept, ALL);
});

test("Redis: when it restarts, a reader of the protocol's own client goes on", async () => {
  const redis = await redisServer();
  cleanups.push(redis.close);
  const place = folder();
  cleanups.push(place.remove);
  const gateway = await started(["--store", "redis", "--redis-url", redis.url], place.path);
  const where = async () => gateway.url;
  await made(gateway.url);
  const response = await stream<{ seq: number }>({
    url: `${gateway.url}/durable/log`,
    offset: "-1",
    live: "sse",
    backoffOptions: { initialDelay: 10, maxDelay: 100, multiplier: 2 },
  });
  const reader = response.jsonStream().getReader();
  const next = async () => (await reader.read()).value;
  await append(where, 0);
  assert.deepEqual(await next(), { seq: 0 });
  await redis.save();
  await redis.kill();
  await redis.start();
  for (let i = 0; i < TRIES_MAX; i += 1) {
    const head = await fetch(`${gateway.url}/durable/log`, { method: "HEAD" });
    if (head.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await append(where, 1);
  assert.deepEqual(await next(), { seq: 1 });
  await reader.cancel();
});

test("Redis: many writers at two gateways, and nothing is lost or doubled", async () => {
  const redis = await redisServer();
  cleanups.push(redis.close);
  const place = folder();
  cleanups.push(place.remove);
  const args = ["--store", "redis", "--redis-url", redis.url];
  const both = await Promise.all([started(args, place.path), started(args, place.path)]);
  await made(both[0].url);
  const writer = async (id: number) => {
    for (let i = 0; i < 15; i += 1) {
      const response = await fetch(`${both[(id + i) % 2]?.url}/durable/log`, {
        method: "POST",
        headers: {
          ...JSON_TYPE,
          "producer-id": `${id}`,
          "producer-epoch": "0",
          "producer-seq": `${i}`,
        },
        body: JSON.stringify({ id, i }),
      });
      assert.equal(response.status, 200, await response.text());
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, id) => writer(id)));
  const kept = (await (await fetch(`${both[1].url}/durable/log`)).json()) as {
    id: number;
    i: number;
  }[];
  assert.equal(kept.length, 8 * 15);
  for (let id = 0; id < 8; id += 1)
    assert.deepEqual(
      kept.filter((one) => one.id === id).map(({ i }) => i),
      Array.from({ length: 15 }, (_, i) => i),
    );
});

// Random histories of streams and their forks, told to the recorder on each engine and to a model that
// copies instead of sharing. Both must answer and hold the same.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { systemClock } from "../../src/core/index.ts";
import { Declined } from "../../src/gateway/durable/declined.ts";
import { wishOf } from "../../src/gateway/durable/headers.ts";
import { offsetOf } from "../../src/gateway/durable/position.ts";
import { Recorder } from "../../src/gateway/durable/recorder.ts";
import { TapeSource } from "../../src/gateway/durable/tape-source.ts";
import { openStore, type Store } from "../../src/store/index.ts";
import { redisServer } from "../redis-server.ts";

const PATHS = ["a", "b", "c", "d"];
const STEPS_MAX = 50;

const path = fc.constantFrom(...PATHS);
const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant("put" as const), path, closed: fc.boolean() }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constant("append" as const),
      path,
      text: fc.string({ minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("close" as const), path }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("delete" as const), path }) },
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constant("fork" as const),
      path,
      from: path,
      at: fc.nat(3),
      sub: fc.constantFrom(0, 0, 0, 1, 4),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Model {
  messages: Uint8Array[];
  closed: boolean;
  forks: number;
  gone: boolean;
  source?: Model;
  path: string;
  spec: string;
}

const hex = (message: Uint8Array) => Buffer.from(message).toString("hex");
const bytes = (text: string) => new TextEncoder().encode(text);

/** What the protocol asks for, with everything copied. */
class World {
  readonly streams = new Map<string, Model>();

  run(one: Step): number {
    const known = this.streams.get(one.path);
    if (one.op === "put" || one.op === "fork") return this.make(one, known);
    if (!known) return 404;
    if (known.gone) return 410;
    if (one.op === "delete") return this.remove(known);
    if (one.op === "append" && known.closed) return 409;
    if (one.op === "append") known.messages.push(bytes(one.text));
    else known.closed = true;
    return 204;
  }

  private make(one: Extract<Step, { op: "put" | "fork" }>, known: Model | undefined): number {
    const spec = one.op === "fork" ? `${one.from} ${one.at} ${one.sub}` : "";
    const closed = one.op === "put" && one.closed;
    if (known) return !known.gone && known.spec === spec && known.closed === closed ? 200 : 409;
    const made: Model = { messages: [], closed, forks: 0, gone: false, path: one.path, spec };
    if (one.op === "fork") {
      const source = this.streams.get(one.from);
      if (!source) return 404;
      if (source.gone) return 409;
      const message = source.messages[one.at];
      if (one.at > source.messages.length) return 400;
      if (one.sub > 0 && (!message || one.sub > message.length)) return 400;
      made.messages = source.messages.slice(0, one.at);
      if (message && one.sub > 0) made.messages.push(message.slice(0, one.sub));
      made.source = source;
      source.forks += 1;
    }
    this.streams.set(one.path, made);
    return 201;
  }

  private remove(known: Model): number {
    known.gone = true;
    for (let one: Model | undefined = known; one?.gone && one.forks === 0; one = one.source) {
      this.streams.delete(one.path);
      if (one.source) one.source.forks -= 1;
    }
    return 204;
  }
}

async function statusOf(recorder: Recorder, owner: string, one: Step): Promise<number> {
  const name = `${owner}/${one.path}`;
  const alone = { contentType: undefined, seq: undefined, producer: undefined };
  try {
    if (one.op === "append" || one.op === "close") {
      const message = one.op === "append" ? bytes(one.text) : undefined;
      await recorder.append(name, { ...alone, message, close: one.op === "close" });
      return 204;
    }
    if (one.op === "delete") {
      await recorder.remove(name);
      return 204;
    }
    const headers: Record<string, string> =
      one.op === "put"
        ? { "stream-closed": String(one.closed) }
        : {
            "stream-forked-from": one.from,
            "stream-fork-offset": offsetOf(one.at),
            "stream-fork-sub-offset": String(one.sub),
          };
    const { created } = await recorder.create(owner, name, wishOf(headers), new Uint8Array());
    return created ? 201 : 200;
  } catch (error) {
    assert.ok(error instanceof Declined, String(error));
    return error.status;
  }
}

async function compare(recorder: Recorder, owner: string, world: World): Promise<void> {
  for (const one of PATHS) {
    const known = world.streams.get(one);
    const source = new TapeSource(recorder, `${owner}/${one}`);
    if (!known || known.gone) {
      await assert.rejects(source.view(), { status: known ? 410 : 404 });
      continue;
    }
    const view = await source.view();
    assert.deepEqual([view.tail, view.closed], [known.messages.length, known.closed]);
    for (const from of [0, 1, Math.floor(view.tail / 2)].filter((at) => at < view.tail)) {
      const found: Uint8Array[] = [];
      for (let at = from; at < view.tail; ) {
        const { messages, next } = await source.read(view, at, 4);
        found.push(...messages);
        at = next;
      }
      assert.deepEqual(found.map(hex), known.messages.slice(from).map(hex));
    }
  }
}

const folder = mkdtempSync(join(tmpdir(), "pollux-model-"));
const redis = await redisServer();
const opened: Store[] = [];
after(async () => {
  for (const store of opened) await store.close();
  await redis.close();
  rmSync(folder, { recursive: true, force: true });
});

const engines: [name: string, runs: number, open: () => Promise<Store>][] = [
  ["memory", 300, () => openStore({ kind: "memory" })],
  ["sqlite", 15, () => openStore({ kind: "sqlite", folder })],
  ["redis", 25, () => openStore({ kind: "redis", url: redis.url })],
];

for (const [name, numRuns, open] of engines) {
  test(`${name}: streams and forks do what a model of copies does`, async () => {
    const store = await open();
    opened.push(store);
    const limits = { streamsMax: 100, bytesMax: 1_000_000 };
    const recorder = new Recorder(store.tapes, systemClock, limits);
    let owners = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: STEPS_MAX, size: "max" }),
        async (steps) => {
          owners += 1;
          const world = new World();
          for (const one of steps) {
            const status = await statusOf(recorder, `o${owners}`, one);
            assert.equal(status, world.run(one), JSON.stringify(one));
            if (one.op === "delete") await compare(recorder, `o${owners}`, world);
          }
          await compare(recorder, `o${owners}`, world);
        },
      ),
      { numRuns, seed: 11 },
    );
  });
}

// What every log promises, whatever keeps it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry, NewHead, News, Store, StreamLog, Write } from "../../src/store/index.ts";

const LEASE_MS = 60_000;
const BIG = 8 * 1024 * 1024;

let count = 0;

export function head(change: Partial<NewHead> = {}): NewHead {
  count += 1;
  return {
    id: `stream-${process.pid}-${count}`,
    client: `client-${count}`,
    model: "gemini-3.6-flash",
    door: "streams",
    startedAtMs: 1_700_000_000_000 + count,
    ask: '{"model":"m","request":{"contents":[]}}',
    ...change,
  };
}

export function entry(seq: number, text = `text ${seq}`, type = "chunk"): Entry {
  return { seq, type, json: JSON.stringify({ seq, type, text }) };
}

export function entries(from: number, to: number): Entry[] {
  return Array.from({ length: to - from }, (_, i) => entry(from + i));
}

const END = { state: "done", atMs: 1_700_000_100_000 } as const;

async function begun(log: StreamLog, change: Partial<NewHead> = {}, owner = "a") {
  const { head: made } = await log.create(head(change), owner, LEASE_MS);
  return made.id;
}

async function all(log: StreamLog, id: string, after = -1, bytesMax = 500): Promise<Entry[]> {
  const found: Entry[] = [];
  for (let cursor = after; ; ) {
    const page = await log.read(id, cursor, bytesMax);
    const last = page?.entries.at(-1);
    if (!page || !last) return found;
    found.push(...page.entries);
    cursor = last.seq;
  }
}

export function logContract(name: string, make: () => Promise<Store>): void {
  const rule = (what: string, run: (log: StreamLog) => Promise<void>) =>
    test(`${name} log: ${what}`, async () => {
      const store = await make();
      await run(store.log);
    });

  rule("what was appended is read back in order, from any cursor, in pages", async (log) => {
    const id = await begun(log);
    for (let at = 0; at < 300; at += 10) {
      const [kept] = await log.append([{ id, owner: "a", entries: entries(at, at + 10) }]);
      assert.equal(kept, "kept");
    }
    assert.deepEqual(await all(log, id), entries(0, 300));
    assert.deepEqual(await all(log, id, 137), entries(138, 300));
    assert.deepEqual(await all(log, id, 299), []);
    const page = await log.read(id, 4, 1);
    assert.deepEqual(page?.entries, [entry(5)]);
    assert.equal(page?.head.lastSeq, 299);
    assert.equal(
      page?.head.bytes,
      entries(0, 300).reduce((sum, { json }) => sum + json.length, 0),
    );
  });

  rule("text of every kind, and large entries", async (log) => {
    const id = await begun(log);
    const odd = ["Ünï¢ôdé 🦊 漢字 \u0000 \u2028", "a > b\\n> c", "x".repeat(BIG), ""];
    const made = odd.map((text, seq) => entry(seq, text));
    await log.append([{ id, owner: "a", entries: made }]);
    assert.deepEqual(await all(log, id), made);
  });

  rule(
    "a write that is tried again is kept once; one that leaves a gap is not kept",
    async (log) => {
      const id = await begun(log);
      const write = (from: number, to: number): Write[] => [
        { id, owner: "a", entries: entries(from, to) },
      ];
      assert.deepEqual(await log.append(write(0, 4)), ["kept"]);
      assert.deepEqual(await log.append(write(0, 4)), ["kept"]);
      assert.deepEqual(await log.append(write(2, 6)), ["kept"]);
      assert.deepEqual(await all(log, id), entries(0, 6));
      const bytes = entries(0, 6).reduce((sum, { json }) => sum + json.length, 0);
      assert.equal((await log.head(id))?.bytes, bytes);
      assert.deepEqual(await log.append(write(7, 8)), ["lost"]);
    },
  );

  rule("one stream twice in a commit, and its end", async (log) => {
    const id = await begun(log);
    const twice: Write[] = [
      { id, owner: "a", entries: entries(0, 2) },
      { id, owner: "a", entries: entries(2, 4), end: END },
    ];
    assert.deepEqual(await log.append(twice), ["kept", "kept"]);
    assert.deepEqual(await all(log, id), entries(0, 4));
    assert.equal((await log.head(id))?.state, "done");
  });

  rule("long streams, with entries of all sizes, come back page by page", async (log) => {
    const ids = [await begun(log), await begun(log), await begun(log)];
    const sized = (seq: number) => entry(seq, "x".repeat((seq * 7919) % 9_000));
    const made: Entry[] = [];
    for (let seq = 0; seq < 200; seq += 1) {
      made.push(sized(seq));
      const writes = ids.map((id): Write => ({ id, owner: "a", entries: [sized(seq)] }));
      await log.append(writes);
    }
    for (const id of ids) {
      assert.deepEqual(await all(log, id, -1, 20_000), made);
      assert.deepEqual(await all(log, id, 101, 1), made.slice(102));
    }
    const page = await log.read(ids[0] as string, -1, 20_000);
    const chars = page?.entries.reduce((sum, { json }) => sum + json.length, 0) ?? 0;
    assert.ok(chars > 0 && chars < 60_000, `${chars}`);
  });

  rule(
    "what is needed to go on comes with a claim, and is not dragged along elsewhere",
    async (log) => {
      const ask = JSON.stringify({ prompt: "🦊".repeat(100_000) });
      const { client } = head();
      const made = await log.create(head({ client, ask, idempotencyKey: "k" }), "a", 0);
      const { id } = made.head;
      const again = await log.create(
        head({ client, ask: "{}", idempotencyKey: "k" }),
        "b",
        LEASE_MS,
      );
      assert.deepEqual([made.head.ask === ask, again.head.ask === ask], [true, true]);
      const seen = [await log.head(id), (await log.read(id, -1, 100))?.head];
      seen.push(...(await log.list({ client, limit: 1 })));
      assert.deepEqual(
        seen.map((one) => [one?.id, Object.hasOwn(one ?? {}, "ask")]),
        [0, 0, 0].map(() => [id, false]),
      );
      // Its lease was over when it began.
      const claimed = (await log.claim("b", LEASE_MS, 1_000)).find((one) => one.id === id);
      assert.deepEqual([claimed?.ask === ask, claimed?.owner], [true, "b"]);
      assert.deepEqual(await log.append([{ id, owner: "a", entries: [entry(0)] }]), ["lost"]);
    },
  );

  rule("an ended stream says so and takes nothing more", async (log) => {
    const id = await begun(log);
    await log.append([{ id, owner: "a", entries: entries(0, 3) }]);
    await log.append([{ id, owner: "a", entries: [entry(3, "", "done")], end: END }]);
    const known = await log.head(id);
    assert.equal(known?.state, "done");
    assert.equal(known?.endedAtMs, END.atMs);
    assert.deepEqual(await log.append([{ id, owner: "a", entries: [entry(4)] }]), ["lost"]);
    assert.deepEqual(await all(log, id), [...entries(0, 3), entry(3, "", "done")]);
    assert.equal(await log.askStop(id), false);
  });

  rule("one commit for many streams, each judged for itself", async (log) => {
    const [one, two, three] = [await begun(log), await begun(log, {}, "b"), await begun(log)];
    const write = (id: string): Write => ({ id, owner: "a", entries: [entry(0)] });
    const seen = await log.append([write(one), write(two), write("nowhere"), write(three)]);
    assert.deepEqual(seen, ["kept", "lost", "lost", "kept"]);
    assert.deepEqual(await all(log, two), []);
    assert.deepEqual(await all(log, three), [entry(0)]);
  });

  rule("an idempotency key begins one stream, also when asked at once", async (log) => {
    const client = head().client;
    const asks = Array.from({ length: 8 }, () =>
      log.create(head({ client, idempotencyKey: "k" }), "a", LEASE_MS),
    );
    const made = await Promise.all(asks);
    assert.equal(new Set(made.map(({ head: { id } }) => id)).size, 1);
    assert.equal(made.filter(({ created }) => created).length, 1);
    const other = await log.create(head({ idempotencyKey: "k" }), "a", LEASE_MS);
    assert.equal(other.created, true);
    const [{ head: first }] = made as [(typeof made)[0]];
    await log.append([{ id: first.id, owner: "a", entries: [entry(0, "", "done")], end: END }]);
    const again = await log.create(head({ client, idempotencyKey: "k" }), "b", LEASE_MS);
    assert.deepEqual([again.created, again.head.id, again.head.state], [false, first.id, "done"]);
  });

  rule(
    "a stream nobody owns any more is claimed by one, and its old owner may not write",
    async (log) => {
      const id = await begun(log, {}, "dead");
      await log.append([{ id, owner: "dead", entries: entries(0, 5) }]);
      const mine = (heads: { id: string }[]) => heads.filter((one) => one.id === id);
      assert.deepEqual(mine(await log.claim("b", LEASE_MS, 1_000)), []);
      await log.release("somebody else", [id]);
      assert.deepEqual(mine(await log.claim("b", LEASE_MS, 1_000)), []);
      await log.release("dead", [id]);
      const claims = await Promise.all([
        log.claim("b", LEASE_MS, 1_000),
        log.claim("c", LEASE_MS, 1_000),
      ]);
      const won = claims.flatMap(mine);
      assert.equal(won.length, 1);
      assert.equal(won[0]?.id, id);
      const owner = (claims[0] ?? []).some((one) => one.id === id) ? "b" : "c";
      assert.deepEqual(await log.append([{ id, owner: "dead", entries: [entry(5)] }]), ["lost"]);
      assert.deepEqual(await log.append([{ id, owner, entries: [entry(5)] }]), ["kept"]);
      assert.deepEqual(await log.renew("dead", [id], LEASE_MS), [id]);
      assert.deepEqual(await log.renew(owner, [id], LEASE_MS), []);
      assert.deepEqual(await all(log, id), entries(0, 6));
    },
  );

  rule("a stop reaches whoever watches", async (log) => {
    const id = await begun(log);
    const heard = Promise.withResolvers<string>();
    const unwatch = log.watch(id, (news) => news === "stop" && heard.resolve(news), "orders");
    // A watch may need a moment to reach the engine; asking again does no harm.
    for (let asked = false; !asked; ) {
      assert.equal(await log.askStop(id), true);
      asked = await Promise.race([heard.promise.then(() => true), log.head(id).then(() => false)]);
    }
    assert.equal((await log.head(id))?.stopAsked, true);
    unwatch();
  });

  rule(
    "whoever watches hears of entries and of the end of the log; an owner of orders",
    async (log) => {
      const id = await begun(log);
      const heard: News[] = [];
      const orders: News[] = [];
      const gone = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const first = Promise.withResolvers<void>();
      const tell = (news: News) => {
        heard.push(news);
        first.resolve();
        if (news === "gone") gone[0]?.resolve();
      };
      const stops = [
        log.watch(id, tell),
        log.watch(id, (news) => orders.push(news) && gone[1]?.resolve(), "orders"),
      ];
      await log.append([{ id, owner: "a", entries: [entry(0)] }]);
      await first.promise;
      await log.remove(id);
      await Promise.all(gone.map(({ promise }) => promise));
      assert.deepEqual([...new Set(heard)].sort(), ["entries", "gone"]);
      assert.deepEqual(orders, ["gone"]);
      for (const stop of stops) stop();
    },
  );

  rule("lists are newest first, per client, by state, in pages", async (log) => {
    const { client } = head();
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.unshift(await begun(log, { client }));
    await begun(log);
    await log.append([{ id: ids[1] as string, owner: "a", entries: [entry(0)], end: END }]);
    const idsOf = async (query: Partial<Parameters<StreamLog["list"]>[0]>) =>
      (await log.list({ client, limit: 10, ...query })).map(({ id }) => id);
    assert.deepEqual(await idsOf({}), ids);
    assert.deepEqual(await idsOf({ limit: 2 }), ids.slice(0, 2));
    const third = await log.head(ids[2] as string);
    assert.deepEqual(await idsOf({ beforeMs: third?.startedAtMs }), ids.slice(3));
    assert.deepEqual(await idsOf({ state: "ended" }), [ids[1]]);
    assert.deepEqual(await idsOf({ state: "live", limit: 2 }), [ids[0], ids[2]]);
    assert.ok((await log.list({ limit: 1_000 })).length >= 6);
  });

  rule("removed is gone, its idempotency key too", async (log) => {
    const { client } = head();
    const id = await begun(log, { client, idempotencyKey: "k" });
    await log.append([{ id, owner: "a", entries: entries(0, 3), end: END }]);
    await log.remove(id);
    assert.equal(await log.head(id), undefined);
    assert.equal(await log.read(id, -1, 100), undefined);
    assert.deepEqual(await log.list({ client, limit: 10 }), []);
    assert.equal(
      (await log.create(head({ client, idempotencyKey: "k" }), "a", LEASE_MS)).created,
      true,
    );
  });

  test(`${name} log: the sweep takes what is too old, too much or too many, oldest first`, async () => {
    const { log } = await make();
    // The engine may be shared with other tests: only what this one made is looked at.
    const wide = {
      ageMs: Number.MAX_SAFE_INTEGER,
      bytesMax: Number.MAX_SAFE_INTEGER,
      streamsMax: Number.MAX_SAFE_INTEGER,
    };
    const live = await begun(log);
    const ended: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      const id = await begun(log);
      await log.append([
        { id, owner: "a", entries: [entry(0)], end: { state: "done", atMs: 1_000 + i } },
      ]);
      ended.push(id);
    }
    const left = async () => {
      const heads = await Promise.all(ended.map((id) => log.head(id)));
      return heads.map((one) => one !== undefined);
    };
    assert.equal(await log.sweep(wide, 10_000, 100), 0);
    assert.equal(await log.sweep({ ...wide, ageMs: 8_999 }, 10_000, 100), 1);
    assert.deepEqual(await left(), [false, true, true, true]);
    assert.equal(await log.sweep({ ...wide, streamsMax: 0 }, 10_000, 1), 1);
    assert.deepEqual(await left(), [false, false, true, true]);
    assert.ok((await log.sweep({ ...wide, bytesMax: 0 }, 10_000, 2)) >= 1);
    assert.equal((await left())[2], false);
    assert.equal((await log.head(live))?.state, "live");
  });

  test(`${name} log: large requests count for the sweep`, async () => {
    const { log } = await make();
    const wide = { ageMs: Number.MAX_SAFE_INTEGER, streamsMax: Number.MAX_SAFE_INTEGER };
    const { head: made } = await log.create(head({ ask: "x".repeat(BIG) }), "a", LEASE_MS);
    const end = { state: "failed", atMs: 1 } as const;
    await log.append([{ id: made.id, owner: "a", entries: [entry(0)], end }]);
    await log.sweep({ ...wide, bytesMax: BIG }, 10_000, 1);
    assert.equal(await log.head(made.id), undefined);
  });
}

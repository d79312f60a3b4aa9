// What tapes promise, whatever keeps them.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Allowance, Store, Tape, TapeChange, Tapes } from "../../src/store/index.ts";

let count = 0;
export const PLENTY: Allowance = { tapes: 1_000, bytes: 1_000_000_000 };

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function texts(messages: readonly Uint8Array[]): string[] {
  return messages.map((message) => new TextDecoder().decode(message));
}

/** A tape that is not there yet. */
export function fresh(
  messages: string[] = [],
  next: Partial<Tape> = {},
): TapeChange & { next: Tape } {
  count += 1;
  const own = `${process.pid}-${count}`;
  const name = `client/tape-${own}`;
  const made = { id: `id-${own}`, owner: `owner-${own}`, mark: `${own}.1`, about: "{}", ...next };
  return {
    name,
    seen: undefined,
    next: { name, length: 0, bytes: 0, ...made },
    messages: messages.map(text),
  };
}

/** The change after the one that was kept. */
export function after(
  { name, next }: { name: string; next: Tape },
  messages: string[],
  change: Partial<Tape> = {},
): TapeChange & { next: Tape } {
  count += 1;
  const mark = `${process.pid}-${count}`;
  return {
    name,
    seen: next.mark,
    next: { ...next, mark, ...change },
    messages: messages.map(text),
  };
}

export function tapesContract(name: string, make: () => Promise<Store>): void {
  const rule = (what: string, run: (tapes: Tapes) => Promise<void>) =>
    test(`${name} tapes: ${what}`, async () => run((await make()).tapes));

  rule("what was kept is read back, from any place, in pages", async (tapes) => {
    const first = fresh(["a", "b"], { about: '{"type":"Ünï 🦊"}' });
    assert.equal(await tapes.commit([first], PLENTY), "kept");
    const second = after(first, ["c", "", "e"]);
    assert.equal(await tapes.commit([second], PLENTY), "kept");
    const { id, owner, mark, about } = second.next;
    assert.deepEqual(await tapes.get(first.name), {
      ...{ name: first.name, id, owner, mark, about },
      ...{ length: 5, bytes: 4 },
    });
    assert.deepEqual(texts(await tapes.read(id, 0, 5, 1_000)), ["a", "b", "c", "", "e"]);
    assert.deepEqual(texts(await tapes.read(id, 1, 4, 1_000)), ["b", "c", ""]);
    assert.deepEqual(texts(await tapes.read(id, 1, 5, 1)), ["b"]);
    assert.deepEqual(texts(await tapes.read(id, 1, 5, 2)), ["b", "c", ""]);
    assert.deepEqual(await tapes.read(id, 5, 5, 1_000), []);
    assert.equal(await tapes.get(`${first.name}x`), undefined);
  });

  rule("many messages, and large ones of any bytes", async (tapes) => {
    const large = new Uint8Array(3 * 1024 * 1024).map((_, i) => (i * 7) % 256);
    const many = Array.from({ length: 500 }, (_, i) => text(`${i} `));
    const change = { ...fresh(), messages: [...many, large, large] };
    await tapes.commit([change], PLENTY);
    const { id } = change.next;
    const found: Uint8Array[] = [];
    for (let i = 0; found.length < 502 && i < 502; i += 1)
      found.push(...(await tapes.read(id, found.length, 502, 600)));
    assert.deepEqual(texts(found.slice(0, 500)), texts(many));
    assert.deepEqual(Buffer.from(found[501] as Uint8Array), Buffer.from(large));
    assert.equal((await tapes.get(change.name))?.bytes, 1_890 + 2 * large.length);
  });

  rule("the slower of two is told, and changes nothing", async (tapes) => {
    const first = fresh(["a"]);
    const rival = { ...fresh(["x"]), name: first.name };
    assert.equal(await tapes.commit([first], PLENTY), "kept");
    assert.equal(await tapes.commit([rival], PLENTY), "stale");
    const both = ["b", "c"].map((message) => tapes.commit([after(first, [message])], PLENTY));
    assert.deepEqual((await Promise.all(both)).toSorted(), ["kept", "stale"]);
    assert.equal((await tapes.get(first.name))?.length, 2);
    const unmade = after(fresh(), ["z"]);
    assert.equal(await tapes.commit([unmade], PLENTY), "stale");
    assert.equal(await tapes.get(unmade.name), undefined);
  });

  rule("several tapes change together or not at all", async (tapes) => {
    const one = fresh(["1"]);
    const two = fresh(["2"]);
    assert.equal(await tapes.commit([one, two], PLENTY), "kept");
    const third = fresh(["3"]);
    const old = { ...after(two, ["x"]), seen: "never" };
    assert.equal(await tapes.commit([third, after(one, ["x"]), old], PLENTY), "stale");
    assert.equal(await tapes.get(third.name), undefined);
    assert.equal((await tapes.get(one.name))?.length, 1);
    const gone = { name: one.name, seen: one.next.mark, next: undefined };
    assert.equal(await tapes.commit([third, gone, after(two, ["x"])], PLENTY), "kept");
    assert.equal(await tapes.get(one.name), undefined);
    assert.deepEqual(await tapes.read(one.next.id, 0, 9, 100), []);
    assert.deepEqual(texts(await tapes.read(two.next.id, 0, 9, 100)), ["2", "x"]);
    assert.deepEqual(texts(await tapes.read(third.next.id, 0, 9, 100)), ["3"]);
    const empty = fresh();
    await tapes.commit([empty], PLENTY);
    const over = { name: empty.name, seen: empty.next.mark, next: undefined };
    assert.equal(await tapes.commit([over], PLENTY), "kept");
    assert.equal(await tapes.get(empty.name), undefined);
  });

  rule("a name that is free again has nothing of what was there", async (tapes) => {
    const first = fresh(["old", "old"]);
    await tapes.commit([first], PLENTY);
    await tapes.commit([{ name: first.name, seen: first.next.mark, next: undefined }], PLENTY);
    const again = { ...fresh(["new"]), name: first.name };
    assert.equal(await tapes.commit([again], PLENTY), "kept");
    assert.equal((await tapes.get(first.name))?.length, 1);
    assert.deepEqual(texts(await tapes.read(again.next.id, 0, 9, 100)), ["new"]);
  });

  rule(
    "an owner has as many tapes and bytes as allowed, and may always have fewer",
    async (tapes) => {
      const owner = `owner-of-few-${process.pid}-${name}`;
      const most = { tapes: 2, bytes: 10 };
      const one = fresh(["12345"], { owner });
      const two = fresh(["123"], { owner });
      assert.equal(await tapes.commit([one], most), "kept");
      assert.equal(await tapes.commit([two], most), "kept");
      assert.equal(await tapes.commit([fresh([], { owner })], most), "many");
      assert.equal(await tapes.commit([fresh(["x"])], most), "kept");
      assert.equal(await tapes.commit([after(two, ["456"])], most), "large");
      const more = after(two, ["45"]);
      assert.equal(await tapes.commit([more], most), "kept");
      const told = after(more, [], { about: '{"closed":true}' });
      assert.equal(await tapes.commit([told], most), "kept");
      await tapes.commit([{ name: one.name, seen: one.next.mark, next: undefined }], most);
      assert.equal(await tapes.commit([after(told, ["12345"])], most), "kept");
      assert.equal(await tapes.commit([fresh([], { owner })], most), "kept");
    },
  );

  rule("what expired is found, and what was used expires later", async (tapes) => {
    const past = Date.now() - 1_000_000;
    const one = fresh([], { expiresAtMs: past });
    const two = fresh([], { expiresAtMs: past + 5_000 });
    await tapes.commit([one, two, fresh()], PLENTY);
    const names = async (nowMs: number) =>
      (await tapes.expired(nowMs, 1_000)).filter((found) => [one.name, two.name].includes(found));
    assert.deepEqual(await names(past - 1), []);
    assert.deepEqual(await names(past), [one.name]);
    await tapes.touch(one.name, one.next.id, past + 9_000);
    await tapes.touch(one.name, one.next.id, past + 8_000);
    await tapes.touch(one.name, "another", past + 99_000);
    const used = await tapes.get(one.name);
    assert.deepEqual([used?.expiresAtMs, used?.mark], [past + 9_000, one.next.mark]);
    assert.deepEqual(await names(past + 8_999), [two.name]);
    assert.equal((await tapes.expired(past + 9_000, 1)).length, 1);
    const kept = after(one, [], { expiresAtMs: undefined });
    await tapes.commit([kept], PLENTY);
    assert.equal((await tapes.get(one.name))?.expiresAtMs, undefined);
    assert.deepEqual(await names(past + 99_000), [two.name]);
  });

  rule("whoever watches is told of every change, until they leave", async (tapes) => {
    const first = fresh(["a"]);
    await tapes.commit([first], PLENTY);
    let told = 0;
    let waits: (() => void) | undefined;
    const stop = tapes.watch(first.name, () => {
      told += 1;
      waits?.();
    });
    const next = async (change: TapeChange) => {
      const heard = new Promise<void>((resolve) => {
        waits = resolve;
      });
      await Promise.all([heard, tapes.commit([change], PLENTY)]);
    };
    const second = after(first, ["b"]);
    await next(second);
    // The first news may be that of the listening itself.
    const third = after(second, ["c"]);
    if (told === 1) await next(third);
    stop();
    const before = told;
    await tapes.commit([after(third, ["d"])], PLENTY);
    assert.equal(told, before);
  });
}

// What a shelf promises.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../src/store/index.ts";

let count = 0;

export function shelfContract(name: string, make: () => Promise<Store>): void {
  test(`${name} shelf: what was put is found, by its owner only`, async () => {
    const { shelf } = await make();
    const owner = `owner-${process.pid}-${++count}`;
    const doc = { id: "a", body: '{"title":"Ünï 🦊"}', changedAtMs: 1, version: 0 };
    assert.equal(await shelf.put(owner, "chat", doc), true);
    assert.deepEqual(await shelf.get(owner, "chat", "a"), { ...doc, version: 1 });
    assert.equal(await shelf.get(owner, "other", "a"), undefined);
    assert.equal(await shelf.get("other", "chat", "a"), undefined);
    assert.equal(await shelf.remove("other", "chat", "a"), false);
    assert.equal(await shelf.remove(owner, "chat", "a"), true);
    assert.equal(await shelf.get(owner, "chat", "a"), undefined);
    assert.deepEqual(await shelf.list(owner, "chat", 10), []);
  });

  test(`${name} shelf: the slower of two writers is told`, async () => {
    const { shelf } = await make();
    const owner = `owner-${process.pid}-${++count}`;
    const doc = (body: string, version: number) => ({ id: "a", body, changedAtMs: 1, version });
    assert.equal(await shelf.put(owner, "chat", doc("1", 0)), true);
    assert.equal(await shelf.put(owner, "chat", doc("x", 0)), false);
    const both = await Promise.all([
      shelf.put(owner, "chat", doc("2", 1)),
      shelf.put(owner, "chat", doc("3", 1)),
    ]);
    assert.deepEqual(both.toSorted(), [false, true]);
    assert.equal((await shelf.get(owner, "chat", "a"))?.version, 2);
  });

  test(`${name} shelf: newest first, in pages`, async () => {
    const { shelf } = await make();
    const owner = `owner-${process.pid}-${++count}`;
    for (let i = 1; i <= 5; i += 1)
      await shelf.put(owner, "chat", { id: `${i}`, body: "{}", changedAtMs: i, version: 0 });
    await shelf.put(owner, "chat", { id: "2", body: "{}", changedAtMs: 9, version: 1 });
    const ids = (docs: { id: string }[]) => docs.map(({ id }) => id);
    assert.deepEqual(ids(await shelf.list(owner, "chat", 3)), ["2", "5", "4"]);
    assert.deepEqual(ids(await shelf.list(owner, "chat", 3, 4)), ["3", "1"]);
  });
}

// What shared counts promise.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../src/store/index.ts";

let count = 0;
const key = () => `key-${process.pid}-${++count}`;

export function tallyContract(name: string, make: () => Promise<Store>): void {
  test(`${name} tally: a bucket gives its limit, then says when to come back`, async () => {
    const { tally } = await make();
    const bucket = key();
    for (let i = 0; i < 3; i += 1)
      assert.equal((await tally.take(bucket, 1, 3, 3_600_000)).ok, true);
    const refused = await tally.take(bucket, 1, 3, 3_600_000);
    assert.equal(refused.ok, false);
    assert.ok(
      refused.retryAfterMs > 1_100_000 && refused.retryAfterMs <= 1_200_000,
      `${refused.retryAfterMs}`,
    );
    assert.equal((await tally.take(bucket, -2, 3, 3_600_000)).ok, true);
    assert.equal((await tally.take(bucket, 2, 3, 3_600_000)).ok, true);
    assert.equal((await tally.take(key(), 3, 3, 1_000)).ok, true);
  });

  test(`${name} tally: more than the whole bucket is served when it is full`, async () => {
    const { tally } = await make();
    const bucket = key();
    assert.equal((await tally.take(bucket, 10, 3, 3_600_000)).ok, true);
    assert.equal((await tally.take(bucket, 1, 3, 3_600_000)).ok, false);
  });

  test(`${name} tally: what was used beyond the bucket is owed, up to one more of it`, async () => {
    const { tally } = await make();
    const bucket = key();
    await tally.owe(bucket, 5, 3, 3_600_000);
    const refused = await tally.take(bucket, 1, 3, 3_600_000);
    assert.equal(refused.ok, false);
    assert.ok(refused.left < -1.9 && refused.left >= -2, `${refused.left}`);
    await tally.owe(bucket, 100, 3, 3_600_000);
    const { left } = await tally.take(bucket, 1, 3, 3_600_000);
    assert.ok(left < -2.9 && left >= -3, `${left}`);
  });

  test(`${name} tally: places are held, held on to, and given back`, async () => {
    const { tally } = await make();
    const place = key();
    assert.equal(await tally.hold(place, "a", 2, 60_000), true);
    assert.equal(await tally.hold(place, "b", 2, 60_000), true);
    assert.equal(await tally.hold(place, "c", 2, 60_000), false);
    assert.equal(await tally.hold(place, "a", 2, 60_000), true);
    await tally.release(place, "a");
    assert.equal(await tally.hold(place, "c", 2, 60_000), true);
    await tally.release(place, "nobody");
    assert.equal(await tally.hold(place, "d", 2, 60_000), false);
  });

  test(`${name} tally: a place that nobody holds on to comes free`, async () => {
    const { tally } = await make();
    const place = key();
    assert.equal(await tally.hold(place, "a", 1, 1), true);
    let held = false;
    // A millisecond passes within far fewer questions.
    for (let i = 0; i < 100_000 && !held; i += 1) held = await tally.hold(place, "b", 1, 60_000);
    assert.equal(held, true);
    assert.equal(await tally.hold(place, "a", 1, 1), false);
  });

  test(`${name} tally: many at once get no more than there is`, async () => {
    const { tally } = await make();
    const [bucket, place] = [key(), key()];
    const taken = await Promise.all(
      Array.from({ length: 40 }, () => tally.take(bucket, 1, 10, 3_600_000)),
    );
    assert.equal(taken.filter(({ ok }) => ok).length, 10);
    const held = await Promise.all(
      Array.from({ length: 40 }, (_, i) => tally.hold(place, `${i}`, 10, 60_000)),
    );
    assert.equal(held.filter(Boolean).length, 10);
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/fake-clock.ts";
import { Ears } from "./ear.ts";
import type { Source } from "./source.ts";

function made() {
  const clock = new FakeClock();
  const told = new Set<() => void>();
  const source = {
    watch: (fn: () => void) => {
      told.add(fn);
      return () => void told.delete(fn);
    },
  } as unknown as Source;
  const ears = new Ears({ ...clock, fetch: globalThis.fetch });
  const tell = () => {
    for (const fn of told) fn();
  };
  return { clock, told, source, ears, tell };
}

test("news that came before anybody waited is heard at once, and once", async () => {
  const { clock, source, ears, tell } = made();
  const ear = ears.listen(source);
  tell();
  assert.equal(await ear.hear(1_000), "news");
  const waiting = ear.hear(1_000);
  assert.equal(clock.pendingTimers, 1);
  tell();
  tell();
  assert.equal(await waiting, "news");
  assert.equal(clock.pendingTimers, 0);
});

test("who leaves, and who is sent away, waits no longer and watches nothing", async () => {
  const { clock, told, source, ears } = made();
  const [one, two] = [ears.listen(source), ears.listen(source)];
  const waiting = [one.hear(1_000), two.hear(1_000)];
  one.close();
  assert.equal(await waiting[0], "over");
  assert.deepEqual([one.isClosed, two.isClosed, told.size], [true, false, 1]);
  ears.drain();
  assert.equal(await waiting[1], "over");
  assert.equal(await ears.listen(source).hear(1_000), "over");
  assert.deepEqual([told.size, clock.pendingTimers], [0, 0]);
});

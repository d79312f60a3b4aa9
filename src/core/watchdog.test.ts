// Silence is noticed when it is too long for the phase it falls into, not for the one before.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../test/fake-clock.ts";
import { Watchdog } from "./watchdog.ts";

const CLOCKS = { headersMs: 300_000, firstMs: 480_000, progressMs: 60_000, totalMs: 1_200_000 };

function watched() {
  const clock = new FakeClock();
  const seen: string[] = [];
  const watchdog = new Watchdog(clock.with(fetch), CLOCKS, Number.POSITIVE_INFINITY, {
    expired: (code, silentMs) => seen.push(`${code} ${silentMs}`),
    stalled: (silentMs) => seen.push(`stalled ${silentMs}`),
  });
  return { clock, watchdog, seen };
}

test("silence after the first text is told and ended by the clock of text", async () => {
  const { clock, watchdog, seen } = watched();
  watchdog.wait();
  await clock.run(clock.wait(1_000));
  watchdog.pause();
  watchdog.headers();
  watchdog.wait();
  await clock.run(clock.wait(1_000));
  watchdog.pause();
  watchdog.progress(true);
  watchdog.wait();
  await clock.run(clock.wait(59_999));
  assert.deepEqual(seen, ["stalled 4000"]);
  await clock.run(clock.wait(1));
  assert.deepEqual(seen, ["stalled 4000", "stalled_stream 60000"]);
  watchdog.close();
});

test("a reader that takes its time is no stall", async () => {
  const { clock, watchdog, seen } = watched();
  watchdog.wait();
  watchdog.pause();
  watchdog.headers();
  watchdog.progress(true);
  await clock.run(clock.wait(400_000));
  watchdog.wait();
  await clock.run(clock.wait(3_999));
  assert.deepEqual(seen, []);
  watchdog.close();
});

test("headers that do not come end by their own clock", async () => {
  const { clock, watchdog, seen } = watched();
  watchdog.wait();
  await clock.run(clock.wait(300_000));
  assert.deepEqual(seen, ["headers_timeout 300000"]);
  watchdog.close();
});

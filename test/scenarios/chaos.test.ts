// The promise, over random scenarios. More of them by hand: `npm run chaos -- --runs 100000`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chaosInThread } from "./chaos-thread.ts";

const RUNS = 2_500;

test(`the promise holds over ${RUNS} random scenarios`, async () => {
  const { tally, stray } = await chaosInThread(RUNS, 1);
  assert.deepEqual(tally.broken, []);
  assert.deepEqual(stray, []);
  // The run is worth something only if it met everything.
  for (const outcome of ["done", "incomplete", "blocked", "stopped", "failed"]) {
    assert.ok((tally.outcomes[outcome] ?? 0) > RUNS / 100, `too few ended ${outcome}`);
  }
  assert.ok(tally.recovered > RUNS / 10, "too few were recovered");
});

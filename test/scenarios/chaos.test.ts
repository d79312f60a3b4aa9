// The promise, over random scenarios. More of them by hand: `npm run chaos -- --runs 100000`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chaos } from "./chaos.ts";

const RUNS = 2_500;

test(`the promise holds over ${RUNS} random scenarios`, async () => {
  const stray: unknown[] = [];
  const onStray = (error: unknown) => stray.push(error);
  process.on("unhandledRejection", onStray);
  const tally = await chaos(RUNS, 1);
  process.off("unhandledRejection", onStray);
  assert.deepEqual(tally.broken, []);
  assert.deepEqual(stray, []);
  // The run is worth something only if it met everything.
  for (const outcome of ["done", "incomplete", "blocked", "stopped", "failed"]) {
    assert.ok((tally.outcomes[outcome] ?? 0) > RUNS / 100, `too few ended ${outcome}`);
  }
  assert.ok(tally.recovered > RUNS / 10, "too few were recovered");
});

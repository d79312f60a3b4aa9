// The promise over Interactions: `interactions-chaos.ts --runs 100000` runs more of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { interactionsChaos } from "./interactions-chaos.ts";

const RUNS = 1_200;

test(`the promise holds over ${RUNS} random scenarios of interactions`, async () => {
  const { tally, stray } = await interactionsChaos(RUNS, 1);
  assert.deepEqual(tally.broken, []);
  assert.deepEqual(stray, []);
  // The run is worth something only if it met everything.
  for (const outcome of ["done", "incomplete", "blocked", "stopped", "failed"]) {
    assert.ok((tally.outcomes[outcome] ?? 0) > RUNS / 100, `too few ended ${outcome}`);
  }
  for (const way of ["fresh", "replay", "anchor", "token"]) {
    assert.ok((tally.ways[way] ?? 0) > RUNS / 40, `too few went by ${way}`);
  }
});

// The promise over Vertex: two locations, a bearer token, and usage that comes only at the end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { vertex } from "../../src/core/vertex.ts";
import { breaches, CANARY, runOf } from "./chaos.ts";

const RUNS = 400;

test(`the promise holds over ${RUNS} random scenarios on Vertex`, async () => {
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const location = ["us-central1", "europe-west4"];
    const at = vertex({ project: "chaos", location, token: CANARY, clock: { now: () => seed } });
    const { wrong, outcome } = await breaches(runOf(seed), at);
    assert.deepEqual(wrong, [], `seed ${seed}`);
    outcomes.add(outcome);
  }
  assert.equal(outcomes.size, 5);
});

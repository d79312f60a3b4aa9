import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/fake-clock.ts";
import { Breaker } from "./breaker.ts";

const M = "gemini-3.6-flash";

function breaker(random = 0.5) {
  const fake = new FakeClock(() => random);
  const made = new Breaker(fake.with(fetch));
  const fail = (times: number) => {
    for (let i = 0; i < times; i += 1) made.record(M, "failed");
  };
  return { made, fail, pass: (ms: number) => fake.run(fake.wait(ms)) };
}

test("it opens when half of enough attempts failed, for that model only", () => {
  const { made, fail } = breaker();
  fail(9);
  assert.deepEqual(made.admit(M), { ok: true });
  fail(1);
  const refused = made.admit(M);
  assert.equal(refused.ok, false);
  assert.equal(!refused.ok && refused.retryAfterMs, 5_000);
  assert.deepEqual(made.admit("other"), { ok: true });
});

test("a few failures among many successes, and old failures, do not open it", async () => {
  const { made, fail, pass } = breaker();
  for (let i = 0; i < 30; i += 1) made.record(M, "ok");
  fail(9);
  assert.equal(made.admit(M).ok, true);
  await pass(31_000);
  fail(9);
  assert.equal(made.admit(M).ok, true);
});

test("one request finds out; if it fails, the rest is longer", async () => {
  const { made, fail, pass } = breaker();
  fail(10);
  await pass(5_001);
  assert.equal(made.admit(M).ok, true);
  assert.equal(made.admit(M).ok, false);
  made.record(M, "failed");
  await pass(9_000);
  assert.equal(made.admit(M).ok, false);
  await pass(1_001);
  assert.equal(made.admit(M).ok, true);
  made.forgo(M);
  assert.equal(made.admit(M).ok, true, "a try that was given up makes room for another");
});

test("traffic comes back step by step, and stays away if it was too early", async () => {
  const { made, fail, pass } = breaker(0.3);
  fail(10);
  await pass(5_001);
  made.admit(M);
  made.record(M, "ok");
  const share = () => made.states()[0]?.share;
  assert.equal(share(), 0.1);
  assert.equal(made.admit(M).ok, false);
  await pass(10_000);
  assert.equal(share(), 0.25);
  await pass(10_000);
  assert.equal(share(), 0.5);
  assert.equal(made.admit(M).ok, true);
  await pass(10_001);
  assert.equal(share(), 1);
  made.record(M, "ok");
  assert.equal(made.states()[0]?.state, "closed");

  fail(10);
  await pass(5_001);
  made.admit(M);
  made.record(M, "ok");
  fail(4);
  assert.equal(made.states()[0]?.state, "open");
});

test("there is no end of models", () => {
  const { made } = breaker();
  for (let i = 0; i < 2_000; i += 1) made.record(`m${i}`, "failed");
  assert.ok(made.states().length <= 500);
});

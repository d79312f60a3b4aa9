import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/fake-clock.ts";
import { Refusal } from "../refusal.ts";
import { Admission } from "./admission.ts";

const NEVER = new AbortController().signal;

function admission(inFlightMax = 2, queueMax = 2) {
  const fake = new FakeClock();
  const made = new Admission(fake.with(fetch), { inFlightMax, queueMax, queueMs: 30_000 });
  return { made, fake, pass: (ms: number) => fake.run(fake.wait(ms)) };
}

const refusedWith = (code: string) => (error: unknown) =>
  error instanceof Refusal && error.failure.code === code;

test("room is given in the order of asking", async () => {
  const { made } = admission();
  const [a, b] = [await made.enter(60_000, NEVER), await made.enter(60_000, NEVER)];
  const order: number[] = [];
  const waiting = [1, 2].map(async (n) => {
    const leave = await made.enter(60_000, NEVER);
    order.push(n);
    return leave;
  });
  assert.deepEqual([made.inFlight, made.depth], [2, 2]);
  a();
  a();
  await waiting[0];
  assert.deepEqual([order, made.inFlight, made.depth], [[1], 2, 1]);
  b();
  await waiting[1];
  assert.deepEqual(order, [1, 2]);
});

test("a full queue, and a wait that cannot be in time, are refused at once", async () => {
  const { made, pass } = admission(1, 1);
  const first = await made.enter(60_000, NEVER);
  await pass(20_000);
  first();
  const running = await made.enter(60_000, NEVER);
  await assert.rejects(made.enter(10_000, NEVER), (error) => {
    assert.ok(error instanceof Refusal);
    assert.deepEqual(
      [error.failure.code, error.failure.retryAfterMs],
      ["gateway_overloaded", 20_000],
    );
    return true;
  });
  const waiting = made.enter(25_000, NEVER);
  await assert.rejects(made.enter(60_000, NEVER), refusedWith("gateway_overloaded"));
  running();
  (await waiting)();
  assert.deepEqual([made.inFlight, made.depth], [0, 0]);
});

test("who waits too long, leaves, or meets a shutdown is told so, and holds nothing", async () => {
  const { made, fake } = admission(1, 5);
  const leave = await made.enter(60_000, NEVER);
  const late = made.enter(1_000, NEVER);
  await fake.run(assert.rejects(late, refusedWith("gateway_overloaded")));
  const controller = new AbortController();
  const gone = made.enter(60_000, controller.signal);
  controller.abort();
  await assert.rejects(gone, refusedWith("abort_by_client"));
  const shut = made.enter(60_000, NEVER);
  made.close();
  await assert.rejects(shut, refusedWith("gateway_draining"));
  await assert.rejects(made.enter(60_000, NEVER), refusedWith("gateway_draining"));
  leave();
  assert.deepEqual([made.inFlight, made.depth, fake.pendingTimers], [0, 0, 0]);
});

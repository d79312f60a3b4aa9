import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/fake-clock.ts";
import { openStore, StoreError, type Tally } from "../../store/index.ts";
import { Refusal } from "../refusal.ts";
import { Limits, type LimitsOptions } from "./limits.ts";

const APP = { name: "app", operator: false };

async function limits(more: Partial<LimitsOptions>) {
  const fake = new FakeClock();
  const { tally } = await openStore({ kind: "memory", now: () => fake.date().getTime() });
  const made = new Limits({
    tally,
    clock: fake.with(fetch),
    models: [],
    whenUnreachable: "serve",
    ...more,
  });
  return { made, fake };
}

const refusedWith = (code: string, ms?: number) => (error: unknown) =>
  error instanceof Refusal &&
  error.failure.code === code &&
  (ms === undefined || error.failure.retryAfterMs === ms);

test("requests a minute, with when to come back", async () => {
  const { made, fake } = await limits({ requestsPerMinute: 3 });
  for (let i = 0; i < 3; i += 1) (await made.permit(APP, `s${i}`, 100)).done(10);
  await assert.rejects(made.permit(APP, "s4", 100), refusedWith("client_requests_limited", 20_000));
  await made.permit({ name: "other", operator: false }, "s5", 100);
  await fake.run(fake.wait(20_000));
  await made.permit(APP, "s6", 100);
});

test("tokens a minute: estimated at the start, corrected at the end", async () => {
  const { made } = await limits({ tokensPerMinute: 1_000 });
  const permit = await made.permit(APP, "s1", 400);
  permit.done(1_400);
  await new Promise((resolve) => setImmediate(resolve));
  await assert.rejects(made.permit(APP, "s2", 400), refusedWith("client_tokens_limited"));
});

test("a client's own limits go before the common ones; streams at once", async () => {
  const { made, fake } = await limits({ streams: 1 });
  const own = { ...APP, streams: 2 };
  const [a] = [await made.permit(own, "s1", 1), await made.permit(own, "s2", 1)];
  await assert.rejects(made.permit(own, "s3", 1), refusedWith("client_streams_limited"));
  a.done(undefined);
  const later = await made.permit(own, "s3", 1);
  // A long stream keeps its place.
  await fake.run(fake.wait(300_000).then(() => later.done(undefined)));
});

test("models by name and by pattern, the gateway's list and the client's own", async () => {
  const { made } = await limits({ models: ["gemini-3*", "*-embedding-*"] });
  const may = (model: string, models?: string[]) =>
    made.mayUse({ ...APP, ...(models && { models }) }, model);
  assert.deepEqual(
    [
      "gemini-3.6-flash",
      "models/gemini-3.6-flash",
      "gemini-embedding-001",
      "gemini-2.5-flash",
      "x",
    ].map((m) => may(m)),
    [true, true, true, false, false],
  );
  assert.equal(may("gemini-3.6-flash", ["*-pro"]), false);
  assert.equal(may("gemini-3-pro", ["*-pro"]), true);
});

test("when the counts cannot be reached, the setting decides", async () => {
  const broken = {
    take: async () => {
      throw new StoreError("gone", "wait");
    },
  } as unknown as Tally;
  const { made } = await limits({ tally: broken, requestsPerMinute: 1 });
  await made.permit(APP, "s1", 1);
  const { made: strict } = await limits({
    tally: broken,
    requestsPerMinute: 1,
    whenUnreachable: "refuse",
  });
  await assert.rejects(strict.permit(APP, "s1", 1), StoreError);
});

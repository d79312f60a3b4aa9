import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/fake-clock.ts";
import { failure } from "../../core/failures.ts";
import { type KeyLease, KeyPool, quotaDayEndMs } from "./keys.ts";

const SECRETS = ["AIzaFirstFirstFirstFirstFirstFirst0001", "AIzaSecondSecondSecondSecondSeco0002"];
const KEYS = SECRETS.map((secret, i) => ({ name: `key${i + 1}`, secret }));
const MODEL = "gemini-3.6-flash";

function pool(keys = KEYS) {
  const fake = new FakeClock();
  const made = new KeyPool(keys, fake.with(fetch));
  const take = (model = MODEL): KeyLease => {
    const taken = made.take(model);
    assert.ok("secret" in taken, JSON.stringify(taken));
    return taken;
  };
  const pass = (ms: number) => fake.run(fake.wait(ms));
  return { made, take, pass };
}

test("the least loaded key is taken", () => {
  const { take } = pool();
  const first = take();
  const second = take();
  assert.notEqual(first.name, second.name);
  first.done();
  assert.equal(take().name, first.name);
});

test("a minute's quota rests the key for that model, for as long as it was told", async () => {
  const { made, take, pass } = pool();
  const problem = failure("quota_per_minute", "", { retryAfterMs: 20_000 });
  take().done(problem);
  assert.equal(made.another(MODEL, problem), true);
  assert.deepEqual([take().name, take().name], ["key2", "key2"]);
  assert.equal(take("another-model").name, "key1");
  await pass(20_001);
  assert.equal(take().name, "key1");
});

test("a day's quota rests the key until the day ends in California, whatever was told", async () => {
  const { made, take, pass } = pool([KEYS[0] as (typeof KEYS)[0]]);
  const problem = failure("quota_per_day", "", { retryAfterMs: 9_000 });
  take().done(problem);
  assert.equal(made.another(MODEL, problem), false);
  const refused = made.take(MODEL);
  assert.ok("failure" in refused);
  assert.equal(refused.failure.code, "quota_per_day");
  // The fake clock starts at noon UTC on 20 November: 4 in the morning there.
  assert.equal(refused.failure.retryAfterMs, 20 * 3_600_000);
  await pass(20 * 3_600_000 + 1);
  assert.equal(take().name, "key1");
});

test("a rejected key is out until keys are read again; the others go on", () => {
  const { made, take } = pool();
  const leases = [take(), take()];
  leases.find(({ name }) => name === "key1")?.done(failure("key_leaked_blocked"));
  assert.equal(made.states()[0]?.state, "out");
  assert.deepEqual([take().name, take().name], ["key2", "key2"]);
  made.reload(KEYS);
  assert.equal(made.states()[0]?.state, "out");
  made.reload([
    { name: "key1", secret: "AIzaThirdThirdThirdThirdThirdThir0003" },
    KEYS[1] as (typeof KEYS)[1],
  ]);
  assert.equal(take().name, "key1");
});

test("when all rest, the soonest is named; when all are out, why", () => {
  const { made, take } = pool();
  const [a, b] = [take(), take()];
  a.done(failure("quota_per_minute", "", { retryAfterMs: 50_000 }));
  b.done(failure("quota_per_minute", "", { retryAfterMs: 30_000 }));
  const refused = made.take(MODEL);
  assert.ok("failure" in refused);
  assert.deepEqual(
    [refused.failure.code, refused.failure.retryAfterMs],
    ["keys_exhausted", 30_000],
  );
  const { made: bad, take: one } = pool();
  for (const lease of [one(), one()]) lease.done(failure("key_invalid"));
  const out = bad.take(MODEL);
  assert.ok("failure" in out);
  assert.deepEqual([out.failure.code, out.failure.retryAfterMs], ["key_invalid", undefined]);
});

test("what is not the key's fault does not count against it", () => {
  const { made, take } = pool();
  for (const code of [
    "conn_reset",
    "model_overloaded",
    "payload_invalid",
    "safety_blocked",
  ] as const) {
    take().done(failure(code));
    assert.equal(made.another(MODEL, failure(code)), false);
  }
  assert.ok(made.states().every(({ state, inFlight }) => state === "ok" && inFlight === 0));
});

test("secrets are in no state and in no JSON", () => {
  const { made, take } = pool();
  take().done(failure("key_invalid", `API key not valid: ${SECRETS[0]}`));
  const said = JSON.stringify([made, made.states()]);
  for (const secret of SECRETS) assert.ok(!said.includes(secret.slice(0, -4)));
  assert.ok(said.includes("0001"));
});

test("the quota day ends at midnight in California, in summer, in winter and when clocks change", () => {
  const end = (iso: string) => new Date(quotaDayEndMs(Date.parse(iso))).toISOString();
  assert.equal(end("2026-07-01T12:00:00Z"), "2026-07-02T07:00:00.000Z");
  assert.equal(end("2026-12-01T12:00:00Z"), "2026-12-02T08:00:00.000Z");
  assert.equal(end("2026-11-01T07:30:00Z"), "2026-11-02T08:00:00.000Z"); // 25 hours
  assert.equal(end("2026-03-08T08:30:00Z"), "2026-03-09T07:00:00.000Z"); // 23 hours
});

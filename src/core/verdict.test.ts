// The verdict is a table: what is known of a failure and its stream, and what follows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FAILURES, type FailureCode, failure } from "./failure-table.ts";
import { decide, type Situation } from "./verdict.ts";

const BASE: Situation = {
  failure: failure("conn_reset"),
  shown: false,
  how: "fresh",
  way: "anchor",
  attempts: 1,
  sameCode: 1,
  fruitless: 1,
  maxAttempts: 5,
  leftMs: 60_000,
  resume: "auto",
  mayRetry: () => true,
  random: () => 0.5,
};

type Case = [
  name: string,
  change: Partial<Situation> & { code?: FailureCode; waitMs?: number },
  verdict: string,
];

const CASES: Case[] = [
  ["transient, nothing shown", {}, "retry fresh"],
  ["transient, text shown", { shown: true }, "resume anchor"],
  ["the ladder's way is taken", { shown: true, way: "token" }, "resume token"],
  ["not transient", { code: "key_invalid" }, "stop not_transient"],
  ["not transient, text shown", { code: "quota_per_day", shown: true }, "stop not_transient"],
  ["resuming is switched off", { shown: true, resume: "off" }, "stop resume_off"],
  ["switched off, nothing shown", { resume: "off" }, "retry fresh"],
  ["transient but not resumable", { code: "recitation", shown: true }, "stop not_resumable"],
  [
    "no way to go on",
    { shown: true, way: "function_call_delivered" },
    "stop function_call_delivered",
  ],
  ["no way, but nothing was shown", { way: "no_way_left" }, "retry fresh"],
  ["attempts are spent", { attempts: 5 }, "stop attempts_spent"],
  ["this code's own tries are spent", { code: "recitation", sameCode: 2 }, "stop tries_spent"],
  ["the server's delay fits", { code: "quota_per_minute", waitMs: 20_000 }, "retry fresh"],
  [
    "the server's delay does not fit",
    { code: "quota_per_minute", waitMs: 90_000 },
    "stop deadline_too_near",
  ],
  [
    "no delay is worth ten minutes",
    { code: "quota_per_minute", waitMs: 600_000, leftMs: 1e9 },
    "stop deadline_too_near",
  ],
  ["the budget is spent", { mayRetry: () => false }, "stop budget_spent"],
  [
    "a refused prefill asks another way",
    { code: "model_turn_refused", how: "prefill", shown: true },
    "resume anchor",
  ],
  ["a refused request that was no prefill", { code: "model_turn_refused" }, "stop not_transient"],
  [
    "a diverged text asks another way",
    { code: "resume_diverged", how: "anchor", shown: true, way: "rematch" },
    "resume rematch",
  ],
  [
    "a refused way and no other left",
    { code: "model_turn_refused", how: "prefill", shown: true, way: "no_way_left" },
    "stop no_way_left",
  ],
  [
    "a refused way counts as an attempt",
    { code: "resume_diverged", how: "anchor", shown: true, attempts: 5 },
    "stop attempts_spent",
  ],
  [
    "a refused way does not switch resuming on",
    { code: "resume_diverged", how: "anchor", shown: true, resume: "off" },
    "stop resume_off",
  ],
  ["one attempt is one attempt", { maxAttempts: 1 }, "stop attempts_spent"],
  ["the last attempt but one", { attempts: 4 }, "retry fresh"],
  ["no time is left", { leftMs: 0 }, "stop deadline_too_near"],
  [
    "what is named first is what is final",
    { code: "key_invalid", attempts: 5 },
    "stop not_transient",
  ],
];

for (const [name, { code, waitMs, ...change }, verdict] of CASES) {
  test(name, () => {
    const problem = failure(
      code ?? "conn_reset",
      "",
      waitMs === undefined ? {} : { retryAfterMs: waitMs, delaySource: "details" },
    );
    const seen = decide({ ...BASE, failure: problem, ...change });
    assert.equal(
      `${seen.verdict} ${seen.verdict === "stop" ? seen.notResumed : seen.how}`,
      verdict,
    );
    if (seen.verdict !== "stop" && waitMs !== undefined) {
      assert.equal(seen.delaySource, "server");
      assert.ok(seen.delayMs >= waitMs, "never sooner than the server asked");
    }
  });
}

test("a budget that is not needed is not spent", () => {
  let spent = 0;
  decide({ ...BASE, attempts: 5, mayRetry: () => ++spent > 0 });
  assert.equal(spent, 0);
});

test("waits grow with fruitless attempts and stay bounded", () => {
  const delayOf = (fruitless: number) => {
    const seen = decide({ ...BASE, fruitless, leftMs: 1e9, random: () => 1 });
    return seen.verdict === "stop" ? -1 : seen.delayMs;
  };
  assert.deepEqual([1, 2, 3, 4].map(delayOf), [500, 1_000, 2_000, 4_000]);
  assert.equal(delayOf(50), 30_000);
});

test("a broken connection is mended at once, an overloaded server is given time", () => {
  const delayOf = (code: FailureCode, change: Partial<Situation> = {}) => {
    const seen = decide({
      ...BASE,
      failure: failure(code),
      shown: true,
      random: () => 1,
      ...change,
    });
    return seen.verdict === "stop" ? seen.notResumed : seen.delayMs;
  };
  assert.equal(delayOf("conn_reset"), 40);
  assert.equal(delayOf("conn_reset", { fruitless: 2 }), 1_000);
  assert.equal(delayOf("conn_reset", { shown: false }), 500);
  assert.equal(delayOf("model_overloaded"), 500);
  assert.equal(delayOf("resume_diverged", { how: "anchor" }), 40);
});

test("every failure, in every situation: the laws that hold for all", () => {
  const ways: Situation["way"][] = ["token", "anchor", "rematch", "no_way_left"];
  let seenCases = 0;
  for (const code of Object.keys(FAILURES) as FailureCode[])
    for (const shown of [false, true])
      for (const way of ways)
        for (const how of ["fresh", "prefill"] as const)
          for (const attempts of [1, 5])
            for (const leftMs of [100, 60_000])
              for (const resume of ["auto", "off"] as const)
                for (const budget of [true, false]) {
                  const change = {
                    failure: failure(code),
                    shown,
                    way,
                    how,
                    attempts,
                    leftMs,
                    resume,
                  };
                  const seen = decide({ ...BASE, ...change, mayRetry: () => budget });
                  const what = JSON.stringify({ code, ...change, budget, seen });
                  seenCases += 1;
                  if (seen.verdict === "stop") continue;
                  assert.ok((budget || code === "owner_gone") && attempts < 5, what);
                  assert.ok(seen.delayMs >= 0 && seen.delayMs <= leftMs, what);
                  assert.equal(seen.verdict, shown ? "resume" : "retry", what);
                  assert.equal(seen.how, shown ? way : "fresh", what);
                  assert.ok(!shown || resume === "auto", what);
                  assert.ok(FAILURES[code].transient || how !== "fresh", what);
                }
  assert.ok(seenCases > 10_000, `${seenCases} cases`);
});

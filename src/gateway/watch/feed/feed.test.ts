import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../../test/fake-clock.ts";
import { failure } from "../../../core/failures.ts";
import type { StreamEvent, TerminalEvent } from "../../../core/index.ts";
import type { StreamInfo } from "../../watcher.ts";
import { Feed, type FeedSources } from "./feed.ts";
import type { OpsDelta } from "./shape.ts";

const MODEL = "gemini-3.6-flash";
const chunk = (text: string) => ({ candidates: [{ content: { parts: [{ text }] } }] });

/** A feed on time that passes when it is told to. */
function place(sources: Partial<FeedSources> = {}) {
  const time = new FakeClock();
  const feed = new Feed(time.with(fetch), {
    queued: () => 0,
    readers: () => 0,
    storeOk: () => true,
    keys: () => [],
    circuits: () => [],
    ...sources,
  });
  const begin = (id: string, model = MODEL) => {
    const info: StreamInfo = {
      id,
      requestId: `r-${id}`,
      client: "web",
      model,
      door: "native",
      startedAtMs: time.date().getTime(),
      takenOver: false,
    };
    feed.begin(info);
    const tell = (event: Partial<StreamEvent>) =>
      feed.event(info, { seq: 0, ...event } as StreamEvent);
    const end = (event: Partial<TerminalEvent>) =>
      feed.end(info, {
        ...{ seq: 9, t: 1000, text: "abc", attempts: 1, retried: false, recovered: false },
        ...{ splices: [], totalMs: 1000, ...event },
      } as TerminalEvent);
    tell({ type: "attempt", t: 0, n: 1, reason: "first", how: "fresh" });
    return { info, tell, end };
  };
  return { time, feed, begin, pass: (ms: number) => time.run(time.wait(ms)) };
}

/** Broke after its text had begun, and was mended. */
function mend({ tell, end }: ReturnType<ReturnType<typeof place>["begin"]>): void {
  tell({ type: "first", t: 200, kind: "text" });
  tell({ type: "chunk", t: 200, attempt: 1, chunk: chunk("Once upon") });
  tell({ type: "stall", t: 700, silentMs: 500, thresholdMs: 400 });
  const broken = failure("conn_reset");
  tell({ type: "failure", t: 900, attempt: 1, failure: broken, verdict: "resume", delayMs: 50 });
  tell({ type: "attempt", t: 950, n: 2, reason: "resume", how: "prefill" });
  tell({
    ...{ type: "splice", t: 990, attempt: 2, how: "prefill", at: 9, kept: 9, dropped: 2 },
    ...{ confidence: "exact", cause: "conn_reset", waitMs: 50 },
  } as StreamEvent);
  tell({ type: "chunk", t: 990, attempt: 2, chunk: chunk(" a time") });
  end({ type: "done", recovered: true, ttftMs: 200 });
}

test("a stream's row and waterfall tell what it went through", () => {
  const { feed, begin } = place();
  mend(begin("s1"));
  const detail = feed.detail("s1");
  assert.equal(detail?.row.now.state, "completed_after_recovery");
  assert.equal(detail?.row.now.chars, 16);
  assert.equal(detail?.row.now.recoveries, 1);
  assert.deepEqual(
    detail?.attempts.map(({ n, how, startMs, endMs, failure: why }) => [
      n,
      how,
      startMs,
      endMs,
      why?.code,
    ]),
    [
      [1, "fresh", 0, 900, "conn_reset"],
      [2, "prefill", 950, 1000, undefined],
    ],
  );
  assert.deepEqual(detail?.stalls, [{ t: 700, silentMs: 500, thresholdMs: 400, endMs: 900 }]);
  assert.equal(detail?.splices[0]?.kept, 9);
  const { windows, errors } = feed.snapshot();
  assert.equal(windows["15"][MODEL]?.mended, 1);
  assert.equal(windows["15"][MODEL]?.fates.completed_after_recovery, 1);
  assert.equal(errors[0]?.code, "conn_reset");
  assert.deepEqual(errors[0]?.decisions, { resume: 1 });
});

test("what changed is told, once, and a silence is broken by a beat", async () => {
  const { feed, begin, pass } = place();
  const told: OpsDelta[] = [];
  const leave = feed.subscribe((json) => told.push(JSON.parse(json) as OpsDelta));
  await pass(1_000);
  told.length = 0;
  const one = begin("s1");
  await pass(250);
  assert.deepEqual(
    told.map((delta) => [delta.begun?.[0]?.id, delta.now?.inFlight]),
    [["s1", 1]],
  );
  one.tell({ type: "first", t: 300, kind: "text" });
  one.tell({ type: "chunk", t: 300, attempt: 1, chunk: chunk("abc") });
  await pass(250);
  assert.deepEqual(told.at(-1)?.changed?.[0]?.[1].state, "streaming");
  one.tell({ type: "chunk", t: 320, attempt: 1, chunk: chunk("abc") });
  await pass(1_000);
  assert.deepEqual(
    told.flatMap(({ grown = [] }) => grown),
    [[1, 6, 0, 320]],
  );
  one.end({ type: "done" });
  await pass(1_000);
  told.length = 0;
  await pass(20_000);
  assert.ok(told.length >= 3 && told.length <= 6, `${told.length} beats in 20 s`);
  leave?.();
  told.length = 0;
  begin("s2");
  await pass(10_000);
  assert.equal(told.length, 0);
});

test("500 streams that talk all the time cost at most 60 kB and 4 deltas a second", async () => {
  const { time, feed, begin, pass } = place();
  let bytes = 0;
  let deltas = 0;
  const all = Array.from({ length: 500 }, (_, i) => begin(crypto.randomUUID(), `model-${i % 20}`));
  for (const { tell } of all) tell({ type: "first", t: 1, kind: "text" });
  feed.subscribe((json) => {
    deltas++;
    bytes += new TextEncoder().encode(json).length;
  });
  await pass(1_000);
  bytes = 0;
  deltas = 0;
  const startedMs = time.now();
  for (let i = 0; i < 400; i++) {
    await pass(50);
    const t = time.now();
    for (const { tell } of all)
      tell({ type: "chunk", t, attempt: 1, chunk: chunk("some text of a chunk") });
    // Five a tick stall and go on, five end and begin: the busiest page that there is.
    for (const { tell } of all.slice(0, 5))
      tell({ type: "stall", t, silentMs: 500, thresholdMs: 400 });
    const ended = all.splice(0, 5);
    for (const { end } of ended) end({ type: "done" });
    for (let n = 0; n < 5; n++) all.push(begin(crypto.randomUUID(), `model-${n}`));
  }
  const seconds = (time.now() - startedMs) / 1000;
  assert.ok(deltas / seconds <= 4, `${deltas / seconds} deltas a second`);
  assert.ok(bytes / seconds <= 60_000, `${Math.round(bytes / seconds)} bytes a second`);
  assert.ok(deltas / seconds > 0.5, "it still tells");
});

test("100,000 streams pass, and the newest 1,000 are kept", () => {
  const { feed, begin } = place();
  for (let i = 0; i < 100_000; i++) {
    const one = begin(`s${i}`, `model-${i % 300}`);
    one.tell({ type: "first", t: 2, kind: "text" });
    one.tell({ type: "chunk", t: 2, attempt: 1, chunk: chunk("x") });
    const why = failure(i % 2 ? "conn_reset" : "quota_per_minute", `told ${i}`);
    one.tell({ type: "failure", t: 3, attempt: 1, failure: why, verdict: "stop" });
    one.end({ type: "failed", failure: why });
  }
  const { streams, errors, limits, minutes, now } = feed.snapshot();
  assert.equal(streams.length, 1_000);
  assert.equal(streams[0]?.id, "s99999");
  assert.equal(now.inFlight, 0);
  assert.ok(errors.length <= 200 && limits.length <= 51);
  assert.ok(Object.keys(minutes.at(-1)?.models ?? {}).length <= 18);
  assert.equal(feed.detail("s5"), undefined);
});

test("one stream of a million chunks keeps a bounded waterfall", () => {
  const { feed, begin } = place();
  const one = begin("s1");
  for (let i = 0; i < 1_000_000; i++)
    one.tell({ type: "chunk", t: i * 20, attempt: 1, chunk: chunk("x") });
  for (let n = 2; n < 500; n++)
    one.tell({ type: "attempt", t: 2e7, n, reason: "retry", how: "fresh" });
  const detail = feed.detail("s1");
  assert.ok(JSON.stringify(detail).length < 10_000);
  assert.equal(
    detail?.ticks.chunks.reduce((sum, count) => sum + count, 0),
    1_000_000,
  );
  assert.equal(detail?.omitted.attempts, 499 - 32);
});

test("more live streams than rows are counted, and not listed", () => {
  const { feed, begin } = place();
  const all = Array.from({ length: 1_200 }, (_, i) => begin(`s${i}`));
  assert.equal(feed.snapshot().now.inFlight, 1_200);
  assert.equal(feed.snapshot().streams.length, 1_000);
  for (const one of all) one.end({ type: "done" });
  assert.equal(feed.snapshot().windows["5"][MODEL]?.fates.completed, 1_200);
  assert.equal(feed.snapshot().streams.length, 1_000);
});

test("the verdict names the rule and since when", async () => {
  const { feed, begin, pass } = place();
  for (let i = 0; i < 20; i++) begin(`ok${i}`).end({ type: "done" });
  assert.equal(feed.snapshot().verdict.level, "ok");
  const why = failure("quota_per_day", undefined, { quota: { id: "PerDay", limit: "0" } });
  const one = begin("bad");
  one.tell({ type: "failure", t: 5, attempt: 1, failure: why, verdict: "stop" });
  one.end({ type: "failed", failure: why });
  const { verdict, limits } = feed.snapshot();
  assert.equal(verdict.level, "bad");
  assert.deepEqual(
    verdict.reasons.map(({ rule }) => rule),
    ["exhausted", "failed"],
  );
  assert.deepEqual(limits[0]?.state, "exhausted");
  await pass(16 * 60_000);
  const later = feed.snapshot().verdict;
  assert.ok(!later.reasons.some(({ rule }) => rule === "failed"));
  assert.ok(later.reasons.some(({ rule }) => rule === "traffic"));
});

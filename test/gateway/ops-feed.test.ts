// The feed of the operations page on a real socket.
import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../src/core/index.ts";
import { Feed, opsFeedRoutes } from "../../src/gateway/index.ts";
import type { OpsDelta, OpsSnapshot, StreamDetail } from "../../src/gateway/watch/feed/shape.ts";
import { type Frame, SseDecode } from "../../src/wire/index.ts";
import { host, OPEN_HOUSE } from "./host.ts";

const FEED = {
  queued: () => 0,
  readers: () => 0,
  storeOk: () => true,
  keys: () => [],
  circuits: () => [],
};
const ASK = JSON.stringify({ contents: [{ role: "user", parts: [{ text: "Write 40 words" }] }] });

async function place(operator = true) {
  const feed = new Feed(systemClock, FEED);
  const gateway = await host({
    watcher: feed,
    warden: { ...OPEN_HOUSE, identify: async () => ({ name: "me", operator }) },
    extra: opsFeedRoutes(feed),
    sim: { scenario: "cut after 2 chunks; ok" },
  });
  return { ...gateway, feed };
}

/** Deltas of the feed until one pleases. */
async function* tell(url: string, signal: AbortSignal) {
  const response = await fetch(`${url}/ops/feed`, { signal });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const decode = new SseDecode();
  for await (const bytes of response.body as ReadableStream<Uint8Array>) {
    const frames: Frame[] = [];
    decode.push(bytes, frames);
    for (const frame of frames) yield JSON.parse(frame.data) as OpsSnapshot & OpsDelta;
  }
}

test("a snapshot comes first, then a stream as it lives, and its waterfall", async () => {
  const { url, feed, close } = await place();
  const leave = new AbortController();
  const told = tell(url, leave.signal);
  const first = (await told.next()).value as OpsSnapshot;
  assert.deepEqual([first.streams, first.now.inFlight], [[], 0]);
  const answer = await fetch(
    `${url}/v1beta/models/gemini-3.6-flash:streamGenerateContent?alt=sse`,
    {
      method: "POST",
      body: ASK,
    },
  );
  await answer.text();
  const id = answer.headers.get("x-pollux-stream") ?? "";
  for await (const { begun = [], changed = [] } of told) {
    const rows = [...begun.map(({ now }) => now), ...changed.map(([, now]) => now)];
    if (rows.some(({ state }) => state === "completed_after_recovery")) break;
  }
  leave.abort();
  const look = async () => (await (await fetch(`${url}/ops/streams/${id}`)).json()) as StreamDetail;
  const known = await look();
  assert.equal(known.attempts.length, 2);
  assert.equal(known.attempts[0]?.failure?.verdict, "resume");
  // The same from the log, when the feed knows it no more.
  feed.detail = () => undefined;
  const { row, requestId: _, waitedMs: __, readers: ___, ...rest } = await look();
  const { row: before, requestId, waitedMs, readers, ...same } = known;
  assert.deepEqual(rest, same);
  assert.deepEqual({ ...row, n: 0, now: { ...row.now, readers: 0 } }, { ...before, n: 0 });
  assert.ok(requestId && waitedMs !== undefined && readers.length === 2);
  assert.equal((await fetch(`${url}/ops/streams/nobody-knows`)).status, 404);
  await close();
});

test("only operators see it", async () => {
  const { url, close } = await place(false);
  for (const path of ["/ops/feed", "/ops/streams/abcdefgh"])
    assert.equal((await fetch(url + path)).status, 403);
  await close();
});

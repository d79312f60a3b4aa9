// Every fault at least once, as a client without any care sees it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FAULTS } from "../../src/sim/index.ts";
import { chunksIn, finishIn } from "./ask.ts";
import { type Seen, seen, text, truth } from "./seen.ts";

const whole = (one: Seen) => assert.equal(text(one), truth());
const begun = (one: Seen, chunks: number) => {
  assert.equal(chunksIn(one.body).length, chunks);
  assert.ok(truth().startsWith(text(one)) && text(one) !== truth());
};

/** One line for each fault: a scenario, and what must be seen. */
const SEEN: Record<string, [scenario: string, check: (one: Seen) => void, waitMs?: number][]> = {
  status: [
    [
      "429 retry 2s",
      (one) => {
        assert.equal(one.status, 429);
        assert.match(one.body, /"retryDelay": "2s"/);
        assert.match(one.body, /Please retry in 2s\./);
        assert.match(one.body, /GenerateRequestsPerMinutePerProjectPerModel-FreeTier/);
      },
    ],
    ["status 418", (one) => assert.equal(one.status, 418)],
  ],
  cut: [
    [
      "cut after 3 chunks",
      (one) => {
        begun(one, 3);
        assert.equal(one.error, "terminated UND_ERR_SOCKET");
        assert.equal(one.outcome, "cut");
      },
    ],
    ["cut after 50 bytes", (one) => assert.equal(one.body.length, 50)],
  ],
  reset: [
    [
      "reset after 2 chunks",
      (one) => {
        begun(one, 2);
        assert.equal(one.error, "terminated ECONNRESET");
      },
    ],
  ],
  end: [
    [
      "end after 3 chunks",
      (one) => {
        begun(one, 3);
        assert.equal(one.error, undefined);
        assert.equal(one.outcome, "sent");
      },
    ],
  ],
  stall: [
    [
      "stall after 2 chunks",
      (one) => {
        begun(one, 2);
        assert.equal(one.error, "AbortError");
        assert.equal(one.outcome, "client left");
      },
      90_000,
    ],
    [
      "stall after 2 chunks for 6s",
      (one) => {
        whole(one);
        assert.equal(one.ms, 6_000);
      },
    ],
    [
      "stall comments after 1 chunk",
      (one) => assert.ok(one.body.split(": keep-alive").length > 9),
      60_000,
    ],
    ["stall usage after 1 chunk", (one) => assert.ok(chunksIn(one.body).length > 9), 60_000],
  ],
  half: [
    ["half json", (one) => assert.match(one.body, /\r\n\r\ndata: \{"cand[^\r]+$/)],
    ["half utf8 after 1 chunk", (one) => assert.match(one.body, /\ufffd$/)],
    ["half crlf", (one) => assert.match(one.body, /\}\r$/)],
    ["half json cut", (one) => assert.equal(one.error, "terminated UND_ERR_SOCKET")],
  ],
  slow: [
    [
      "slow every 100ms",
      (one) => {
        whole(one);
        assert.equal(one.ms, one.packets.length * 100);
      },
    ],
  ],
  slice: [
    [
      "slice 7",
      (one) => {
        whole(one);
        assert.ok(one.packets.every((bytes) => bytes <= 7));
      },
    ],
    ["slice", (one) => assert.ok(new Set(one.packets).size > 20)],
  ],
  burst: [
    [
      "burst",
      (one) => {
        whole(one);
        assert.equal(one.packets.length, 1);
      },
    ],
  ],
  garble: [
    ["garble after 1 chunk", (one) => assert.throws(() => chunksIn(one.body), SyntaxError)],
    ["garble field after 1 chunk", (one) => assert.match(one.body, /\r\n~ata: /)],
    ["garble utf8 after 1 chunk", (one) => assert.match(one.body, /\ufffd/)],
  ],
  repeat: [
    [
      "repeat 5 after 2 chunks",
      (one) => {
        whole(one);
        assert.equal(chunksIn(one.body).filter((chunk) => !chunk.candidates).length, 5);
      },
    ],
  ],
  empty: [
    ["empty", (one) => assert.deepEqual([one.status, one.body], [200, ""])],
    ["empty comments", (one) => assert.equal(one.body, ": keep-alive\r\n\r\n")],
    ["empty usage", (one) => assert.match(one.body, /^data: \{"usageMetadata"[^\r]+\r\n\r\n$/)],
  ],
  "no-finish": [
    [
      "no-finish",
      (one) => {
        whole(one);
        assert.ok(!one.body.includes("finishReason"));
      },
    ],
  ],
  "finish-early": [
    ["finish-early", (one) => assert.equal(finishIn(chunksIn(one.body).slice(0, 1)), "STOP")],
    [
      "finish-early always",
      (one) => assert.equal(one.body.split("STOP").length - 1, chunksIn(one.body).length),
    ],
  ],
  finish: [
    [
      "finish RECITATION after 2 chunks",
      (one) => {
        begun(one, 3);
        assert.equal(finishIn(chunksIn(one.body)), "RECITATION");
      },
    ],
    ["finish SOME_NEW_WORD after 0 chunks", (one) => assert.equal(text(one), "")],
  ],
  block: [
    [
      "block SAFETY",
      (one) => {
        const [chunk, ...more] = chunksIn(one.body);
        assert.equal(chunk?.promptFeedback?.blockReason, "SAFETY");
        assert.deepEqual([chunk?.candidates, more.length], [undefined, 0]);
      },
    ],
  ],
  "error-event": [
    [
      "error-event 503 after 1 chunk",
      (one) =>
        assert.match(one.body, /\r\n\r\ndata: \{"error":\{"code":503,"message":"The model is/),
    ],
    ["error-event 503 named", (one) => assert.match(one.body, /\r\nevent: error\r\ndata: /)],
    [
      "error-event quota_per_day bare",
      (one) => assert.match(one.body, /data: \{"error":\{"message":"You exceed/),
    ],
  ],
  "raw-error": [
    [
      "raw-error 503 after 1 chunk",
      (one) => {
        assert.match(one.body, /\r\n\r\n\{\n {2}"error": \{\n {4}"code": 503,[\s\S]+\n\}\n$/);
        assert.equal(one.packets.length, 4);
      },
    ],
    ["raw-error 500 array after 0 chunks", (one) => assert.match(one.body, /^\[\{\n/)],
  ],
  html: [
    ["html", (one) => assert.deepEqual([one.status, /nginx/.test(one.body)], [502, true])],
    ["html cloudflare", (one) => assert.equal(one.status, 524)],
    ["html google", (one) => assert.match(one.body, /That’s all we know/)],
    ["html portal", (one) => assert.deepEqual([one.status, /html/.test(one.type)], [200, true])],
  ],
  huge: [["huge 2", (one) => assert.ok(one.body.length > 2 * 1024 * 1024)]],
  bom: [["bom", (one) => assert.ok(one.body.startsWith("\ufeffdata: "))]],
  gzip: [["gzip", whole]],
  "wrong-type": [
    [
      "wrong-type text/plain",
      (one) => {
        whole(one);
        assert.equal(one.type, "text/plain");
      },
    ],
  ],
  redirect: [
    ["redirect", (one) => assert.match(one.body, /This is no API/)],
    ["redirect loop", (one) => assert.equal(one.error, "fetch failed")],
  ],
  "headers-stall": [
    [
      "headers-stall",
      (one) => assert.deepEqual([one.error, one.outcome], ["AbortError", "client left"]),
      70_000,
    ],
    [
      "headers-stall for 3s",
      (one) => {
        whole(one);
        assert.equal(one.ms, 3_000);
      },
    ],
  ],
  "connect-refuse": [
    ["connect-refuse", (one) => assert.equal(one.error, "fetch failed ECONNREFUSED")],
  ],
  "connect-reset": [["connect-reset", (one) => assert.equal(one.error, "fetch failed ECONNRESET")]],
  "connect-stall": [
    ["connect-stall", (one) => assert.equal(one.error, "fetch failed UND_ERR_CONNECT_TIMEOUT")],
  ],
  tls: [
    ["tls", (one) => assert.equal(one.error, "fetch failed ECONNRESET")],
    ["tls expired", (one) => assert.equal(one.error, "fetch failed CERT_HAS_EXPIRED")],
  ],
  dns: [
    ["dns", (one) => assert.equal(one.error, "fetch failed ENOTFOUND")],
    ["dns again", (one) => assert.equal(one.error, "fetch failed EAI_AGAIN")],
  ],
  network: [
    ["network ETIMEDOUT", (one) => assert.equal(one.error, "fetch failed ETIMEDOUT")],
    ["network FAILED_TO_FETCH", (one) => assert.equal(one.error, "Failed to fetch")],
    [
      "network UND_ERR_BODY_TIMEOUT after 2 chunks",
      (one) => {
        begun(one, 2);
        assert.equal(one.error, "terminated UND_ERR_BODY_TIMEOUT");
      },
    ],
  ],
  quota: [
    ["quota minute 0", (one) => assert.match(one.body, /limit: 0, model: gemini-3\.6-flash/)],
  ],
  flaky: [
    ["flaky 1 cut after 1 chunk", (one) => begun(one, 1)],
    ["flaky 0 cut after 1 chunk", whole],
  ],
  comments: [["comments", (one) => assert.match(one.body, /^: keep-alive\r\n\r\ndata: /)]],
  "event-lines": [
    ["event-lines", (one) => assert.match(one.body, /^id: 0\r\nevent: message\r\ndata: /)],
  ],
  "multi-line": [
    ["multi-line", (one) => assert.match(one.body, /^data: \{\r\ndata: {3}"candidates"/)],
  ],
  "no-blank-end": [["no-blank-end", (one) => assert.match(one.body, /\}$/)]],
  lf: [["lf", (one) => assert.ok(!one.body.includes("\r"))]],
  cr: [["cr", (one) => assert.ok(!one.body.includes("\n"))]],
  done: [["done", (one) => assert.match(one.body, /data: \[DONE\]\n\n$/)]],
  "repeat-sentence": [],
  "reopen-fence": [],
  "start-over": [],
  drift: [],
  preamble: [],
};

for (const { word } of FAULTS) {
  const cases = SEEN[word];
  test(`fault ${word} is seen`, async () => {
    assert.ok(cases, `no case for ${word}`);
    for (const [scenario, check, waitMs] of cases)
      check(await seen(scenario, waitMs ? { waitMs } : {}));
  });
}

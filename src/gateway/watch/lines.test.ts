import assert from "node:assert/strict";
import { test } from "node:test";
import { failure } from "../../core/failures.ts";
import type { TerminalEvent } from "../../core/index.ts";
import type { StreamInfo } from "../watcher.ts";
import { Lines, makeLogger } from "./lines.ts";

const KEY = "AIzaSyLinesLinesLinesLinesLinesLines1234";
const INFO: StreamInfo = {
  id: "s1",
  requestId: "r1",
  client: "web",
  model: "gemini-3.6-flash",
  door: "openai",
  startedAtMs: 0,
  takenOver: false,
};
const END = {
  seq: 9,
  t: 1,
  text: "the answer's own words",
  attempts: 2,
  retried: true,
  recovered: false,
  splices: [],
  totalMs: 12,
};

function written(level = "debug") {
  const lines: string[] = [];
  const log = makeLogger(level, { write: (line) => void lines.push(line) });
  return { lines, log };
}

test("one line a stream, with what an operator asks for and without content", () => {
  const { lines, log } = written();
  const watcher = new Lines(log, false);
  watcher.begin(INFO);
  watcher.end(INFO, {
    ...END,
    type: "failed",
    failure: failure("conn_reset", `lost with key=${KEY}`),
  } as TerminalEvent);
  assert.equal(lines.length, 1);
  const line = JSON.parse(lines[0] as string) as Record<string, unknown>;
  assert.deepEqual(
    [
      line.level,
      line.requestId,
      line.client,
      line.outcome,
      line.fate,
      line.code,
      line.attempts,
      line.chars,
    ],
    ["warn", "r1", "web", "failed", "failed", "conn_reset", 2, 22],
  );
  assert.ok(!lines[0]?.includes("own words"));
  assert.ok(!lines[0]?.includes(KEY));
  const full = written();
  new Lines(full.log, true).end(INFO, { ...END, type: "done" } as TerminalEvent);
  assert.ok(full.lines[0]?.includes("own words"));
});

test("a key shows in no field, message, error, cause or stack", () => {
  const { lines, log } = written();
  const cause = new Error(`refused: x-goog-api-key: ${KEY}`);
  log.error(
    { err: new Error(`failed for ${KEY}`, { cause }), url: `https://h/?key=${KEY}` },
    `with ${KEY}`,
  );
  log.info({ headers: { authorization: `Bearer ${KEY}` }, deep: [[{ [KEY]: KEY }]] });
  assert.ok(lines.length === 2 && lines.every((line) => !line.includes(KEY)));
  assert.match(lines[0] as string, /"message":"failed for \[REDACTED\]"/);
});

test("requests are written at debug only", () => {
  const { lines, log } = written("info");
  new Lines(log, false).served({
    requestId: "r",
    method: "GET",
    route: "/",
    status: 200,
    client: "",
    ms: 1,
  });
  assert.equal(lines.length, 0);
});

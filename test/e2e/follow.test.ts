// Following a stream over a wire that breaks: each event once, in order, to the terminal one.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { isStreamError, Pollux, type StreamEvent, systemClock } from "../../src/core/index.ts";
import { encodeComment, encodeRelay } from "../../src/wire/index.ts";
import { tell } from "../scenarios/harness.ts";

const { events } = await tell({ scenario: "cut after 4 chunks; ok" });
const cursors: number[] = [];
let send: (res: ServerResponse, left: StreamEvent[]) => void = () => {};

const server = createServer((req, res) => {
  const cursor = Number(new URL(req.url ?? "", "http://x").searchParams.get("after") ?? -1);
  cursors.push(cursor);
  send(
    res,
    events.filter(({ seq }) => seq > cursor),
  );
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
after(() => {
  server.closeAllConnections();
  server.close();
});

const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const clock = { ...systemClock, random: () => 0 };
const pollux = new Pollux({ apiKey: "k", baseUrl: url, clock });

async function follow(options: { after?: number; maxAttempts?: number } = {}): Promise<number[]> {
  const seen: number[] = [];
  for await (const { seq } of pollux.follow("s1", options)) seen.push(seq);
  return seen;
}

test("three events a connection, each connection broken: every event once and in order", async () => {
  cursors.length = 0;
  send = (res, left) => {
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write(encodeComment("hold"));
    // What was sent before is sent again, as a careless server would.
    const repeated = events.filter(({ seq }) => seq < (left[0]?.seq ?? 0)).slice(-2);
    for (const event of [...repeated, ...left.slice(0, 3)]) res.write(encodeRelay(event));
    if (left.length > 3) res.socket?.end();
    else res.end();
  };
  assert.deepEqual(
    await follow(),
    events.map(({ seq }) => seq),
  );
  assert.ok(cursors.length > 3);
});

test("from a cursor: only what comes after it", async () => {
  assert.deepEqual(
    await follow({ after: 4 }),
    events.map(({ seq }) => seq).filter((seq) => seq > 4),
  );
});

test("a stream that is gone is a named failure, and is not asked for again", async () => {
  cursors.length = 0;
  send = (res) => res.writeHead(410).end();
  await assert.rejects(
    follow(),
    (error) => isStreamError(error) && error.code === "stream_expired",
  );
  assert.equal(cursors.length, 1);
});

test("a gateway that brings nothing is given up after a bounded number of tries", async () => {
  cursors.length = 0;
  send = (res) => res.writeHead(200).end();
  await assert.rejects(
    follow({ maxAttempts: 2 }),
    (error) => isStreamError(error) && error.code === "gateway_gone",
  );
  assert.equal(cursors.length, 2);
});

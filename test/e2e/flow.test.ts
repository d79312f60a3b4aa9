// Flow over real sockets: a reader that waits makes the server wait; a stop closes its connection.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { Pollux } from "../../src/core/index.ts";
import { encodeNative } from "../../src/wire/index.ts";

const EVENT = encodeNative(
  JSON.stringify({
    candidates: [{ content: { parts: [{ text: "x".repeat(1_000) }], role: "model" }, index: 0 }],
  }),
);
/** What kernels and clients may hold between two processes; an unbounded reader goes far beyond. */
const IN_FLIGHT_BYTES_MAX = 24 * 1024 * 1024;

let written = 0;
let closed: Promise<unknown> = Promise.resolve();
const server = createServer((req, res) => {
  written = 0;
  closed = once(res, "close");
  req.resume();
  res.writeHead(200, { "content-type": "text/event-stream" });
  const pump = () => {
    // Without end, as fast as it is taken.
    while (!res.destroyed && res.write(EVENT)) written += EVENT.length;
    written += EVENT.length;
    if (!res.destroyed) res.once("drain", pump);
  };
  pump();
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
after(() => {
  server.closeAllConnections();
  server.close();
});

const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const pollux = new Pollux({ apiKey: "k", baseUrl, resume: "off" });
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a reader that waits makes the upstream wait", async () => {
  const stream = pollux.stream({ model: "m", contents: "x" });
  let read = 0;
  let stuck = 0;
  for await (const text of stream.text()) {
    read += text.length;
    if (read < 50_000) continue;
    // Wait until the server has made no progress for many turns of the loop.
    for (let quiet = 0, last = -1; quiet < 200; quiet = written === last ? quiet + 1 : 0) {
      last = written;
      await turn();
    }
    stuck = written;
    break;
  }
  assert.ok(stuck > 0 && stuck < IN_FLIGHT_BYTES_MAX, `${stuck} bytes written`);
  await closed;
});

test("a stop closes the upstream connection at once, and keeps the text", async () => {
  const controller = new AbortController();
  const stream = pollux.stream({ model: "m", contents: "x", signal: controller.signal });
  let stoppedAt = 0;
  for await (const event of stream) {
    if (event.type !== "chunk" || stoppedAt > 0) continue;
    stoppedAt = performance.now();
    controller.abort();
  }
  await closed;
  const answer = await stream.answer();
  assert.equal(answer.outcome, "stopped");
  assert.ok(answer.text.length > 0);
});

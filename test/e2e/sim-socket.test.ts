// The simulator on a real socket: what `fetch`, a bare socket and the platform's decoders see of each
// way in which bytes can go wrong.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { type Listening, listen } from "../../src/node/index.ts";
import { createSim } from "../../src/sim/index.ts";
import { chunksIn, KEY, MODEL, said, textIn } from "../sim/ask.ts";

const BODY = { contents: [said("Tell me 80 words about lighthouses")] };
const PATH = `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`;

const sim = createSim();
const truth = sim.truth(MODEL, BODY);
let server: Listening;
before(async () => {
  server = await listen(sim.serve);
});
after(() => server.close());

let streams = 0;
const headersFor = (scenario: string) => ({
  "content-type": "application/json",
  "x-goog-api-key": KEY,
  "x-sim": scenario,
  "x-sim-stream": `socket-${++streams}`,
});

function ask(scenario: string, init: RequestInit = {}): Promise<Response> {
  const body = JSON.stringify(BODY);
  return fetch(server.url + PATH, { method: "POST", headers: headersFor(scenario), body, ...init });
}

/** All that a bare socket gets: the head, the packets of the body, and the error at the end. */
async function raw(scenario: string) {
  const socket = connect(server.port, "127.0.0.1");
  const body = JSON.stringify(BODY);
  const head = Object.entries(headersFor(scenario)).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(
    `POST ${PATH} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n${head.join("")}\r\n${body}`,
  );
  const packets: Buffer[] = [];
  let code: string | undefined;
  socket.on("data", (data) => packets.push(data));
  socket.on("error", (error: NodeJS.ErrnoException) => {
    code = error.code;
  });
  await new Promise((resolve) => socket.once("close", resolve));
  const all = Buffer.concat(packets).toString("latin1");
  const at = all.indexOf("\r\n\r\n");
  return { head: all.slice(0, at), body: all.slice(at + 4), packets, code };
}

/** The chunks of HTTP's own framing. */
function httpChunks(body: string): string[] {
  const chunks: string[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.slice(at, end), 16);
    if (!(size > 0)) break;
    chunks.push(body.slice(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return chunks;
}

async function failure(work: Promise<unknown>) {
  const error = await work.then(
    () => assert.fail("nothing was thrown"),
    (thrown) => thrown as Error & { cause?: { code?: string } },
  );
  return `${error.message} ${error.cause?.code}`;
}

test("a whole answer, one event to a packet, with the API's headers", async () => {
  const { head, body, code } = await raw("ok");
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(
    head,
    /\r\ncontent-type: text\/event-stream\r\ncontent-disposition: attachment\r\n/i,
  );
  assert.match(head, /\r\ntransfer-encoding: chunked/i);
  assert.ok(body.endsWith("\r\n0\r\n\r\n"));
  const chunks = httpChunks(body);
  assert.ok(chunks.length > 3);
  assert.ok(chunks.every((chunk) => chunk.startsWith("data: ") && chunk.endsWith("\r\n\r\n")));
  assert.equal(code, undefined);
  assert.equal(textIn(chunksIn(await (await ask("ok")).text())), truth);
});

test("cut: FIN after the last chunk, no terminating chunk", async () => {
  const { body, code } = await raw("cut after 3 chunks");
  assert.equal(httpChunks(body).length, 3);
  assert.ok(!body.endsWith("0\r\n\r\n"));
  assert.equal(code, undefined);
  const response = await ask("cut after 3 chunks");
  assert.equal(await failure(response.text()), "terminated UND_ERR_SOCKET");
});

test("reset: RST", async () => {
  assert.equal((await raw("reset after 2 chunks")).code, "ECONNRESET");
  const response = await ask("reset after 2 chunks");
  assert.equal(await failure(response.text()), "terminated ECONNRESET");
});

test("half: inside a character, and a proper end of the body", async () => {
  const { body } = await raw("half utf8 after 0 chunks");
  const last = httpChunks(body).at(-1) as string;
  assert.ok(last.charCodeAt(last.length - 1) >= 0xc0);
  assert.ok(body.endsWith("\r\n0\r\n\r\n"));
});

test("slice: packets of that size", async () => {
  const chunks = httpChunks((await raw("slice 64")).body);
  assert.ok(chunks.length > 20 && chunks.every((chunk) => chunk.length <= 64));
  assert.equal(textIn(chunksIn(await (await ask("slice 5")).text())), truth);
});

test("connections that fail before an answer are broken", async () => {
  for (const word of ["connect-refuse", "dns", "tls", "network ETIMEDOUT"]) {
    const { head, body, code } = await raw(word);
    assert.deepEqual([head, body, code], ["", "", "ECONNRESET"], word);
  }
  assert.match(await failure(ask("connect-refuse")), /^fetch failed (ECONNRESET|UND_ERR_SOCKET)$/);
});

test("gzip: what fetch decodes is the answer, and what came was compressed", async () => {
  const response = await ask("gzip");
  assert.equal(response.headers.get("content-encoding"), "gzip");
  assert.equal(textIn(chunksIn(await response.text())), truth);
  const { body } = await raw("gzip");
  const bytes = Buffer.from(httpChunks(body).join(""), "latin1");
  assert.equal(textIn(chunksIn(gunzipSync(bytes).toString())), truth);
  assert.match(await failure((await ask("gzip + cut after 2 chunks")).text()), /^terminated/);
});

test("gzip: each event can be read before the next is sent", async () => {
  const response = await ask("gzip + stall after 2 chunks");
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = "";
  while (chunksIn(text).length < 2) text += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
});

test("status, HTML, redirects and an empty body, as fetch shows them", async () => {
  const limited = await ask("429 retry 2s");
  assert.deepEqual([limited.status, limited.headers.get("retry-after")], [429, null]);
  assert.match(await limited.text(), /"retryDelay": "2s"/);
  assert.match(await (await ask("html")).text(), /nginx/);
  assert.match(await (await ask("redirect")).text(), /This is no API/);
  assert.equal(await (await ask("empty")).text(), "");
  assert.equal((await ask("redirect", { redirect: "manual" })).status, 302);
});

test("a client that leaves is noted, whether headers came or not", async () => {
  for (const scenario of ["stall after 1 chunk", "headers-stall"]) {
    const stop = new AbortController();
    const n = sim.journal.length;
    const asked = ask(scenario, { signal: stop.signal });
    if (scenario === "headers-stall") {
      while (sim.journal.length === n) await new Promise((resolve) => setImmediate(resolve));
    } else await (await asked).body?.getReader().read();
    stop.abort();
    await asked.catch(() => {});
    const entry = sim.journal[n];
    for (let turns = 0; entry?.outcome === "open" && turns < 10_000; turns += 1)
      await new Promise((resolve) => setImmediate(resolve));
    assert.equal(entry?.outcome, "client left");
    assert.ok(entry?.clientLeftAt);
  }
});

test("a big event reaches a slow reader whole", async () => {
  const response = await ask("huge 8 after 1 chunk");
  const body = await response.text();
  assert.ok(body.length > 8 * 1024 * 1024);
  assert.equal(textIn(chunksIn(body)), truth);
});

test("many at once", async () => {
  const bodies = await Promise.all(
    Array.from({ length: 50 }, () => ask("ok").then((r) => r.text())),
  );
  assert.ok(bodies.every((body) => textIn(chunksIn(body)) === truth));
});

test("TLS: the same on https, and a handshake that is spoilt", async () => {
  const spoilt = await listen(sim.serve, { handshake: "cut" });
  try {
    assert.match(await failure(fetch(spoilt.url)), /^fetch failed (ECONNRESET|UND_ERR_SOCKET)/);
  } finally {
    await spoilt.close();
  }
});

test("closing the server ends what is open", async () => {
  const other = await listen(sim.serve);
  const headers = headersFor("stall after 1 chunk");
  const response = await fetch(other.url + PATH, {
    method: "POST",
    headers,
    body: JSON.stringify(BODY),
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  const closed = once(other.server, "close");
  await other.close();
  await closed;
  await assert.rejects(reader.read());
});

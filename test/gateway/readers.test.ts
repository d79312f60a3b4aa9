// Readers that wait, leave, come late, or never read: over real sockets, with a real upstream socket.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, test } from "node:test";
import { Pollux, type StreamEvent } from "../../src/core/index.ts";
import { SETTINGS } from "../../src/gateway/index.ts";
import { dispatchFetch, listen } from "../../src/node/index.ts";
import { createSim } from "../../src/sim/index.ts";
import { host } from "./host.ts";

const MODEL = "gemini-2.5-flash";
const PATH = `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`;
const CONTENTS = [{ role: "user", parts: [{ text: "Write 200 words about rivers" }] }];
const SETTINGS_FAST = {
  bodyBytesMax: 1024 * 1024,
  heartbeatMs: 40,
  firstCommentMs: 20,
  deadlineMs: 60_000,
  apiVersion: "v1beta",
  passOn: () => false,
};
const cleanups: (() => unknown)[] = [];
after(async () => {
  for (const clean of cleanups.reverse()) await clean();
});

/** A gateway whose upstream is a socket that tells when it is closed. */
async function house(scenario: string, more: object = {}) {
  const sim = createSim({ ttftMs: 0, chunkDelayMs: 1, scenario });
  const closed = Promise.withResolvers<number>();
  const upstream = await listen((request) => {
    request.signal.addEventListener("abort", () => closed.resolve(performance.now()));
    return sim.serve(request);
  });
  const made = await host({ fetch: dispatchFetch(), baseUrl: upstream.url, beatMs: 10, ...more });
  cleanups.push(upstream.close, made.close);
  return { ...made, sim, upstreamClosed: closed.promise };
}

function post(url: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(url, { method: "POST", body: JSON.stringify(body), ...(signal && { signal }) });
}

test("silence is broken by comments, before the headers and after; a later failure comes in the body", async () => {
  const made = await house("stall after 0 chunks", { settings: SETTINGS_FAST });
  const controller = new AbortController();
  const response = await post(made.url + PATH, { contents: CONTENTS }, controller.signal);
  assert.equal(response.status, 200);
  const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  let text = "";
  while ((text.match(/^: pollux$/gm) ?? []).length < 3)
    text += new TextDecoder().decode((await reader.read()).value);
  assert.ok(!text.includes("data:"));
  const id = response.headers.get("x-pollux-stream");
  await post(`${made.url}/streams/${id}/stop`, {});
  let rest = "";
  for (let read = await reader.read(); !read.done; read = await reader.read())
    rest += new TextDecoder().decode(read.value);
  assert.match(rest, /data: \{"error":\{"code":499/);
});

test("what is set by default keeps within ten seconds of silence", () => {
  const of = (path: string) => SETTINGS.find((one) => one.path === path)?.default as number;
  assert.ok(of("readers.heartbeatMs") + 1_000 <= 10_000);
  assert.ok(of("readers.firstCommentMs") + 1_000 <= 10_000);
});

test("a stop closes the upstream socket at once", async () => {
  const made = await house("stall after 3 chunks");
  const started = await post(`${made.url}/streams`, { model: MODEL, contents: CONTENTS });
  const { id } = (await started.json()) as { id: string };
  const events: StreamEvent[] = [];
  let askedAt = 0;
  for await (const event of new Pollux({ apiKey: "none", baseUrl: made.url }).follow(id)) {
    events.push(event);
    if (event.type !== "chunk" || askedAt > 0) continue;
    askedAt = performance.now();
    await post(`${made.url}/streams/${id}/stop`, {});
  }
  assert.equal(events.at(-1)?.type, "stopped");
  assert.ok((await made.upstreamClosed) - askedAt < 500);
});

test("a plain answer whose reader left is stopped after the grace, one begun at /streams is not", async () => {
  const made = await house("stall after 3 chunks; *: stall after 3 chunks", { graceMs: 5 });
  const kept = (await (
    await post(`${made.url}/streams`, { model: MODEL, contents: "Another" })
  ).json()) as { id: string };
  const controller = new AbortController();
  const response = await post(made.url + PATH, { contents: CONTENTS }, controller.signal);
  await response.body?.getReader().read();
  const id = response.headers.get("x-pollux-stream") as string;
  controller.abort();
  await made.upstreamClosed;
  const events: StreamEvent[] = [];
  for await (const event of new Pollux({ apiKey: "none", baseUrl: made.url }).follow(id))
    events.push(event);
  const end = events.at(-1);
  assert.equal(end?.type === "stopped" && end.by, "reader");
  const other = (await (await fetch(`${made.url}/streams/${kept.id}`)).json()) as { state: string };
  assert.equal(other.state, "live");
});

test("several readers, early and late, get the same bytes", async () => {
  const made = await house("attempt 1: cut after 4 chunks; ok");
  const started = await post(`${made.url}/streams`, { model: MODEL, contents: CONTENTS });
  const { id } = (await started.json()) as { id: string };
  const read = async () => (await fetch(`${made.url}/streams/${id}/events`)).text();
  const data = (text: string) => text.split("\n").filter((line) => /^(id|event|data):/.test(line));
  const early = await Promise.all([read(), read(), read()]);
  const late = await read();
  for (const text of early) assert.deepEqual(data(text), data(late));
  assert.ok(data(late).length > 20);
  const past = await fetch(`${made.url}/streams/${id}/events?after=100000`);
  assert.equal(past.status, 204);
});

test("a reader that never reads holds up nobody, and is cut off in the end", async () => {
  // More than the kernel's buffers hold.
  const made = await house("huge 24 after 2 chunks", {
    stuckMs: 200,
  });
  const started = await post(`${made.url}/streams`, { model: MODEL, contents: CONTENTS });
  const { id } = (await started.json()) as { id: string };
  const stuck = await stuckReader(made.url, `/streams/${id}/events`);
  const cut = once(stuck, "close");
  const events: StreamEvent[] = [];
  for await (const event of new Pollux({ apiKey: "none", baseUrl: made.url }).follow(id))
    events.push(event);
  assert.equal(events.at(-1)?.type, "done");
  while (made.gateway.streams.readerCount > 0)
    await new Promise((resolve) => setImmediate(resolve));
  stuck.resume();
  await cut;
});

/** Asks, and then leaves everything in the kernel's buffers. */
async function stuckReader(url: string, path: string): Promise<Socket> {
  const { port } = new URL(url);
  const socket = connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
  socket.on("error", () => {});
  return socket;
}

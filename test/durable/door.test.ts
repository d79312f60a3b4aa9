// The door beyond the protocol's own suite: whose stream is whose, what is too much, what ends, and that
// answers of Gemini's are read through it.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { stream } from "@durable-streams/client";
import type { StreamEvent } from "../../src/core/index.ts";
import { DURABLE, durableHost, type Say } from "./host.ts";

const cleanups: (() => unknown)[] = [];
after(async () => {
  for (const clean of cleanups.reverse()) await clean();
});

async function house(options: Parameters<typeof durableHost>[0] = {}) {
  const made = await durableHost(options);
  cleanups.push(made.close);
  return made;
}

const statusOf = async (answer: Promise<Response>) => (await answer).status;

/** What an event stream says until it ends, or until it says that there is no more. */
async function heard(response: Response): Promise<string> {
  const pieces: string[] = [];
  const decoder = new TextDecoder();
  for await (const bytes of response.body as AsyncIterable<Uint8Array>) {
    const piece = decoder.decode(bytes, { stream: true });
    pieces.push(piece);
    if (piece.slice(-200).includes('"upToDate":true') && response.url.includes("once")) break;
  }
  return pieces.join("");
}

test("a stream is its maker's: to others it is not there", async () => {
  const { ask } = await house();
  assert.equal(await statusOf(ask("/durable/a", { method: "PUT", body: "mine" })), 201);
  const others: [Say, number][] = [
    [{}, 404],
    [{ method: "HEAD" }, 404],
    [{ method: "POST", body: "x" }, 404],
    [{ method: "DELETE" }, 404],
    [{ method: "PUT", body: "theirs" }, 201],
  ];
  for (const [say, status] of others)
    assert.equal(await statusOf(ask("/durable/a", { ...say, as: "bob" })), status, say.method);
  assert.equal(await (await ask("/durable/a")).text(), "mine");
  assert.equal(await (await ask("/durable/a", { as: "bob" })).text(), "theirs");
  const fork = { "stream-forked-from": "/durable/a" };
  const stolen = ask("/durable/f", { method: "PUT", as: "eve", headers: fork });
  assert.equal(await statusOf(stolen), 404);
  const nobody = await ask("/durable/a", { headers: { authorization: "none" } });
  assert.equal(nobody.status, 401);
});

test("a fork names its source by its whole path or by what follows the mount", async () => {
  const { ask } = await house();
  await ask("/durable/deep/source", { method: "PUT", body: "abc" });
  for (const [i, path] of ["/durable/deep/source", "/deep/source", "deep/source"].entries()) {
    const headers = { "stream-forked-from": path };
    assert.equal(await statusOf(ask(`/durable/f${i}`, { method: "PUT", headers })), 201);
    assert.equal(await (await ask(`/durable/f${i}`)).text(), "abc");
  }
});

test("too many streams, too many bytes, too large a body", async () => {
  const { ask } = await house({ durable: { ...DURABLE, streamsMax: 2, bytesMax: 10 } });
  assert.equal(await statusOf(ask("/durable/a", { method: "PUT", body: "12345" })), 201);
  assert.equal(await statusOf(ask("/durable/b", { method: "PUT" })), 201);
  const many = await ask("/durable/c", { method: "PUT" });
  assert.deepEqual(
    [many.status, await many.json()],
    [429, { error: { code: "streams_full", message: "A client has at most 2 streams here." } }],
  );
  assert.equal(await statusOf(ask("/durable/a", { method: "POST", body: "123456" })), 413);
  assert.equal(await statusOf(ask("/durable/a", { method: "POST", body: "12345" })), 204);
  const large = "x".repeat(21 * 1024 * 1024);
  assert.equal(await statusOf(ask("/durable/a", { method: "POST", body: large })), 413);
  assert.equal(await (await ask("/durable/a")).text(), "1234512345");
});

test("odd paths and operations are refused", async () => {
  const { ask } = await house();
  assert.equal(await statusOf(ask("/durable/a%20b", { method: "PUT" })), 201);
  assert.equal(await statusOf(ask("/durable/", { method: "PUT" })), 400);
  assert.equal(await statusOf(ask(`/durable/${"x".repeat(1_025)}`, { method: "PUT" })), 400);
  assert.equal(await statusOf(ask("/durable/a", { method: "PATCH" })), 405);
  assert.equal(await statusOf(ask("/durable/__ds/subscriptions/1", { method: "PUT" })), 501);
  assert.equal(await statusOf(ask("/durable/a%20b?offset=-1&live=forever")), 400);
  const far = `0000000000000000_${"0".repeat(15)}9`;
  assert.equal(await statusOf(ask(`/durable/a%20b?offset=${far}`)), 400);
});

test("what clients wrote is no page of the gateway's", async () => {
  const { ask } = await house();
  const headers = { "content-type": "text/html" };
  await ask("/durable/page", { method: "PUT", headers, body: "<script>1</script>" });
  for (const search of ["", "?offset=-1&live=long-poll", "?offset=now"]) {
    const answer = await ask(`/durable/page${search}`);
    assert.match(answer.headers.get("content-security-policy") ?? "", /sandbox/);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  }
});

test("pages of allowed origins may use it, and see what it says", async () => {
  const { ask } = await house({ origins: ["https://app.example"] });
  const headers = { origin: "https://app.example" };
  const made = await ask("/durable/a", { method: "PUT", headers, body: "x" });
  assert.equal(made.headers.get("access-control-allow-origin"), "https://app.example");
  const shown = made.headers.get("access-control-expose-headers") ?? "";
  for (const name of ["stream-next-offset", "stream-closed", "etag"])
    assert.ok(shown.includes(name));
  const other = { method: "PUT", headers: { origin: "https://evil.example" }, body: "x" };
  assert.equal(await statusOf(ask("/durable/b", other)), 403);
});

test("answers without a body say nothing of its length", async () => {
  const { ask } = await house();
  await ask("/durable/a", { method: "PUT", body: "abc" });
  const read = await ask("/durable/a");
  assert.equal(read.headers.get("content-length"), "3");
  const again = await ask("/durable/a", {
    headers: { "if-none-match": read.headers.get("etag") ?? "" },
  });
  assert.deepEqual([again.status, again.headers.get("content-length")], [304, null]);
  const head = await ask("/durable/a", { method: "HEAD" });
  assert.deepEqual([head.status, head.headers.get("content-length")], [200, null]);
  const append = await ask("/durable/a", { method: "POST", body: "d" });
  assert.deepEqual([append.status, append.headers.get("content-length")], [204, null]);
});

test("where no path is set, the door is not there", async () => {
  const { ask } = await house({ durable: { ...DURABLE, path: "" } });
  assert.equal(await statusOf(ask("/durable/a", { method: "PUT" })), 404);
});

test("whoever reads a stream that is removed sees it end, and is told when they come back", async () => {
  const { ask } = await house();
  await ask("/durable/a", { method: "PUT", body: "x" });
  const events = await ask("/durable/a?offset=-1&live=sse");
  const reading = heard(events);
  const waiting = ask("/durable/a?offset=now&live=long-poll");
  assert.equal(await statusOf(ask("/durable/a", { method: "DELETE" })), 204);
  assert.doesNotMatch(await reading, /streamClosed/);
  // It may come after the removal.
  assert.equal(await statusOf(waiting), 404);
  assert.equal(await statusOf(ask("/durable/a?offset=-1&live=sse")), 404);
});

test("a gateway that goes lets those who wait go", async () => {
  const { ask, close } = await durableHost();
  await ask("/durable/a", { method: "PUT", body: "x" });
  const events = await ask("/durable/a?offset=-1&live=sse");
  const text = heard(events);
  assert.equal(events.status, 200);
  await close();
  const said = await text.catch(() => "cut");
  assert.ok(said === "cut" || said.includes("upToDate"));
});

test("connections of events end after their time, with the place to go on from", async () => {
  const { ask } = await house({ durable: { ...DURABLE, eventsMs: 30 } });
  await ask("/durable/a", { method: "PUT", body: "x" });
  const said = await heard(await ask("/durable/a?offset=-1&live=sse"));
  assert.match(
    said,
    /^event: data\ndata:x\n\nevent: control\ndata:\{"streamNextOffset":"0{16}_0{15}1"/,
  );
});

const STUCK = 4;
const MESSAGES = 24;
setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

function usedBytes(): number {
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test("a reader who takes nothing holds no more than its share", async () => {
  const { ask } = await house();
  const piece = "x".repeat(1024 * 1024);
  await ask("/durable/big", { method: "PUT", headers: { "content-type": "text/plain" } });
  for (let i = 0; i < MESSAGES; i += 1) await ask("/durable/big", { method: "POST", body: piece });
  const before = usedBytes();
  const left = new AbortController();
  const stuck = await Promise.all(
    Array.from({ length: STUCK }, () =>
      ask("/durable/big?offset=-1&live=sse", { signal: left.signal }),
    ),
  );
  // Another reader gets all of it meanwhile.
  const whole = await heard(await ask("/durable/big?offset=-1&live=sse&once"));
  assert.equal(whole.split("event: data").length - 1, MESSAGES);
  assert.equal(stuck.length, STUCK);
  assert.ok(usedBytes() - before < 40 * 1024 * 1024, `${usedBytes() - before} bytes`);
  left.abort();
});

async function begun({ ask }: Awaited<ReturnType<typeof house>>, as = "ann"): Promise<string> {
  const answer = await ask("/streams", {
    method: "POST",
    as,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "gemini-2.5-flash", contents: "Write 100 words about rivers" }),
  });
  return ((await answer.json()) as { id: string }).id;
}

for (const live of [false, "long-poll", "sse"] as const) {
  test(`an answer of Gemini's is read by the protocol's own client: ${live || "catch-up"}`, async () => {
    const made = await house({ sim: { ttftMs: 5, chunkDelayMs: 2 } });
    const id = await begun(made);
    const own = await (await made.ask(`/streams/${id}/events`)).text();
    if (live) {
      // And one that still runs.
      const running = await begun(made);
      const events = await eventsOf(made.url, running, live);
      assert.equal(events.at(-1)?.type, "done");
    }
    const events = await eventsOf(made.url, id, live);
    const wanted = [...own.matchAll(/^data: (.*)$/gm)].map(([, json]) =>
      JSON.parse(json as string),
    );
    assert.deepEqual(events, wanted);
    assert.ok(events.length > 5);
  });
}

async function eventsOf(url: string, id: string, live: false | "long-poll" | "sse") {
  const response = await stream<StreamEvent>({
    url: `${url}/durable/streams/${id}`,
    headers: { authorization: "Bearer ann" },
    offset: "-1",
    live,
  });
  const events: StreamEvent[] = [];
  const reader = response.jsonStream().getReader();
  for (let i = 0; i < 10_000; i += 1) {
    const { done, value } = await reader.read();
    if (done) return events;
    events.push(value);
  }
  return assert.fail("it has no end");
}

test("answers of Gemini's are only read, and only by whom they belong to", async () => {
  const made = await house();
  const { ask } = made;
  const path = `/durable/streams/${await begun(made)}`;
  for (const method of ["PUT", "POST", "DELETE"]) {
    const refused = await ask(path, { method, body: "{}" });
    assert.deepEqual([refused.status, refused.headers.get("allow")], [405, "GET, HEAD"]);
  }
  const head = await ask(path, { method: "HEAD" });
  assert.equal(head.headers.get("content-type"), "application/json");
  assert.match(head.headers.get("stream-next-offset") ?? "", /^0{16}_\d{16}$/);
  assert.equal(await statusOf(ask(path, { as: "bob" })), 404);
  assert.equal(await statusOf(ask(path, { as: "operator" })), 200);
  assert.equal(await statusOf(ask("/durable/streams/none")), 404);
});

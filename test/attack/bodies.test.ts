// Bodies made to break what reads them: JSON of every other kind at every door, nesting without end, packed
// bodies, and an upstream that answers for ever. Nothing of it is an error of the gateway's own.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { mutate } from "../fuzz/mutate.ts";
import { randomOf } from "../fuzz/random.ts";
import { CHUNKS, OPENAI, REQUEST, TURNS } from "../fuzz/targets/seeds.ts";
import { attacked, BODY, MODEL } from "./house.ts";

const made = await attacked();
after(() => made.close());
const SEED = 7;
const INPUTS = 60;
const DEPTH = 200_000;

const DOORS: readonly [path: string, seed: unknown][] = [
  [`/v1beta/models/${MODEL}:generateContent`, REQUEST],
  [`/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, REQUEST],
  ["/v1/chat/completions", { ...OPENAI, stream: false, n: 1 }],
  ["/v1/completions", { model: MODEL, prompt: "Hi" }],
  ["/streams", { ...REQUEST, model: MODEL, deadlineMs: 5_000, maxAttempts: 2, resume: "auto" }],
  ["/v1beta/interactions", { ...(TURNS[0] as object), model: MODEL }],
];

const WORDS = ["stream", "model", "contents", "parts", "messages", "input", MODEL];

for (const [path, seed] of DOORS) {
  test(`${path.replace(/\?.*/, "")}: whatever the body is, the answer is no error of the gateway's`, async () => {
    const random = randomOf(SEED);
    let input: unknown = seed;
    for (let i = 0; i < INPUTS; i += 1) {
      const body = JSON.stringify(input);
      const { status, code, text } = await made.ask(path, { method: "POST", body });
      assert.notEqual(code, "internal", `${text} on ${body.slice(0, 2_000)}`);
      assert.ok(status < 500, `${status} ${text.slice(0, 300)} on ${body.slice(0, 2_000)}`);
      input = mutate("json", random.chance(0.5) ? seed : input, seed, WORDS, random);
    }
    assert.deepEqual(made.errors, []);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  test(`${path.replace(/\?.*/, "")}: nesting without end is refused, packed bodies are not unpacked`, async () => {
    const nested = JSON.stringify({ ...(seed as object), x: 0 }).replace(
      /"x":0/,
      `"x":${"[".repeat(DEPTH)}${"]".repeat(DEPTH)}`,
    );
    const deep = await made.ask(path, { method: "POST", body: nested });
    assert.ok([200, 400].includes(deep.status), `${deep.status} ${deep.text.slice(0, 200)}`);
    const packed = gzipSync(JSON.stringify(seed));
    const headers = { "content-encoding": "gzip" };
    const answer = await made.ask(path, { method: "POST", body: packed, headers });
    assert.equal(answer.status, 400);
    assert.deepEqual(made.errors, []);
  });
}

test("an upstream that answers what nobody would send ends no process and leaves no reader waiting", async () => {
  const random = randomOf(SEED);
  let input: unknown = CHUNKS;
  for (let i = 0; i < INPUTS / 3; i += 1) {
    const chunks = (Array.isArray(input) ? input : [input]) as unknown[];
    made.upstream.answer = (_, res) => {
      res.setHeader("content-type", "text/event-stream");
      res.end(chunks.map((one) => `data: ${JSON.stringify(one)}\r\n\r\n`).join(""));
    };
    const path = DOORS[i % 4]?.[0] as string;
    const body = JSON.stringify(
      path.includes("chat")
        ? { model: MODEL, messages: [{ role: "user", content: "Hi" }], stream: i % 8 < 4 }
        : path.includes("completions")
          ? { model: MODEL, prompt: "Hi" }
          : JSON.parse(BODY),
    );
    const headers = { "x-server-timeout": "1" };
    const { code } = await made.ask(path, { method: "POST", body, headers });
    assert.notEqual(code, "internal");
    input = mutate("json", random.chance(0.5) ? CHUNKS : input, CHUNKS, ["STOP", "text"], random);
  }
  assert.deepEqual(made.errors, []);
});

test("a chunk that is nested without end ends its stream, and only that", async () => {
  const part = `{"text":"a","x":\r\ndata: ${"[".repeat(DEPTH)}${"]".repeat(DEPTH)}}`;
  made.upstream.answer = (_, res) => {
    res.setHeader("content-type", "text/event-stream");
    const candidate = `{"content":{"role":"model","parts":[${part}]},"finishReason":"STOP"}`;
    res.end(`data: {"candidates":[${candidate}]}\r\n\r\n`);
  };
  const native = `/v1beta/models/${MODEL}`;
  const chat = { model: MODEL, messages: [{ role: "user", content: "Hi" }] };
  const asks: [string, string][] = [
    [`${native}:generateContent`, BODY],
    [`${native}:streamGenerateContent`, BODY],
    [`${native}:streamGenerateContent?alt=sse`, BODY],
    ["/v1/chat/completions", JSON.stringify(chat)],
    ["/v1/chat/completions", JSON.stringify({ ...chat, stream: true })],
  ];
  const asked = made.upstream.asked.length;
  for (const [path, body] of asks) {
    const signal = AbortSignal.timeout(5_000);
    const { text } = await made.ask(path, { method: "POST", body, signal });
    assert.notEqual(text, "", path);
  }
  assert.equal(made.gateway.streams.inFlight, 0);
  assert.equal(made.upstream.asked.length - asked, asks.length);
});

test("an error without end is read as far as it is worth, plain and packed", async () => {
  for (const encoding of ["identity", "gzip"]) {
    const piece = Buffer.alloc(256 * 1024, "e");
    const sent = encoding === "gzip" ? gzipSync(Buffer.alloc(64 * 1024 * 1024, "e")) : piece;
    const cut = Promise.withResolvers<void>();
    made.upstream.answer = (req, res) => {
      res.writeHead(500, { "content-encoding": encoding, "content-type": "text/plain" });
      const more = () => {
        while (!res.destroyed && res.write(sent));
      };
      res.on("drain", more);
      res.on("close", () => cut.resolve());
      req.on("close", () => {});
      more();
    };
    const before = process.memoryUsage().rss;
    const { status, text } = await made.ask("/v1beta/files");
    assert.equal(status, 500);
    assert.ok(text.length <= 256 * 1024);
    await cut.promise;
    assert.ok(process.memoryUsage().rss - before < 200 * 1024 * 1024);
  }
});

test("a body that is larger than is said, and one without a length, end at the limit", async () => {
  const limited = await attacked({
    settings: {
      ...{ bodyBytesMax: 10_000, heartbeatMs: 8_000, firstCommentMs: 4_000, deadlineMs: 60_000 },
      ...{ apiVersion: "v1beta", passOn: () => false },
    },
  });
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1_000;
      controller.enqueue(new Uint8Array(1_000));
    },
  });
  const init = { method: "POST", body, duplex: "half" } as RequestInit;
  const { status } = await limited.ask("/streams", init).catch(() => ({ status: 413 }));
  assert.equal(status, 413);
  assert.ok(sent < 10_000_000);
  await limited.close();
});

test("upstream's socket is closed when a client leaves what passes through", async () => {
  const gone = Promise.withResolvers<void>();
  made.upstream.answer = (_, res) => {
    res.setHeader("content-type", "application/json");
    res.write("{");
    res.on("close", () => gone.resolve());
  };
  const controller = new AbortController();
  const asked = fetch(`${made.url}/v1beta/files`, {
    headers: { authorization: `Bearer ${made.tokens.anna}` },
    signal: controller.signal,
  });
  const response = await asked;
  await response.body?.getReader().read();
  controller.abort();
  await gone.promise;
});

// An upstream that tells the key back in every place it can write to, and logs that clients try to write
// into. The key shows nowhere: answers, events, logs. Nothing of the gateway asks any other host.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { Lines, makeLogger } from "../../src/gateway/index.ts";
import { attacked, BODY, CANARY, MODEL } from "./house.ts";

let log = "";
const logger = makeLogger("debug", { write: (line: string) => void (log += line) });
/** A house of its own for each: a key that is at fault is asked with no more. */
async function house() {
  const made = await attacked({
    watcher: new Lines(logger, true),
    onError: (err: unknown) => logger.error({ err }, "unexpected"),
  });
  closing.push(made.close);
  return made;
}

const closing: (() => unknown)[] = [];
after(async () => {
  for (const close of closing) await close();
});

const said = `You sent ${CANARY}, x-goog-api-key: ${CANARY}, ?key=${CANARY}&x, {"api_key":"${CANARY}"}`;
const error = (more: object = {}) => ({
  error: { code: 400, message: said, status: "INVALID_ARGUMENT", ...more },
});
const quota = error({
  code: 429,
  status: CANARY,
  details: [
    {
      violations: [
        {
          quotaId: CANARY,
          quotaMetric: said,
          quotaValue: CANARY,
          quotaDimensions: { model: CANARY },
        },
      ],
    },
    { reason: CANARY, metadata: { key: CANARY } },
    { retryDelay: "1h" },
  ],
});
const event = (json: object) => `data: ${JSON.stringify(json)}\r\n\r\n`;
const chunk = (text: string, more: object = {}) =>
  event({ candidates: [{ content: { parts: [{ text }], role: "model" }, ...more }] });

interface Told {
  status?: number;
  type?: string;
  headers?: Record<string, string>;
  body: string;
}

const ANSWERS: Readonly<Record<string, Told>> = {
  "an error": { status: 400, body: JSON.stringify(error()) },
  "an error written in a text": {
    status: 400,
    body: JSON.stringify({ error: JSON.stringify(error()) }),
  },
  "a quota": { status: 429, body: JSON.stringify(quota) },
  "an unknown status": { status: 599, body: said },
  "a page": { status: 502, type: "text/html", body: `<title>${said}</title>${said}` },
  "a page in place of a stream": { type: "text/html", body: `<title>${CANARY}</title>` },
  "a redirect": {
    status: 302,
    headers: { location: `http://x.invalid/?key=${CANARY}` },
    body: said,
  },
  "a header": {
    status: 400,
    headers: { "retry-after": CANARY, "x-gemini-a": CANARY, etag: CANARY },
    body: "{}",
  },
  "a type": { status: 400, type: `text/plain; key=${CANARY}`, body: said },
  "an error amid events": { body: chunk("Hello ") + event(error()) },
  "bare JSON amid events": { body: `${chunk("Hello ")}${JSON.stringify(quota, null, 2)}\n` },
  "what is no frame": { body: `${chunk("Hello ")}${said}\n` },
  "a finish message": { body: chunk("Hello", { finishReason: "OTHER", finishMessage: said }) },
  "a finish reason": { body: chunk("Hello", { finishReason: CANARY }) },
  "a block": { body: event({ promptFeedback: { blockReason: CANARY, blockReasonMessage: said } }) },
  "a key at the end of what is read": { status: 400, body: `${" x".repeat(9_990)} ${CANARY}` },
};

for (const [name, told] of Object.entries(ANSWERS)) {
  test(`${name}: without the key, at every door`, async () => {
    const made = await house();
    made.upstream.answer = (_, res) => {
      const { status = 200, type = "text/event-stream", headers = {}, body } = told;
      res.writeHead(status, { "content-type": type, ...headers });
      res.end(body);
    };
    const messages = [{ role: "user", content: "Hi" }];
    const asks: [string, string?][] = [
      [`/v1beta/models/${MODEL}:generateContent`, BODY],
      [`/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, BODY],
      ["/v1/chat/completions", JSON.stringify({ model: MODEL, messages, stream: true })],
      ["/v1beta/interactions", JSON.stringify({ model: MODEL, input: "Hi" })],
      // What passes through whole passes as it is; what fails does not.
      ...(told.status ? ([["/v1beta/files"], ["/v1/models"]] as [string][]) : []),
      ...(told.status
        ? ([[`/v1beta/models/${MODEL}:countTokens`, BODY]] as [string, string][])
        : []),
    ];
    for (const [path, body] of asks) {
      made.upstream.asked.length = 0;
      const init = body === undefined ? {} : { method: "POST", body };
      const headers = { "x-server-timeout": "1" };
      const { text, headers: sent } = await made.ask(path, { ...init, headers });
      // What a model says is its own: the key it was not told it cannot know.
      const isSaid = /finish|block/.test(name) && /candidates|promptFeedback|"choices"/.test(text);
      if (!isSaid) assert.ok(!text.includes(CANARY), `${path}: ${text.slice(0, 900)}`);
      assert.ok(
        !JSON.stringify([...sent]).includes(CANARY),
        `${path}: ${JSON.stringify([...sent])}`,
      );
      const id = sent.get("x-pollux-stream");
      if (id && !/finish|block/.test(name)) {
        const events = await made.ask(`/streams/${id}/events`);
        assert.ok(!events.text.includes(CANARY), `${path}, its events: ${events.text}`);
      }
    }
    assert.ok(
      !log.includes(CANARY),
      log.split("\n").find((line) => line.includes(CANARY)),
    );
  });
}

test("nothing that a client sends writes a line of its own into the log", async () => {
  const made = await house();
  log = "";
  const evil = 'x"}\n{"level":"fatal","msg":"forged"}\r\n\u001b[2J\u2028';
  const wire = encodeURIComponent(evil);
  const headers = {
    "x-request-id": "a".repeat(500),
    "user-agent": "forged",
    traceparent: "00-forged-forged-00",
    "idempotency-key": "k",
  };
  const body = JSON.stringify({
    model: evil,
    contents: evil,
    messages: [{ role: evil, content: evil }],
  });
  for (const path of [
    ...[
      "/streams",
      `/streams/${wire}`,
      `/v1beta/models/${wire}:generateContent`,
      "/v1/chat/completions",
    ],
    ...[`/nothing/${wire}`, "/v1beta/interactions"],
  ])
    await made.ask(path, { method: "POST", body, headers });
  const lines = log.trimEnd().split("\n");
  assert.ok(lines.length >= 6);
  for (const line of lines) {
    const { level, msg } = JSON.parse(line) as { level: string; msg: string };
    assert.ok(level !== "fatal" && msg !== "forged", line);
    assert.ok(!/[\u0000-\u001f]/.test(line), line);
  }
});

test("addresses in a request are upstream's to read: the gateway asks nobody", async () => {
  const made = await house();
  const heard: string[] = [];
  const trap = createServer((req, res) => {
    heard.push(req.url ?? "");
    res.end();
  });
  await new Promise<void>((ready) => trap.listen(0, "127.0.0.1", ready));
  closing.push(() => trap.close());
  const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/latest/meta-data`;
  made.upstream.asked.length = 0;
  made.upstream.answer = (_, res) => {
    res.writeHead(200, { "content-type": "text/event-stream", location: url, link: `<${url}>` });
    res.end(chunk("Hello", { finishReason: "STOP" }));
  };
  const content = [
    { type: "image_url", image_url: { url } },
    { type: "text", text: url },
  ];
  const parts = [{ fileData: { fileUri: url } }, { text: url }];
  const asks: [string, object][] = [
    [
      "/v1/chat/completions",
      { model: MODEL, messages: [{ role: "user", content }], base_url: url },
    ],
    [
      `/v1beta/models/${MODEL}:generateContent`,
      { contents: [{ role: "user", parts }], baseUrl: url },
    ],
    ["/streams", { model: MODEL, contents: [{ parts }], baseUrl: url, fetch: url, proxy: url }],
    [
      "/v1beta/interactions",
      { model: MODEL, input: [{ type: "image", uri: url }], webhook_config: { uris: [url] } },
    ],
  ];
  for (const [path, body] of asks) {
    const headers = { "x-goog-api-base-url": url, "x-forwarded-host": url, referer: url };
    await made.ask(path, { method: "POST", body: JSON.stringify(body), headers });
  }
  for (const to of [
    `/v1beta/${url}`,
    `/v1beta/@127.0.0.1/x`,
    `/v1beta/files?alt=${url}&baseUrl=${url}`,
  ])
    await made.ask(to);
  made.upstream.answer = (_, res) => {
    res.writeHead(307, { location: url });
    res.end();
  };
  for (const [path, body] of asks)
    await made.ask(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "x-server-timeout": "1" },
    });
  await made.ask("/v1beta/files");
  assert.deepEqual(heard, []);
  assert.ok(made.upstream.asked.length >= asks.length);
});

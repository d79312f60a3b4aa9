// Requests that two readers would understand in two ways, and paths that lead elsewhere than they say.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { attacked, BODY, MODEL, raw, statuses } from "./house.ts";

const made = await attacked({ models: ["gemini-3*"] });
after(() => made.close());
const token = `authorization: Bearer ${made.tokens.anna}`;
const SMUGGLED = `GET /v1beta/smuggled HTTP/1.1\r\nhost: x\r\n${token}\r\n\r\n`;
const head = (...lines: string[]) =>
  ["POST /streams HTTP/1.1", token, ...lines, "", ""].join("\r\n");

for (const [name, bytes] of Object.entries({
  "a length and chunks": `${head("host: x", "content-length: 5", "transfer-encoding: chunked")}0\r\n\r\n${SMUGGLED}`,
  "two lengths": `${head("host: x", "content-length: 5", "content-length: 6")}abcdef${SMUGGLED}`,
  "a signed length": `${head("host: x", "content-length: +5")}abcde${SMUGGLED}`,
  "a folded header": head("host: x", "x-a: b", " transfer-encoding: chunked") + SMUGGLED,
  "space before the colon": `${head("host: x", "content-length : 5")}abcde${SMUGGLED}`,
  "an odd encoding": `${head("host: x", "transfer-encoding: xchunked")}0\r\n\r\n${SMUGGLED}`,
  "chunked, then not": `${head("host: x", "transfer-encoding: chunked, identity")}0\r\n\r\n${SMUGGLED}`,
  "lines that end in LF": head("host: x").replaceAll("\r\n", "\n") + SMUGGLED,
  "a chunk's size with a sign": `${head("host: x", "transfer-encoding: chunked")}+5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
  "no host": head("content-length: 0") + SMUGGLED,
  "two hosts": head("host: a", "host: b", "content-length: 0") + SMUGGLED,
  "a zero byte in a header": head("host: x", "x-a: b\0c") + SMUGGLED,
})) {
  test(`${name}: refused, and what follows is not read as a request`, async () => {
    made.upstream.asked.length = 0;
    assert.deepEqual(statuses(await raw(made.url, bytes)), [400]);
    assert.deepEqual(made.upstream.asked, []);
  });
}

test("a body that was not read does not become the next request", async () => {
  made.upstream.asked.length = 0;
  const body = SMUGGLED.padEnd(400, "x");
  for (const [bytes, expected] of [
    [
      `POST /nothing HTTP/1.1\r\nhost: x\r\n${token}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      404,
    ],
    [`POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n${body}`, 404],
    [
      `POST /streams HTTP/1.1\r\nhost: x\r\n${token}\r\ncontent-length: 99999999\r\n\r\n${body}`,
      413,
    ],
  ] as const) {
    const answer = await raw(made.url, bytes);
    assert.deepEqual(statuses(answer), [expected]);
    assert.match(answer, /connection: close/i);
  }
  assert.deepEqual(made.upstream.asked, []);
});

test("headers of the attacker's choosing reach neither upstream nor the answer", async () => {
  made.upstream.asked.length = 0;
  const answer = await made.ask("/v1beta/files", {
    headers: {
      "x-goog-user-project": "other",
      "x-http-method-override": "DELETE",
      "x-forwarded-host": "evil.example",
      "x-sim": "*: cut",
      forwarded: "host=evil.example",
      cookie: "a=b",
      "x-request-id": "a b",
      "proxy-authorization": "Basic YTpi",
    },
  });
  assert.equal(answer.status, 200);
  assert.notEqual(answer.headers.get("x-request-id"), "a b");
  const [asked] = made.upstream.asked;
  const { host, connection, ...sent } = asked?.headers ?? {};
  assert.equal(asked?.method, "GET");
  assert.equal(`http://${host}`, made.upstream.url);
  assert.deepEqual(Object.keys(sent).sort(), [
    ...["accept", "x-goog-api-key", "x-request-id", ...(sent["x-sim"] ? ["x-sim"] : [])],
  ]);
});

test("x-sim goes only to a simulator", async () => {
  const real = await attacked({ settings: { ...settings(), passOn: () => false } });
  await real.ask("/v1beta/files", { headers: { "x-sim": "*: cut" } });
  assert.equal(real.upstream.asked[0]?.headers["x-sim"], undefined);
  await real.close();
});

const DENIED = [
  // Another reading of a path whose model is not offered.
  `POST /v1beta//models/gemini-2.0-flash:generateContent`,
  `POST /v1beta/%6dodels/gemini-2.0-flash:generateContent`,
  `POST /v1beta/models%2fgemini-2.0-flash:generateContent`,
  `POST /v1beta/models/gemini-2.0-flash:generateContent/`,
  `POST /v1beta/models/gemini-2.0-flash%3AgenerateContent`,
  `POST /v1beta/models/gemini-2.0%2Dflash:generateContent`,
  `POST /v1beta/files/../models/gemini-2.0-flash:generateContent`,
  `POST /v1beta/files/%2e%2e/models/gemini-2.0-flash:generateContent`,
  `POST /v1beta/files/.%2E/models/gemini-2.0-flash:generateContent`,
  `POST /v1beta/./models/gemini-2.0-flash:generateContent`,
  `POST /v1beta/openai//chat/completions`,
  `POST /v1beta/openai/chat/completions/`,
  // Out of the API.
  ...[
    "GET /v1beta/../admin",
    "GET /v1beta/..%2fadmin",
    "GET /v1beta/..\\admin",
    "GET //evil.example/x",
  ],
  ...["GET /v1beta/files#x", "GET /v1beta/%00", "GET /v1beta/%0d%0ax", "GET /v1beta/x%5c..%5cy"],
  ...[
    "GET /v1beta/interactions/%2e%2e",
    "DELETE /v1beta/interactions/%2E",
    "GET /upload/v1beta/../x",
  ],
  `GET /v1beta/interactions/..~00000000-0000-4000-8000-000000000000`,
  // In another form.
  ...["GET http://evil.example/v1beta/files", "GET https://evil.example/", "GET evil.example:80"],
  // Methods that are none of ours.
  ...["TRACE /v1beta/files", "PROPFIND /v1beta/files", "TRACE /streams"],
];

for (const line of DENIED) {
  test(`${line}: refused, and upstream hears nothing`, async () => {
    made.upstream.asked.length = 0;
    const lines = [`${line} HTTP/1.1`, "host: x", token, "connection: close"];
    const text = [...lines, `content-length: ${BODY.length}`, "", BODY].join("\r\n");
    const [status = 0] = statuses(await raw(made.url, text));
    assert.ok(status >= 400 && status < 500, String(status));
    assert.deepEqual(made.upstream.asked, []);
  });
}

test("CONNECT opens nothing", async () => {
  const text = await raw(
    made.url,
    "CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example\r\n\r\n",
  );
  assert.deepEqual(statuses(text), []);
});

test("what is doubly encoded stays encoded, and goes to the same host", async () => {
  made.upstream.asked.length = 0;
  await made.ask("/v1beta/files/%252e%252e%252fadmin");
  assert.equal(made.upstream.asked[0]?.url, "/v1beta/files/%252e%252e%252fadmin");
});

test("a generation that passes through counts like any other", async () => {
  const limited = await attacked({ perMinute: 2 });
  const path = `/v1beta/models/${MODEL}:generateContent?$alt=json`;
  const codes: (string | null)[] = [];
  for (let i = 0; i < 4; i += 1)
    codes.push((await limited.ask(path, { method: "POST", body: BODY })).code);
  assert.deepEqual(codes.slice(2), ["client_requests_limited", "client_requests_limited"]);
  assert.equal(limited.upstream.asked.length, 2);
  await limited.close();
});

test("a client's patience has an end", async () => {
  for (const more of [{ maxAttempts: 1e9 }, { deadlineMs: 1e12 }]) {
    const body = JSON.stringify({ model: MODEL, contents: "Hi", ...more });
    assert.equal((await made.ask("/streams", { method: "POST", body })).code, "request_invalid");
  }
});

function settings() {
  return {
    bodyBytesMax: 1024 * 1024,
    heartbeatMs: 8_000,
    firstCommentMs: 4_000,
    deadlineMs: 60_000,
    apiVersion: "v1beta",
  };
}

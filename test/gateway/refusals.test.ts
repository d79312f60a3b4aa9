// What the gateway does not serve, as clients meet it: over sockets, in the shape of the API they asked,
// with a real gateway process. And what must never show: keys and tokens.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { CANARY, folder, type GatewayProcess, gatewayProcess, upstream } from "./process.ts";

const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");
const MODEL = "gemini-3.6-flash";
const CONTENTS = [{ parts: [{ text: "Say hello" }] }];
const place = folder();
const up = await upstream();
let gateway: GatewayProcess;
let web = "";
let operator = "";
const answers: string[] = [];

function pollux(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const flags = ["--conditions=pollux-source", "--disable-warning=ExperimentalWarning"];
  const options = { cwd: place.path, env: { PATH: process.env.PATH ?? "" } };
  return new Promise((done) => {
    execFile(process.execPath, [...flags, MAIN, ...args], options, (error, out, err) =>
      done({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

before(async () => {
  web = (await pollux("token", "new", "--name", "web", "--streams", "2")).out.trim();
  operator = (await pollux("token", "new", "--name", "me", "--operator")).out.trim();
  const settings = {
    allow: { models: ["gemini-3*", "gemini-2.5-flash"], origins: ["https://app.example"] },
    requests: { bodyBytes: 20_000, headerBytes: 8_000, headersMs: 500 },
    limits: { requestsPerMinute: 1_000 },
  };
  writeFileSync(
    join(place.path, "pollux.config.jsonc"),
    `// Settings\n${JSON.stringify(settings)}`,
  );
  gateway = await gatewayProcess(
    ["--port", "0", "--upstream", up.url, "--tokens", "tokens.json", "--log-level", "debug"],
    { cwd: place.path, env: { GEMINI_API_KEY: CANARY } },
  );
});
after(async () => {
  await gateway?.kill("SIGKILL");
  await up.close();
  place.remove();
});

async function ask(path: string, init: RequestInit & { token?: string } = {}) {
  const { token = web, ...rest } = init;
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...rest.headers };
  const response = await fetch(gateway.url + path, { ...rest, headers });
  const text = await response.text();
  answers.push(JSON.stringify([...response.headers]) + text);
  const { error } = (/^\s*\{/.test(text) ? JSON.parse(text) : {}) as { error?: { code?: unknown } };
  const code = response.headers.get("x-pollux-failure");
  return { status: response.status, headers: response.headers, text, error, code };
}

const post = (path: string, body: unknown, more: object = {}) =>
  ask(path, { method: "POST", body: JSON.stringify(body), ...more });
const native = (body: unknown = { contents: CONTENTS }, more: object = {}, model = MODEL) =>
  post(`/v1beta/models/${model}:generateContent`, body, more);
const chat = (body: object = {}, more: object = {}) =>
  post(
    "/v1/chat/completions",
    { model: MODEL, messages: [{ role: "user", content: "Hi" }], ...body },
    more,
  );

test("whom the gateway knows it serves", async () => {
  assert.equal((await native()).status, 200);
  assert.equal((await chat()).status, 200);
  assert.equal(
    (await native({ contents: CONTENTS }, { token: "", headers: { "x-goog-api-key": web } }))
      .status,
    200,
  );
});

test("no token, a wrong token: in the shape of the API that was asked", async () => {
  const missing = await native(undefined, { token: "" });
  assert.deepEqual(
    [missing.status, missing.code, missing.error?.code],
    [401, "client_token_missing", 401],
  );
  const wrong = await chat({}, { token: `plx_${"x".repeat(43)}` });
  assert.deepEqual([wrong.status, wrong.error?.code], [401, "client_token_invalid"]);
  assert.equal((await ask("/streams", { token: "" })).status, 401);
  assert.equal((await ask("/healthz", { token: "" })).status, 200);
});

test("metrics are for operators", async () => {
  assert.equal((await ask("/metrics")).code, "permission_denied");
  const metrics = await ask("/metrics", { token: operator });
  assert.match(metrics.text, /pollux_http_requests_total\{[^}]*refused="client_token_missing"/);
});

test("the doctor answers operators, with its findings and no key", async () => {
  assert.equal((await ask("/doctor?offline=true")).code, "permission_denied");
  const { status, text } = await ask("/doctor?offline=true", { token: operator });
  assert.equal(status, 200);
  const { findings } = JSON.parse(text) as { findings: { id: string; status: string }[] };
  assert.ok(findings.length > 10);
  assert.ok(
    findings.some((one) => one.id === "recovery" && one.status === "ok"),
    text,
  );
});

test("models that are not offered", async () => {
  assert.equal(
    (await native({ contents: CONTENTS }, {}, "gemini-2.0-flash")).code,
    "model_not_allowed",
  );
  assert.equal((await chat({ model: "gemini-2.0-flash" })).code, "model_not_allowed");
  assert.equal((await post("/streams", { model: "gemini-2.0-flash", contents: "Hi" })).status, 403);
  const { text } = await ask("/v1/models");
  const ids = (JSON.parse(text) as { data: { id: string }[] }).data.map(({ id }) => id);
  assert.ok(ids.includes(MODEL) && !ids.includes("gemini-2.0-flash"));
});

test("requests that are wrong name the field", async () => {
  for (const [answer, words] of [
    [await native({}), "contents"],
    [await native({ contents: [] }), "contents"],
    [await chat({ messages: [] }), "messages"],
    [
      await chat({ messages: [{ role: "user", content: [{ type: "video" }] }] }),
      "messages[0].content[0]",
    ],
    [await post("/v1/completions", { model: MODEL }), "prompt"],
    [await post("/streams", { contents: "Hi" }), "model"],
    [await post("/streams", { model: MODEL, contents: "Hi", maxAttempts: -1 }), "maxAttempts"],
    [await ask("/v1/chat/completions", { method: "POST", body: "{" }), "not JSON"],
    [await ask("/v1/chat/completions", { method: "POST", body: "[]" }), "not a JSON object"],
  ] as const) {
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.code, "request_invalid");
    assert.ok(answer.text.includes(words), `${words}: ${answer.text}`);
  }
});

test("paths that are none, methods that do not fit, tricks that lead nowhere", async () => {
  assert.equal((await ask("/nothing")).code, "route_not_found");
  assert.equal((await ask("/streams/abc/stop")).code, "method_not_allowed");
  for (const path of [
    "/v1beta/models/../../secret",
    "/v1beta/%2e%2e/admin",
    "/v1beta/files/..%2f..%2fx",
    "/v1beta//evil.example/x",
    "/v1beta/models/a%2Fb:generateContent",
    "/v1beta/models/a:b:generateContent",
    "//evil.example/v1beta/models",
  ]) {
    const { status } = await raw(`GET ${path} HTTP/1.1`, [`authorization: Bearer ${web}`]);
    assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
  }
  assert.ok(up.sim.journal.every(({ path }) => path.startsWith("/v1")));
});

test("bodies and heads that are too large, requests that do not come", async () => {
  const large = await native({ contents: [{ parts: [{ text: "x".repeat(30_000) }] }] });
  assert.deepEqual([large.status, large.code], [413, "payload_too_large_gateway"]);
  const { status } = await raw("GET /healthz HTTP/1.1", [`x-long: ${"y".repeat(9_000)}`]);
  assert.equal(status, 431);
  assert.equal((await raw("NONSENSE", [])).status, 400);
});

test("a request whose head does not come is closed", async () => {
  const { port } = new URL(gateway.url);
  const socket = connect(Number(port), "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  socket.write("GET /healthz HTTP/1.1\r\nhost: 127");
  await once(socket, "close");
  assert.match(text, /^HTTP\/1\.1 408/);
});

test("other sites' pages and other names get nothing; the one that is allowed does", async () => {
  const evil = await chat({}, { headers: { origin: "https://evil.example" } });
  assert.deepEqual([evil.status, evil.error?.code], [403, "origin_refused"]);
  assert.equal(evil.headers.get("access-control-allow-origin"), null);
  assert.equal((await raw("GET /healthz HTTP/1.1", [], "evil.example")).status, 403);
  const app = await chat({}, { headers: { origin: "https://app.example" } });
  assert.deepEqual(
    [app.status, app.headers.get("access-control-allow-origin")],
    [200, "https://app.example"],
  );
  const preflight = await ask("/v1/chat/completions", {
    method: "OPTIONS",
    headers: { origin: "https://app.example", "access-control-request-method": "POST" },
  });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /authorization/);
});

test("a stream is its client's own, and ids are not to be guessed", async () => {
  const { text } = await post("/streams", { model: MODEL, contents: "Say hello" });
  const { id } = JSON.parse(text) as { id: string };
  assert.match(id, /^[0-9a-f-]{36}$/);
  const other = (await pollux("token", "new", "--name", "other")).out.trim();
  process.kill(gateway.pid, "SIGHUP");
  let seen = await ask(`/streams/${id}`, { token: other });
  for (let i = 0; seen.status === 401 && i < 500; i += 1)
    seen = await ask(`/streams/${id}`, { token: other });
  for (const path of [
    `/streams/${id}`,
    `/streams/${id}/events`,
    "/streams/00000000-0000-4000-8000-000000000000",
  ])
    assert.equal((await ask(path, { token: other })).code, "stream_not_found");
  assert.equal((await post(`/streams/${id}/stop`, {}, { token: other })).code, "stream_not_found");
  assert.equal((await ask(`/streams/${id}`)).status, 200);
  assert.equal((await ask(`/streams/${id}`, { token: operator })).status, 200);
  assert.ok(!(await ask("/streams", { token: other })).text.includes(id));
});

test("limits are told with the limit and when to come back", async () => {
  const controller = new AbortController();
  const long = { model: MODEL, contents: "Write 3000 words" };
  await post("/streams", long, { headers: { "idempotency-key": "a" } });
  await post("/streams", long, { headers: { "idempotency-key": "b" } });
  const third = await chat();
  assert.deepEqual([third.status, third.code], [429, "client_streams_limited"]);
  assert.equal(third.headers.get("retry-after"), "1");
  assert.match(third.text, /2 streams at once/);
  controller.abort();
});

test("serving other machines without tokens is refused before anything listens", async () => {
  const { code, err } = await pollux("serve", "--host", "0.0.0.0", "--port", "0");
  assert.equal(code, 3);
  assert.match(err, /pollux token new/);
});

test("a store that cannot be reached is named, and nothing starts", async () => {
  const { code, err } = await pollux(
    "serve",
    "--store",
    "redis",
    "--redis-url",
    "redis://127.0.0.1:1",
  );
  assert.equal(code, 3);
  assert.match(err, /Redis at 127\.0\.0\.1:1 cannot be reached\. Check/);
  const missing = await pollux("serve", "--store", "redis");
  assert.match(missing.err, /--redis-url redis:\/\/host:6379/);
});

test("settings that are wrong are all told, and nothing starts", async () => {
  const { code, err } = await pollux("serve", "--port", "x", "--store", "mysql");
  assert.equal(code, 3);
  assert.match(err, /--port: expected a whole number/);
  assert.match(err, /--store: expected one of memory, sqlite, redis/);
});

test("the upstream's key and the clients' tokens show nowhere", async () => {
  up.sim.addScenario("*: key_invalid");
  await native({ contents: CONTENTS }, { token: operator });
  await ask("/metrics", { token: operator });
  await gateway.kill("SIGTERM");
  const data = join(place.path, ".pollux/data");
  const files = readdirSync(data).map((name) => readFileSync(join(data, name)).toString("latin1"));
  const tokens = readFileSync(join(place.path, "tokens.json"), "utf8");
  for (const secret of [CANARY, web, operator]) {
    const everything = {
      answers: answers.join("\n"),
      log: gateway.said(),
      files: files.join("\n"),
      tokens,
    };
    for (const [where, text] of Object.entries(everything))
      assert.ok(!text.includes(secret), `${secret.slice(0, 6)}… is in the ${where}`);
  }
  assert.ok(gateway.said().includes('"client":"web"'));
});

/** As bytes, for what no honest client sends. */
async function raw(
  first: string,
  headers: string[],
  hostName?: string,
): Promise<{ status: number }> {
  const { port, host } = new URL(gateway.url);
  const socket = connect(Number(port), "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  socket.on("error", () => {});
  socket.write(
    [first, `host: ${hostName ?? host}`, "connection: close", ...headers, "", ""].join("\r\n"),
  );
  await once(socket, "close");
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0) };
}

// The axios scripts of examples/axios, run as they stand against a gateway on a socket: what they print
// is what the model said, however the upstream broke; and what cannot be saved ends as an error.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import axios from "axios";
import { Refusal } from "../../src/gateway/index.ts";
import { fastClock } from "../gateway/fast-clock.ts";
import { host, OPEN_HOUSE } from "../gateway/host.ts";

const folder = join(import.meta.dirname, "../../examples/axios");
const MODEL = "gemini-3.6-flash";
const PROMPT = "Write 200 words about rivers, in Japanese, with emoji";
const TOKEN = "plx_token-of-the-axios-tests";
const KEY = "AIzaAxiosCanary0000000000000000000000000";
/** What the scripts that stream ask when they are given that prompt. */
const STREAMING = [
  ["stream", PROMPT],
  ["chat", `User: ${PROMPT}\nAssistant:`],
] as const;
const LINES_MAX = 39;
const RUN_MS_MAX = 30_000;

const cleanups: (() => unknown)[] = [];
after(async () => {
  for (const clean of cleanups.reverse()) await clean();
});

/** A gateway that lets in only who has the token. */
async function gateway(scenario = "ok") {
  const clock = fastClock();
  const made = await host({
    clock,
    sim: { clock, scenario },
    warden: {
      ...OPEN_HOUSE,
      identify: async ({ headers }) => {
        if (headers.authorization === `Bearer ${TOKEN}`) return { name: "axios", operator: false };
        throw new Refusal("client_token_missing");
      },
      credential: () => ({ name: "key1", headers: { "x-goog-api-key": KEY }, done: () => {} }),
    },
  });
  cleanups.push(made.close);
  return made;
}

type Made = Awaited<ReturnType<typeof gateway>>;

function truthOf({ sim }: Made, prompt: string): string {
  const contents = [{ role: "user", parts: [{ text: prompt }] }];
  return sim.truth(MODEL, { contents, generationConfig: { maxOutputTokens: 2000 } });
}

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** `input` is what is typed; without it the keyboard stays silent, as before somebody who waits. */
function run(
  script: string,
  url: string,
  {
    input,
    token = TOKEN,
    onOut,
  }: { input?: string; token?: string; onOut?: (out: string) => void } = {},
): Promise<Ran> {
  const env = { PATH: process.env.PATH, POLLUX_URL: url, POLLUX_TOKEN: token };
  const args = [join(folder, `${script}.mjs`), ...(script === "chat" ? [] : [PROMPT])];
  const child = spawn(process.execPath, args, { env, timeout: RUN_MS_MAX });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    out += text;
    onOut?.(out);
  });
  child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
  child.stdin.on("error", () => {}); // it may have gone already
  if (input === undefined) child.stdin.write(`${PROMPT}\n`);
  else child.stdin.end(input);
  return new Promise((resolve, reject) =>
    child.on("close", (code) => {
      if ([KEY, token].some((secret) => (out + err).includes(secret)))
        reject(new Error(`${script} shows a secret`));
      resolve({ code, out, err });
    }),
  );
}

/** A server that answers as it is told; for what no gateway would do. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/**
 * A way to the gateway whose first packet ends inside a character. What follows, the rest or a break,
 * waits until all that was whole has been printed.
 */
async function torn({ url }: Made, then: "rest" | "break") {
  let before = "";
  let goOn = () => {};
  const address = await serve(async (request, response) => {
    const { authorization = "" } = request.headers;
    const asked = { method: "POST", body: await text(request), headers: { authorization } };
    const body = Buffer.from(await (await fetch(`${url}${request.url}`, asked)).arrayBuffer());
    const at = body.findLastIndex((byte) => byte >= 0xc0) + 1;
    const lines = body.subarray(0, at).toString("utf8").split("\n").slice(0, -1);
    before = lines
      .filter((line) => line.startsWith("data: "))
      .map((line) => JSON.parse(line.slice(6)).choices[0].text)
      .join("");
    goOn = () => (then === "rest" ? response.end(body.subarray(at)) : response.destroy());
    response.writeHead(200, { "content-type": "text/event-stream" }).write(body.subarray(0, at));
  });
  const onOut = (out: string) => {
    if (before !== "" && out.replace(/^> /, "") === before) goOn();
  };
  return { address, onOut };
}

test("each script is short enough to read at a glance", () => {
  const files = globSync("*.mjs", { cwd: folder });
  assert.deepEqual(files.sort(), ["chat.mjs", "stream.mjs", "unary.mjs"]);
  for (const file of files) {
    const lines = readFileSync(join(folder, file), "utf8").trimEnd().split("\n").length;
    assert.ok(lines <= LINES_MAX, `${file}: ${lines} lines`);
  }
});

for (const scenario of [
  "ok",
  "cut after 3 chunks; ok",
  "503; reset after 5 chunks; ok",
  "stall after 4 chunks; half json after 2 chunks; ok",
]) {
  test(`${scenario}: whole, streamed and in a chat the text is the model's`, async () => {
    // Attempts at one answer are counted together, so each script has a gateway of its own.
    const [unary, stream, chat] = await Promise.all([
      gateway(scenario),
      gateway(scenario),
      gateway(scenario),
    ]);
    const truth = truthOf(unary, PROMPT);
    assert.ok(/[^ -~\s]/.test(truth), "characters of several bytes are part of the test");
    const ok = { code: 0, out: `${truth}\n`, err: "" };
    assert.deepEqual(await run("unary", unary.url), ok);
    assert.deepEqual(await run("stream", stream.url), ok);
    const [one, two] = ["Tell a story about a knight", "And what then?"];
    const first = `User: ${one}\nAssistant:`;
    const told = truthOf(chat, first);
    const next = truthOf(chat, `${first}${told}\nUser: ${two}\nAssistant:`);
    assert.notEqual(told, next);
    assert.deepEqual(await run("chat", chat.url, { input: `${one}\n${two}\n` }), {
      code: 0,
      out: `> ${told}\n> ${next}\n> `,
      err: "",
    });
    const attempts = scenario.split(";").length;
    for (const [made, answers] of [[unary, 1] as const, [stream, 1] as const, [chat, 2] as const]) {
      assert.equal(made.sim.journal.length, attempts * answers, "the scenario took place");
      assert.deepEqual(made.errors, []);
    }
  });
}

test("lines and characters torn between packets come together", async () => {
  const made = await gateway("cut after 3 chunks; ok");
  for (const [script, prompt] of STREAMING) {
    const { address, onOut } = await torn(made, "rest");
    const ran = await run(script, address, { input: `${PROMPT}\n`, onOut });
    const truth = truthOf(made, prompt);
    const out = script === "chat" ? `> ${truth}\n> ` : `${truth}\n`;
    assert.deepEqual(ran, { code: 0, out, err: "" });
  }
});

/** It ended as an error, said why, and what it printed is the beginning of the truth. */
function failed({ code, out, err }: Ran, truth: string, why: RegExp): void {
  assert.equal(code, 1, err);
  assert.match(err, why);
  assert.doesNotMatch(err, /\n +at /, "a stack trace tells a reader nothing");
  const text = out.replace(/^> /, "");
  assert.ok(truth.startsWith(text), out);
}

test("an upstream that refuses: each script shows the error and exits with 1", async () => {
  const made = await gateway("*: key_invalid");
  for (const script of ["unary", "stream", "chat"])
    failed(await run(script, made.url), "", /Google rejects the API key|key_invalid/);
});

test("an upstream that breaks for good in the middle: the text so far, the error, exit 1", async () => {
  const made = await gateway("attempt 1: cut after 4 chunks; *: 403");
  for (const [script, prompt] of STREAMING) {
    const ran = await run(script, made.url);
    failed(ran, truthOf(made, prompt), /\(\w+\)/);
    assert.ok(ran.out.length > 4, "what had come is kept");
  }
  const unary = await run("unary", (await gateway("attempt 1: cut after 4 chunks; *: 403")).url);
  failed(unary, "", /\(\w+\)/);
  assert.equal(unary.out, "", "half an answer is not given out as a whole one");
});

test("an answer that Gemini cut short is told from a whole one", async () => {
  for (const script of ["unary", "stream"]) {
    const made = await gateway("finish SAFETY after 4 chunks");
    const { code, out, err } = await run(script, made.url);
    assert.equal(code, 0, err);
    assert.match(err, /cut short: content_filter/);
    assert.ok(out.length > 4 && truthOf(made, PROMPT).startsWith(out.trimEnd()), out);
  }
});

test("a wrong token, and nobody there", async () => {
  const made = await gateway();
  const gone = await serve((request) => request.socket.destroy());
  for (const script of ["unary", "stream", "chat"]) {
    failed(await run(script, made.url, { token: "plx_wrong" }), "", /client_token_missing/);
    failed(await run(script, gone), "", /socket hang up|ECONNRESET/);
  }
});

test("a gateway that breaks off, or ends without [DONE]: no script takes it for the end", async () => {
  const made = await gateway();
  const piece = { choices: [{ index: 0, text: "Hel", delta: { content: "Hel" } }] };
  const tidy = await serve((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(`data: ${JSON.stringify(piece)}\n\n`);
  });
  for (const [script, prompt] of STREAMING) {
    const { address, onOut } = await torn(made, "break");
    const ran = await run(script, address, { onOut });
    failed(ran, truthOf(made, prompt), /aborted|ECONNRESET/);
    assert.ok(ran.out.length > 100, "what had come is kept");
    failed(await run(script, tidy), "Hel", /ended before the answer did/);
  }
});

interface Piece {
  error?: { message: string; code: string };
  choices?: { text: string; delta: { content: string }; finish_reason: string | null }[];
}

/** As lines of JSON: `Accept: application/x-ndjson`, with blank lines between. */
async function readLines(url: string): Promise<{ text: string; last: Piece | undefined }> {
  const { data, headers } = await axios.post(
    `${url}/v1/completions`,
    { model: MODEL, prompt: PROMPT, max_tokens: 2000, stream: true },
    {
      headers: { Accept: "application/x-ndjson", Authorization: `Bearer ${TOKEN}` },
      responseType: "stream",
    },
  );
  assert.match(String(headers["content-type"]), /^application\/x-ndjson/);
  let body = "";
  for await (const packet of data.setEncoding("utf8")) body += packet;
  assert.ok(body.endsWith("\n"));
  const pieces = body
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as Piece);
  for (const { choices } of pieces) assert.equal(choices?.[0]?.text, choices?.[0]?.delta.content);
  return {
    text: pieces.map(({ choices }) => choices?.[0]?.text ?? "").join(""),
    last: pieces.at(-1),
  };
}

test("application/x-ndjson: every line is JSON, and the last one says how it ended", async () => {
  const made = await gateway("cut after 3 chunks; ok");
  const whole = await readLines(made.url);
  assert.equal(whole.text, truthOf(made, PROMPT));
  assert.equal(whole.last?.choices?.[0]?.finish_reason, "stop");
  assert.equal(made.sim.journal.length, 2);
  const broken = await gateway("attempt 1: cut after 4 chunks; *: 403");
  const half = await readLines(broken.url);
  assert.ok(half.text !== "" && truthOf(broken, PROMPT).startsWith(half.text));
  assert.ok(half.last?.error?.message && half.last.error.code);
});

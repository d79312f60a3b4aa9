// The commands as scripts meet them: pipes, exit codes, one clear line for each mistake.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createSim } from "../../src/sim/index.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "pollux-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const CANARY = "AIzaCanaryKeyForTests0000000000000000000";

interface Ran {
  code: number;
  out: string;
  err: string;
}

function pollux(
  args: readonly string[],
  how: {
    stdin?: string;
    env?: Record<string, string>;
    until?: RegExp;
    signal?: NodeJS.Signals;
  } = {},
): Promise<Ran> {
  const {
    GEMINI_API_KEY: _,
    GOOGLE_API_KEY: __,
    GOOGLE_GEMINI_BASE_URL: ___,
    FORCE_COLOR: ____,
    ...clean
  } = process.env;
  const child = spawn(
    process.execPath,
    [
      "--conditions=pollux-source",
      "--disable-warning=ExperimentalWarning",
      join(root, "src/cli/main.ts"),
      ...args,
    ],
    {
      cwd: folder,
      env: { ...clean, INIT_CWD: folder, ...how.env },
    },
  );
  let out = "";
  let err = "";
  const look = () => {
    if (how.until?.test(out) || how.until?.test(err)) child.kill(how.signal ?? "SIGINT");
  };
  child.stdout.on("data", (data) => {
    out += data;
    look();
  });
  child.stderr.on("data", (data) => {
    err += data;
    look();
  });
  // A command that refuses its input does not read it all.
  child.stdin.on("error", () => {});
  child.stdin.end(how.stdin ?? "");
  return new Promise((resolve) =>
    child.on("close", (code) => resolve({ code: code ?? -1, out, err })),
  );
}

const truth = (prompt: string) =>
  createSim().truth("gemini-3.6-flash", {
    contents: [{ role: "user", parts: [{ text: prompt }] }],
  });

test("ask: stdout is the answer and nothing else, without escapes, ended by one newline", async () => {
  const prompt = "Write a story in 60 words";
  const { code, out, err } = await pollux(["ask", prompt, "--fault", "cut after 4 chunks; ok"]);
  assert.equal(code, 0);
  assert.equal(out, `${truth(prompt).replace(/\n$/, "")}\n`);
  assert.ok(!out.includes("\x1b") && !err.includes("\x1b"));
});

test("ask: what is piped in stands before the prompt", async () => {
  const { out } = await pollux(["ask", "Shorten this", "--jsonl"], { stdin: "some text\n" });
  const events = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; seq: number; text?: string });
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, i) => i),
  );
  assert.equal(events.at(-1)?.type, "done");
  assert.equal(events.at(-1)?.text, truth("```\nsome text\n```\n\nShorten this"));
});

test("ask --json: one object", async () => {
  const { out, code } = await pollux([
    "ask",
    "Hello in 30 words",
    "--json",
    "--fault",
    "reset after 3 chunks; ok",
  ]);
  const answer = JSON.parse(out) as {
    outcome: string;
    splices: unknown[];
    attempts: unknown[];
    timing: { totalMs: number };
  };
  assert.equal(code, 0);
  assert.deepEqual([answer.outcome, answer.splices.length, answer.attempts.length], ["done", 1, 2]);
});

const EXITS: [args: string[], code: number, says: RegExp][] = [
  [["ask", "hi", "--fault", "key_invalid"], 3, /Copy the key again/],
  [["ask", "hi", "--fault", "quota_per_day"], 4, /Switch the model/],
  [["ask", "hi", "--fault", "*: quota_per_minute", "--deadline", "1"], 4, /deadline too near/],
  [["ask", "hi", "--fault", "block"], 5, /blocked/],
  [["ask", "hi", "--fault", "finish SAFETY after 2 chunks"], 5, /characters are kept/],
  [
    ["ask", "hi", "--fault", "*: cut after 3 chunks", "--max-attempts", "1"],
    6,
    /characters are kept/,
  ],
  [["ask", "hi", "--fault", "no-finish", "--no-resume"], 7, /without a finish reason/],
  [["ask", "hi", "--max-output-tokens", "5"], 0, /output limit/],
  [["ask", "hi", "--max-output-tokens", "5", "--strict"], 7, /output limit/],
  [["ask", "hi", "--model", "gemini-nope"], 6, /List the models/],
  [["ask"], 2, /prompt is empty/],
  [["ask", "   "], 2, /prompt is empty/],
  [["ask", "hi", "--modle", "x"], 2, /--modle: unknown option; did you mean --model\?/],
  [["ask", "hi", "--api-key", CANARY], 2, /never taken as a flag/],
  [
    ["ask", "hi", "--max-attempts", "many"],
    2,
    /^pollux ask: --max-attempts: expected a whole number from 1 to 20, got "many"/,
  ],
  [["ask", "hi", "--temperature", "9"], 2, /--temperature: expected a number from 0 to 2/],
  [["ask", "hi", "--key-env", "NO_SUCH_KEY"], 3, /NO_SUCH_KEY is not set/],
  [["ask", "hi", "--json-schema", "missing.json"], 2, /cannot read missing\.json: ENOENT/],
  [["ask", "hi", "--json-schema", "bad.json"], 2, /bad\.json is not JSON/],
  [["ask", "hi", "--json-schema", "list.json"], 2, /expected a JSON Schema object/],
  [["ask", "hi", "--image", "missing.png"], 2, /cannot read missing\.png/],
  [["ask", "hi", "--image", "text.txt"], 2, /expected one of \.png/],
  [["ask", "hi", "--scenario", "missing.yaml"], 2, /cannot read missing\.yaml: ENOENT/],
  [["ask", "hi", "--fault", "cutt"], 2, /did you mean "cut"/],
  [["ask", "hi", "--upstream", "not a url"], 2, /expected a URL/],
  [["ask", "hi", "--json", "--jsonl"], 2, /give one of them/],
  [["ask", "hi", "--pace", "slowly"], 2, /--pace/],
  [["chat"], 2, /needs a terminal/],
  [["chta"], 2, /did you mean chat\?/],
  [["compare"], 2, /prompt is empty/],
  [["explain"], 2, /nothing to explain/],
  [["explain", "nothing that is known"], 1, /^$/],
  [["sim", "--port", "99999"], 2, /--port: expected a whole number from 0 to 65535/],
  [["sim", "--scenario", "missing.json"], 2, /cannot read missing\.json/],
];

writeFileSync(join(folder, "bad.json"), "{");
writeFileSync(join(folder, "list.json"), "[]");
writeFileSync(join(folder, "text.txt"), "x");

test("exit codes, and one line that says what, where and how to mend it", async () => {
  const pending = [...EXITS];
  const worker = async () => {
    for (let next = pending.shift(); next; next = pending.shift()) {
      const [args, code, says] = next;
      const ran = await pollux(args);
      assert.equal(ran.code, code, `${args.join(" ")}\n${ran.err}`);
      assert.match(ran.err.replace(/^.*built-in simulator answers\.\n/, ""), says, args.join(" "));
      assert.ok(!(ran.out + ran.err).includes(CANARY));
      if (code === 2) assert.ok(ran.out === "" && ran.err.trim().split("\n").length <= 2, ran.err);
    }
  };
  await Promise.all([worker(), worker(), worker()]);
});

test("an upstream that is not there is named, and nothing is retried for long", async () => {
  const server = createServer().listen(0);
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const { code, err } = await pollux(["ask", "hi", "--upstream", `http://127.0.0.1:${port}`]);
  assert.equal(code, 6);
  assert.match(err, /Nothing listens at that address/);
});

test("what an upstream says about its refusal cannot steer the terminal", async () => {
  const message = "bad \x1b]52;c;aGFja2Vk\x07\x1b[31mred";
  const server = createHttp((_, response) => {
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { code: 400, message, status: "INVALID_ARGUMENT" } }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const { err } = await pollux(["ask", "hi", "--upstream", `http://127.0.0.1:${port}`]);
  server.close();
  assert.match(err, /bad red/);
  assert.ok(!err.includes("\x1b"));
});

test("more input than fits is refused before anything is asked", async () => {
  const { code, out, err } = await pollux(["ask", "hi"], { stdin: "a".repeat(21 * 1024 * 1024) });
  assert.deepEqual([code, out], [2, ""]);
  assert.match(err, /^pollux ask: standard input: more than 20 MiB/);
});

test("the key of the environment never shows", async () => {
  const { code, out, err } = await pollux(
    ["ask", "hi", "--upstream", "http://127.0.0.1:1/", "--jsonl"],
    { env: { GEMINI_API_KEY: CANARY } },
  );
  assert.notEqual(code, 0);
  assert.ok(!(out + err).includes(CANARY));
});

test("explain: JSON with exactly the documented keys", async () => {
  const { code, out } = await pollux(["explain", "--json"], {
    stdin: '{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}',
  });
  assert.equal(code, 0);
  assert.deepEqual(Object.keys(JSON.parse(out) as object), [
    "code",
    "cause",
    "transient",
    "nextMove",
    "docs",
  ]);
});

test("sim: serves on a free port, tells the address, leaves on SIGTERM", async () => {
  const { code, out } = await pollux(["sim", "--port", "0", "--json"], {
    until: /"url"/,
    signal: "SIGTERM",
  });
  assert.equal(code, 0);
  assert.match((JSON.parse(out) as { url: string }).url, /^http:\/\/127\.0\.0\.1:\d+$/);
});

test("help for every command; compare and version answer", async () => {
  for (const name of ["chat", "ask", "explain", "compare", "sim"]) {
    const { code, out } = await pollux([name, "--help"]);
    assert.equal(code, 0);
    assert.match(out, /Usage\n[\s\S]*Options\n[\s\S]*Examples\n/, name);
  }
  assert.match((await pollux(["--version"])).out, /^\d+\.\d+\.\d+\n$/);
  const { out } = await pollux(["compare", "Hello in 40 words", "--json"]);
  assert.equal((JSON.parse(out) as { ways: unknown[] }).ways.length, 2);
});

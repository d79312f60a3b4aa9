// `pollux streams` against a gateway, as processes.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { after, test } from "node:test";
import { host } from "./host.ts";

const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");
const MODEL = "gemini-2.5-flash";
const made = await host({
  sim: { chunkDelayMs: 2, scenario: "attempt 1: cut after 4 chunks; ok" },
});
after(() => made.close());

function pollux(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const flags = ["--conditions=pollux-source", "--disable-warning=ExperimentalWarning"];
    const env = { PATH: process.env.PATH, POLLUX_URL: made.url };
    execFile(process.execPath, [...flags, MAIN, "streams", ...args], { env }, (error, out, err) =>
      done({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

async function begin(contents: string): Promise<string> {
  const body = JSON.stringify({ model: MODEL, contents });
  const response = await fetch(`${made.url}/streams`, { method: "POST", body });
  return ((await response.json()) as { id: string }).id;
}

test("tail prints the answer with its seam on stderr; ls, show, stop and rm do as they say", async () => {
  const id = await begin("Say hello");
  const truth = made.sim.truth(MODEL, {
    contents: [{ role: "user", parts: [{ text: "Say hello" }] }],
  });
  const followed = await pollux("tail", id);
  assert.equal(followed.code, 0, followed.err);
  assert.equal(followed.out.trimEnd(), truth.trimEnd());
  assert.match(followed.err, /reconnected here/);
  const listed = await pollux("ls", "--json", "--state", "done");
  assert.ok((JSON.parse(listed.out) as { id: string }[]).some((one) => one.id === id));
  const shown = await pollux("show", id);
  assert.equal(shown.out.trimEnd(), truth.trimEnd());
  assert.equal((await pollux("stop", id)).out, "not running: done\n");
  assert.equal((await pollux("rm", id)).out, "removed\n");
  const gone = await pollux("show", id);
  assert.equal(gone.code, 2);
  assert.match(gone.err, /stream_not_found/);
});

test("mistakes are one line that says what would be right", async () => {
  for (const [args, message] of [
    [[], /expected one of ls, show/],
    [["look"], /got "look"/],
    [["show"], /give the id/],
    [["ls", "--gateway", "nonsense"], /expected a URL/],
    [["ls", "--gateway", "http://127.0.0.1:9"], /no gateway answers/],
  ] as const) {
    const { code, out, err } = await pollux(...args);
    assert.notEqual(code, 0);
    assert.equal(out, "");
    assert.match(err, message);
    assert.equal(err.trim().split("\n").length, 1);
  }
});

// Every example runs as it stands, against the simulator on a socket that breaks each stream once.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Listening, listen } from "../../src/node/index.ts";
import { createSim } from "../../src/sim/index.ts";

const folder = join(import.meta.dirname, "../../examples");
const KEY = "AIzaCanaryKeyForTests0000000000000000000";
const LINES_MAX = 40;
const sim = createSim({ scenario: "cut after 3 chunks; ok" });
let server: Listening;
before(async () => {
  server = await listen(sim.serve);
});
after(() => server.close());

function run(file: string): Promise<{ code: number | null; out: string; err: string }> {
  const env = { ...process.env, GEMINI_API_KEY: KEY, GOOGLE_GEMINI_BASE_URL: server.url };
  const child = spawn(
    process.execPath,
    ["--conditions=pollux-source", "--disable-warning=ExperimentalWarning", join(folder, file)],
    { env },
  );
  let out = "";
  let err = "";
  child.stdout.on("data", (data) => (out += data));
  child.stderr.on("data", (data) => (err += data));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
  test(`example ${file}`, async () => {
    assert.ok(readFileSync(join(folder, file), "utf8").split("\n").length <= LINES_MAX, "too long");
    const { code, out, err } = await run(file);
    assert.equal(code, 0, err);
    assert.ok(out.length > 20, out);
    assert.ok(!(out + err).includes(KEY));
  });
}

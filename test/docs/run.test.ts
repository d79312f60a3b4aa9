// Programs that the docs show are run as they stand: every block that says `ts run` or `ts gateway`, each
// in a process of its own, with the simulator as its upstream, or a gateway in front of it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { NODE_FLAGS, ROOT } from "../../scripts/checks.ts";
import { type Listening, listen } from "../../src/node/index.ts";
import { createSim } from "../../src/sim/index.ts";
import { host } from "../gateway/host.ts";
import { blocks, treatmentOf } from "./treatments.ts";

const BLOCK_MS_MAX = 30_000;
const programs = blocks.filter((block) => treatmentOf(block) === "run");

let gateway: Awaited<ReturnType<typeof host>>;
let server: Listening;
let folder: string;

before(async () => {
  // Inside the checkout, where the package can import itself by its name.
  mkdirSync(join(ROOT, ".pollux"), { recursive: true });
  folder = mkdtempSync(join(ROOT, ".pollux/docs-"));
  server = await listen(createSim().serve);
  gateway = await host();
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await gateway.close();
  await server.close();
});

function runBlock(code: string, name: string): Promise<{ exit: unknown; output: string }> {
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, `${code}\nexport {};\n`);
  const env = {
    ...process.env,
    GEMINI_API_KEY: "test-key",
    GOOGLE_GEMINI_BASE_URL: server.url,
    GATEWAY: gateway.url,
    NODE_TEST_CONTEXT: undefined,
  };
  const child = spawn(process.execPath, [...NODE_FLAGS, file], { env, timeout: BLOCK_MS_MAX });
  return new Promise((resolve) => {
    let output = "";
    for (const pipe of [child.stdout, child.stderr]) {
      pipe.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("close", (code, signal) => resolve({ exit: signal ?? code, output }));
  });
}

test("a block runs as it stands in the docs, and one that throws is noticed", async () => {
  const good = await runBlock(
    `import { Pollux } from "pollux";
     const answer = await new Pollux().generate({ model: "gemini-3.6-flash", contents: "Hello" });
     console.log(answer.outcome, answer.text.length > 0);`,
    "good",
  );
  assert.deepEqual(good, { exit: 0, output: "done true\n" });
  const bad = await runBlock(`import { Nothing } from "pollux"; new Nothing();`, "bad");
  assert.equal(bad.exit, 1);
});

describe("programs", { concurrency: 2 }, () => {
  for (const [index, { path, line, code }] of programs.entries()) {
    test(`${path}:${line} runs`, async () => {
      const { exit, output } = await runBlock(code, `block-${index}`);
      assert.equal(exit, 0, output);
    });
  }
});

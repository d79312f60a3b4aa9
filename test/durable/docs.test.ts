// docs/durable-streams.md tells the truth: its examples run as they stand, against a gateway.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { NODE_FLAGS, ROOT } from "../../scripts/checks.ts";
import { findCodeBlocks } from "../../scripts/docs/markdown.ts";
import { host } from "../gateway/host.ts";
import { DURABLE } from "./host.ts";

const RUN_MS_MAX = 20_000;
const WANTED = [
  /^(?=.*\w).+\n\d+ tokens\n$/s,
  /^\[ \{ text: 'Hello' \}, \{ text: 'Is anybody there\?' \} \]\n$/,
];
const blocks = findCodeBlocks(ROOT, ["docs/durable-streams.md"]).filter(
  ({ info }) => info === "ts gateway",
);

// Inside the checkout, where packages are found by their names.
mkdirSync(join(ROOT, ".pollux"), { recursive: true });
const folder = mkdtempSync(join(ROOT, ".pollux/docs-"));
const gateway = await host({ durable: DURABLE });
after(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});

test("there are as many examples as are known", () => assert.equal(blocks.length, WANTED.length));

for (const [i, { line, code }] of blocks.entries()) {
  test(`docs/durable-streams.md:${line} prints what it should`, async () => {
    const file = join(folder, `block-${i}.ts`);
    writeFileSync(file, code);
    const env = { ...process.env, GATEWAY: gateway.url, NODE_TEST_CONTEXT: undefined };
    const child = spawn(process.execPath, [...NODE_FLAGS, file], { env, timeout: RUN_MS_MAX });
    let out = "";
    let wrong = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      wrong += text;
    });
    const exit = await new Promise((done) => child.once("close", done));
    assert.equal(exit, 0, wrong);
    assert.match(out, WANTED[i] as RegExp);
  });
}

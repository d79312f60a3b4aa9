// The count is checked against the real runner, on files that end in every way a file can.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ROOT } from "./checks.ts";

const folder = mkdtempSync(join(tmpdir(), "pollux-tally-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const FILES = {
  mixed: `import { describe, it, test } from "node:test"; import assert from "node:assert/strict";
    test("good", () => {}); describe("group", () => { it("in", () => {}); it.skip("not now", () => {}); });
    test("parent", async (t) => { await t.test("child", () => { console.log("a hint"); assert.equal(1, 2); }); });`,
  crash: `throw new Error("broken at import");`,
  suites: `import { test } from "node:test";
    test("a suite", (t) => { t.diagnostic("theirs: 7 of 7 tests passed"); t.diagnostic("a hint"); });`,
  empty: ``,
  late: `import { test } from "node:test"; test("ok", () => { setTimeout(() => { throw new Error("late"); }, 5); });`,
  quits: `import { test } from "node:test"; test("x", () => process.exit(0)); test("y", () => {});`,
  killed: `import { test } from "node:test"; test("x", () => process.kill(process.pid, "SIGKILL"));`,
};

/** In a process of its own: the runner does not nest. */
function tallyOf(...names: (keyof typeof FILES)[]): { out: string; last: string } {
  for (const name of names) writeFileSync(join(folder, `${name}.test.mjs`), FILES[name]);
  const files = names.map((name) => join(folder, `${name}.test.mjs`));
  const source = `import { run } from "node:test"; import { Tally } from ${JSON.stringify(join(ROOT, "scripts/tally.ts"))};
    const tally = new Tally((text) => console.log(text));
    for await (const event of run({ files: ${JSON.stringify(files)} })) tally.read(event);
    console.log(tally.line());`;
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const main = join(folder, "main.ts");
  writeFileSync(main, source);
  const { stdout } = spawnSync(process.execPath, [main], {
    env,
    encoding: "utf8",
    timeout: 60_000,
  });
  return { out: stdout, last: stdout.trimEnd().split("\n").at(-1) ?? "" };
}

test("counts tests, not suites, and shows what a failing file printed", () => {
  const { out, last } = tallyOf("mixed");
  assert.equal(last, "2 passed, 1 failed, 1 skipped");
  assert.match(out, /✖ child/);
  assert.match(out, /│ a hint/);
});

test("a file that crashes, quits, is killed, ends badly or has no test is a failure", () => {
  const { out, last } = tallyOf("crash", "empty", "late", "quits", "killed");
  assert.equal(last, "1 passed, 5 failed");
  assert.match(out, /crash.test.mjs ended with exit code 1/);
  assert.match(out, /broken at import/);
  assert.match(out, /killed.test.mjs ended with SIGKILL/);
  assert.match(out, /quits.test.mjs has no tests, or ended before they did/);
});

test("says how many tests of another suite passed", () => {
  const { out } = tallyOf("suites");
  assert.equal(out, "  theirs: 7 of 7 tests passed\n1 passed, 0 failed\n");
});

test("a run without a test fails", () => {
  assert.equal(tallyOf().last, "0 passed, 1 failed");
});

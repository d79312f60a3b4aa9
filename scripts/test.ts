// The one test command: static checks, then every test file. Its last line counts both.
import { globSync } from "node:fs";
import { join, relative } from "node:path";
import { run } from "node:test";
import { type CheckResult, runChecks } from "./check.ts";

const root = join(import.meta.dirname, "..");
const SLOW_SHOWN = 5;
const SLOW_MS = 400;

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

async function runTests(files: string[], tally: Tally): Promise<void> {
  const slow: { name: string; ms: number }[] = [];
  const stream = run({ files, concurrency: 2, execArgv: ["--conditions=source", "--no-warnings=ExperimentalWarning"] });
  for await (const { type, data } of stream) {
    if (type === "test:stderr" || type === "test:stdout") process.stderr.write((data as { message: string }).message);
    if (type !== "test:pass" && type !== "test:fail") continue;
    const test = data as { name: string; nesting: number; file?: string; skip?: unknown; details: { duration_ms: number; type?: string; error?: { cause?: unknown; message: string } } };
    if (test.details.type === "suite" || test.name === test.file) {
      if (type === "test:pass") continue;
    }
    if (test.skip !== undefined) tally.skipped += 1;
    else if (type === "test:pass") tally.passed += 1;
    else {
      tally.failed += 1;
      const where = test.file ? relative(root, test.file) : "";
      console.error(`\n✖ ${test.name}  (${where})`);
      console.error(test.details.error?.cause ?? test.details.error);
    }
    if (test.nesting === 0) slow.push({ name: test.name, ms: test.details.duration_ms });
  }
  slow.sort((a, b) => b.ms - a.ms);
  const shown = slow.filter(({ ms }) => ms > SLOW_MS).slice(0, SLOW_SHOWN);
  for (const { name, ms } of shown) console.log(`  slow: ${(ms / 1000).toFixed(1)} s  ${name}`);
}

function report(results: CheckResult[], tally: Tally): void {
  for (const { name, ok, output, ms } of results) {
    console.log(`${ok ? "✔" : "✖"} ${name} (${(ms / 1000).toFixed(1)} s)`);
    if (!ok) console.error(output);
    if (ok) tally.passed += 1;
    else tally.failed += 1;
  }
}

async function main(): Promise<void> {
  const patterns = process.argv.slice(2).filter((arg) => !arg.startsWith("-"));
  const all = globSync(["src/**/*.test.ts", "test/**/*.test.ts", "scripts/**/*.test.ts"], { cwd: root }).sort();
  const files = all.filter((file) => patterns.length === 0 || patterns.some((p) => file.includes(p)));
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  if (files.length === 0) {
    console.error(`No test file matches ${patterns.join(", ")}.`);
    tally.failed += 1;
  } else {
    try {
      if (patterns.length === 0) report(await runChecks(), tally);
      await runTests(files.map((file) => join(root, file)), tally);
    } catch (error) {
      console.error(error);
      tally.failed += 1;
    }
  }
  if (tally.passed + tally.failed === 0) tally.failed = 1;
  const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : "";
  process.exitCode = tally.failed > 0 ? 1 : 0;
  await new Promise((resolve) => process.stderr.write("", resolve));
  console.log(`${tally.passed} passed, ${tally.failed} failed${skipped}`);
}

await main();

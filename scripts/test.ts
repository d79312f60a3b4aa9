// The one test command: static checks, then every test file. The last line counts both, whatever
// happens. `npm test -- PATTERN` runs only the files whose path contains PATTERN.
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative, sep } from "node:path";
import { run } from "node:test";
import { describeCheck, NODE_FLAGS, ROOT, runChecks } from "./checks.ts";
import { bringPrograms, CHROMIUM, REDIS } from "./setup/system.ts";
import { type RunnerEvent, Tally } from "./tally.ts";

const TEST_MS_MAX = 60_000;
const RUN_MS_MAX = 10 * 60_000;
/** Where several tests hang, the rest of their file will too. */
const HUNG_MAX = 3;
/** The long ones first, so that no core is idle at the end. */
const TESTS = [
  "test/gateway/*.test.ts",
  "test/e2e/*.test.ts",
  "test/scenarios/*.test.ts",
  "test/**/*.test.ts",
  "scripts/**/*.test.ts",
  "bench/**/*.test.ts",
  "src/**/*.test.ts",
];

const tally = new Tally((text) => console.log(text));
const limit = new AbortController();

async function runTests(files: string[]): Promise<void> {
  const events = run({
    files,
    concurrency: availableParallelism() + 1, // some wait for a terminal or a socket
    execArgv: NODE_FLAGS,
    timeout: TEST_MS_MAX,
    signal: limit.signal,
  });
  for await (const event of events) {
    tally.read(event as RunnerEvent);
    if (tally.hung >= HUNG_MAX) end(`${tally.hung} tests hung for ${TEST_MS_MAX / 1000} s each`);
  }
}

function findFiles(patterns: string[]): string[] {
  const all = [...new Set(TESTS.flatMap((pattern) => globSync(pattern, { cwd: ROOT }).sort()))];
  if (patterns.length === 0) return all;
  const wanted = patterns.map((pattern) =>
    relative(ROOT, join(ROOT, pattern)).split("/").join(sep),
  );
  return all.filter((file) => wanted.some((pattern) => file.includes(pattern)));
}

async function main(patterns: string[]): Promise<void> {
  const files = findFiles(patterns);
  if (files.length === 0) {
    console.log(`✖ no test file matches ${patterns.join(" or ") || TESTS.join(", ")}`);
    return tally.count(false);
  }
  if (patterns.length === 0) {
    await runChecks((result) => {
      console.log(describeCheck(result));
      tally.count(result.ok);
    });
  }
  // What stays missing fails the tests that need it, with the same words.
  const missing = await bringPrograms(needs(files), ROOT, (line) => console.log(line));
  for (const line of missing) console.log(`✖ ${line}`);
  await runTests(files.map((file) => join(ROOT, file)));
  for (const line of tally.slowest()) console.log(line);
}

function needs(files: readonly string[]) {
  const redis = files.some((file) => /contracts|gateway/.test(file));
  const chromium = files.some((file) => file.includes("pages"));
  return [...(redis ? [REDIS] : []), ...(chromium ? [CHROMIUM] : [])];
}

/** Says the last line and leaves, even if something still holds the process. */
function end(why?: unknown, exitCode?: number): never {
  if (why !== undefined) {
    tally.count(false);
    console.log("\n✖ the test run itself broke off:", why);
    for (const file of tally.unfinished()) console.log(`  not finished: ${file}`);
  }
  const line = tally.line();
  console.log(line);
  process.exit(exitCode ?? (tally.failed > 0 ? 1 : 0));
}

process.on("uncaughtException", (error) => end(error));
process.on("SIGINT", () => end("interrupted", 130));
process.on("SIGTERM", () => end("terminated", 143));
setTimeout(() => end(`it took more than ${RUN_MS_MAX / 60_000} minutes`), RUN_MS_MAX).unref();
process.on("exit", () => limit.abort());

await main(process.argv.slice(2)).then(() => end(), end);

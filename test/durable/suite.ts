// The protocol's own conformance suite, run by its own runner in a process beside the test.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const RUNNER = fileURLToPath(new URL("vitest.mjs", import.meta.resolve("vitest/package.json")));
const SUITE = import.meta.resolve("@durable-streams/server-conformance-tests");
const RUN_MS_MAX = 55_000;
/** Most of its tests wait. Some count on answers within a second; a busy machine gets another chance. */
const PACE = ["--sequence.concurrent", "--maxConcurrency=4", "--testTimeout=20000", "--retry=2"];

interface Verdict {
  name: string;
  status: "passed" | "failed" | "skipped" | "pending" | "todo";
  why: string;
}

interface Report {
  testResults: {
    assertionResults: { fullName: string; status: Verdict["status"]; failureMessages: string[] }[];
  }[];
}

/** What each test of the suite says of the server at this address. */
export async function conformance(baseUrl: string): Promise<Verdict[]> {
  const folder = mkdtempSync(join(tmpdir(), "pollux-conformance-"));
  try {
    const report = join(folder, "report.json");
    writeFileSync(
      join(folder, "suite.test.mjs"),
      `import { runConformanceTests } from ${JSON.stringify(SUITE)};
       runConformanceTests(${JSON.stringify({ baseUrl })});\n`,
    );
    const flags = ["--root", folder, "--reporter=json", "--outputFile", report, ...PACE];
    const said = await run([RUNNER, "run", ...flags]);
    return verdictsOf(report, said);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function verdictsOf(file: string, said: string): Verdict[] {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    throw new Error(`the suite did not run: ${said.slice(-2_000)}`);
  }
  return report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ fullName, status, failureMessages }) => ({
      name: fullName,
      status,
      why: failureMessages.join("\n"),
    })),
  );
}

function run(args: readonly string[]): Promise<string> {
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined };
  const child = spawn(process.execPath, args, { env, timeout: RUN_MS_MAX });
  let said = "";
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  return new Promise((done) => child.once("close", () => done(said)));
}

// `npm run example` lists the examples; `npm run example -- NAME [args]` runs one.
import { spawn } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { basename, join } from "node:path";
import { NODE_FLAGS, ROOT } from "./checks.ts";

/** As lively as the real thing. */
const TTFT_MS = 300;
const CHUNK_DELAY_MS = 30;

const folder = join(ROOT, "examples");

/** The first comment of an example says what it shows. */
function summary(file: string): string {
  const first = readFileSync(join(folder, file), "utf8").split("\n", 1)[0] ?? "";
  return first.replace(/^\/\/\s*/, "");
}

function list(): string {
  const files = globSync("*.ts", { cwd: folder }).filter((file) => !file.endsWith(".test.ts"));
  const rows = files.sort().map((file) => `  ${basename(file, ".ts").padEnd(18)} ${summary(file)}`);
  return ["Examples; run one with: npm run example -- NAME", "", ...rows].join("\n");
}

/** Without a key the simulator answers, as it does for the command line. */
async function findUpstream(): Promise<{ env: NodeJS.ProcessEnv; close(): Promise<void> }> {
  const { GEMINI_API_KEY, GOOGLE_API_KEY, GOOGLE_GEMINI_BASE_URL } = process.env;
  if (GEMINI_API_KEY || GOOGLE_API_KEY || GOOGLE_GEMINI_BASE_URL) {
    return { env: {}, close: async () => {} };
  }
  console.error("No key set: the built-in simulator answers.");
  const { listen } = await import("../src/node/index.ts");
  const { createSim } = await import("../src/sim/index.ts");
  const server = await listen(createSim({ ttftMs: TTFT_MS, chunkDelayMs: CHUNK_DELAY_MS }).serve);
  const env = { GEMINI_API_KEY: "any", GOOGLE_GEMINI_BASE_URL: server.url };
  return { env, close: () => server.close() };
}

const [name, ...args] = process.argv.slice(2);
const file = name && join(folder, `${basename(name, ".ts")}.ts`);
if (!file) {
  console.log(list());
} else if (!existsSync(file)) {
  console.error(`There is no example "${name}".\n\n${list()}`);
  process.exitCode = 2;
} else {
  const upstream = await findUpstream();
  const env = { ...process.env, ...upstream.env };
  const child = spawn(process.execPath, [...NODE_FLAGS, file, ...args], { stdio: "inherit", env });
  process.on("SIGINT", () => {}); // the terminal tells the example, which says how it ends
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", async (code, signal) => {
    process.exitCode = signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1);
    await upstream.close();
  });
}

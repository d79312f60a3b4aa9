// Everything that can be said of the code without running it. Each check is a command of its own,
// so that one that crashes says so and harms no other.
import { spawn } from "node:child_process";
import { join } from "node:path";

interface CheckResult {
  name: string;
  ok: boolean;
  output: string;
  ms: number;
}

export const ROOT = join(import.meta.dirname, "..");
/** What a child of ours needs to run sources. */
export const NODE_FLAGS = ["--conditions=pollux-source", "--disable-warning=ExperimentalWarning"];

const PARALLEL = 2;
const CHECK_MS_MAX = 5 * 60_000;
const OUTPUT_CHARS_MAX = 200_000;

const tsc = ["node_modules/typescript/bin/tsc", "--pretty", "false"];
const biome = ["node_modules/@biomejs/biome/bin/biome"];

const CHECKS: readonly { name: string; args: string[] }[] = [
  { name: "types", args: [...tsc, "-p", "tsconfig.json"] },
  { name: "types without Node: wire, core, web", args: [...tsc, "-p", "tsconfig.web.json"] },
  { name: "format and lint", args: [...biome, "ci", "--colors=off", "--error-on-warnings"] },
  { name: "laws of the house", args: [...NODE_FLAGS, "scripts/rooms.ts"] },
  { name: "page of failures", args: [...NODE_FLAGS, "scripts/failures-page.ts"] },
  { name: "page of settings", args: [...NODE_FLAGS, "scripts/config-page.ts"] },
  { name: "page of the API", args: [...NODE_FLAGS, "scripts/api-page.ts"] },
  { name: "size of the root door", args: [...NODE_FLAGS, "scripts/size.ts"] },
  { name: "links of the docs", args: [...NODE_FLAGS, "scripts/links.ts"] },
];

/** Runs all checks, at most two at a time; `tell` hears of each as it ends. */
export async function runChecks(tell: (result: CheckResult) => void): Promise<void> {
  const waiting = [...CHECKS];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) tell(await runCheck(next));
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

function runCheck({ name, args }: { name: string; args: string[] }): Promise<CheckResult> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(process.execPath, args, { cwd: ROOT, timeout: CHECK_MS_MAX });
    const end = (ok: boolean) =>
      resolve({ name, ok, output: output.trim(), ms: performance.now() - startedAt });
    for (const pipe of [child.stdout, child.stderr]) {
      pipe.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-OUTPUT_CHARS_MAX);
      });
    }
    child.on("error", (error) => {
      output += error.message;
      end(false);
    });
    child.on("close", (code, signal) => {
      if (signal) output += `\nended by ${signal}`;
      end(code === 0);
    });
  });
}

/** One line for a check that holds, everything it said for one that does not. */
export function describeCheck({ name, ok, output, ms }: CheckResult): string {
  const line = `${ok ? "✔" : "✖"} ${name} (${(ms / 1000).toFixed(1)} s)`;
  return ok || !output ? line : `${line}\n${output.replace(/^/gm, "  ")}`;
}

// Everything that can be said of the code without running it: types, format and lint, the laws of
// the house, the size of the root door, the links of the docs.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "..");
const bin = (name: string) => join(root, "node_modules", ".bin", name);
const PARALLEL = 2;

export interface CheckResult {
  name: string;
  ok: boolean;
  output: string;
  ms: number;
}

const script = (file: string) => [process.execPath, "--conditions=source", join(root, "scripts", file)];

const CHECKS: readonly (readonly [name: string, command: string[]])[] = [
  ["types", [bin("tsc"), "-p", join(root, "tsconfig.json")]],
  ["types without Node: wire, core, web", [bin("tsc"), "-p", join(root, "tsconfig.web.json")]],
  ["format and lint", [bin("biome"), "ci", "--colors=off", root]],
  ["laws of the house", script("rooms.ts")],
  ["size of the root door", script("size.ts")],
];

function runOne(name: string, [command, ...args]: string[]): Promise<CheckResult> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command as string, args, { cwd: root, shell: process.platform === "win32" });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    const end = (ok: boolean) => resolve({ name, ok, output, ms: performance.now() - startedAt });
    child.on("error", (error) => {
      output += error.message;
      end(false);
    });
    child.on("close", (code) => end(code === 0));
  });
}

export async function runChecks(): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const waiting = [...CHECKS];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results.push(await runOne(...next));
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return results;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const results = await runChecks();
  for (const { name, ok, output } of results) console.log(`${ok ? "✔" : "✖"} ${name}${ok ? "" : `\n${output}`}`);
  process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
}

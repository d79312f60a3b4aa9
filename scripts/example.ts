// `npm run example` lists the examples; `npm run example -- NAME [args]` runs one.
import { spawn } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { basename, join } from "node:path";
import { NODE_FLAGS, ROOT } from "./checks.ts";

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

const [name, ...args] = process.argv.slice(2);
const file = name && join(folder, `${basename(name, ".ts")}.ts`);
if (!file) {
  console.log(list());
} else if (!existsSync(file)) {
  console.error(`There is no example "${name}".\n\n${list()}`);
  process.exitCode = 2;
} else {
  const child = spawn(process.execPath, [...NODE_FLAGS, file, ...args], { stdio: "inherit" });
  process.on("SIGINT", () => {}); // the terminal tells the example, which says how it ends
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => {
    process.exitCode = signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1);
  });
}

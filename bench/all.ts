// `npm run bench`: every bench in turn, each in a process of its own. `--write` keeps the results; `--only
// decode,gateway` leaves the others out.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { NODE_FLAGS } from "../scripts/checks.ts";
import { PARTS, type Part } from "./keep.ts";

const FILES: Readonly<Record<Part, string>> = {
  decode: "decode.ts",
  interactions: "interactions.ts",
  gateway: "gateway/main.ts",
  scale: "scale.ts",
  pages: "pages.ts",
};

const { values } = parseArgs({ options: { write: { type: "boolean" }, only: { type: "string" } } });
const wanted = values.only?.split(",") ?? PARTS;
const unknown = wanted.filter((name) => !PARTS.some((part) => part === name));
if (unknown.length > 0) {
  console.error(`--only: there is no ${unknown.join(", ")}; there are ${PARTS.join(", ")}`);
  process.exit(2);
}
for (const part of PARTS.filter((name) => wanted.includes(name))) {
  console.error(`\n— ${part} —`);
  const args = [...NODE_FLAGS, join(import.meta.dirname, FILES[part])];
  const { status } = spawnSync(process.execPath, [...args, ...(values.write ? ["--write"] : [])], {
    stdio: "inherit",
  });
  if (status !== 0) {
    console.error(`${part} ended with ${status}; the others go on`);
    process.exitCode = 1;
  }
}

// `npm run rooms`: checks the laws of the house on the sources as they are, and that its picture is
// up to date; with `--write` draws the picture anew.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkLaws, type Violation } from "./rooms/laws.ts";
import { drawRooms } from "./rooms/picture.ts";
import { readTree } from "./rooms/tree.ts";

const root = join(import.meta.dirname, "..");
const pictureFile = "docs/rooms.svg";

function describe({ path, line, law, fix, isWarning }: Violation): string {
  return `${path}:${line}  ${isWarning ? "warning: " : ""}${law}\n    ${fix}`;
}

function checkPicture(drawn: string): Violation[] {
  try {
    if (readFileSync(join(root, pictureFile), "utf8") === drawn) return [];
  } catch {
    // Absent is out of date.
  }
  const law = "the picture does not show the house as it is";
  return [{ path: pictureFile, line: 1, law, fix: "run: npm run rooms -- --write" }];
}

const tree = readTree(root);
const picture = drawRooms(tree);
if (process.argv.includes("--write")) {
  mkdirSync(dirname(join(root, pictureFile)), { recursive: true });
  writeFileSync(join(root, pictureFile), picture);
}
const violations = [...checkLaws(tree), ...checkPicture(picture)];
const broken = violations.filter(({ isWarning }) => !isWarning);
for (const violation of violations) console.log(describe(violation));
const rooms = new Set(tree.sources.flatMap(({ room }) => room ?? []));
console.log(`${tree.sources.length} files, ${rooms.size} rooms, ${broken.length} laws broken`);
process.exitCode = broken.length > 0 ? 1 : 0;

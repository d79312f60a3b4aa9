// Bringing programs, with package managers that are shell scripts of this test.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { bringPrograms, findProgram, type Program } from "./system.ts";

const { PATH } = process.env;
const MADE_UP: Program = {
  name: "Made-up",
  binaries: ["pollux-made-up", "pollux-made-up-too"],
  debian: "made-up-package",
  brew: "made-up-formula",
};
const OTHER: Program = { ...MADE_UP, name: "Other", binaries: ["pollux-other"], debian: "other" };

let folder = "";
let told: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pollux-system-"));
  told = [];
  // What is found first is asked.
  process.env.PATH = [folder, PATH].join(delimiter);
});
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true, force: true });
});

function program(name: string, script: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** Both package managers: which one is asked depends on who runs this. */
function managers(script: string): void {
  for (const name of ["apt-get", "brew"])
    program(name, `echo "$0 $*" >> "${folder}/asked"\ncase "$*" in *install*) ${script};; esac`);
}

const bring = (programs: Program[]) => bringPrograms(programs, folder, (line) => told.push(line));
const asked = () => readFileSync(join(folder, "asked"), "utf8").trim().split("\n");

test("what is there is not asked for", async () => {
  managers("exit 1");
  program("pollux-made-up-too", "");
  assert.deepEqual(await bring([MADE_UP]), []);
  assert.deepEqual(told, []);
  assert.equal(existsSync(join(folder, "asked")), false);
});

test("what is missing is installed, with one line, one package at a time", async () => {
  const made = `for name in pollux-made-up pollux-other; do echo > "${folder}/$name"; done`;
  managers(made);
  assert.deepEqual(await bring([MADE_UP]), []);
  assert.equal(findProgram(MADE_UP), join(folder, "pollux-made-up"));
  assert.deepEqual(told, ["Setting up: installing Made-up for the tests …"]);
  const last = asked().at(-1) ?? "";
  assert.match(
    last,
    process.getuid?.() === 0
      ? /apt-get .*install -y .*made-up-package$/
      : /brew install .*made-up-formula$/,
  );
});

test("what cannot be installed is named, with why and how, and does not cost the others", async () => {
  const other = `case "$*" in *made-up*) echo "E: no such package" >&2; exit 100;; *) echo > "${folder}/pollux-other";; esac`;
  managers(other);
  const missing = await bring([MADE_UP, { ...OTHER, brew: "other" }]);
  assert.deepEqual(missing, [
    "Made-up is not installed. Installing it failed: E: no such package. Run: apt-get install made-up-package, or: brew install made-up-formula",
  ]);
  assert.ok(findProgram(OTHER));
});

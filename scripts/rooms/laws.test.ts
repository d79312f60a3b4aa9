// A small house for every law: one that keeps it and one that breaks it.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { HOUSE } from "./house.ts";
import { checkLaws } from "./laws.ts";
import { drawRooms } from "./picture.ts";
import { readTree, type Tree } from "./tree.ts";

const folders: string[] = [];
after(() => folders.map((folder) => rmSync(folder, { recursive: true, force: true })));

const DOORS = Object.fromEntries(
  ["core", "wire", "sim", "node"].map((room) => {
    const key = room === "core" ? "." : `./${room}`;
    return [key, { "pollux-source": `./src/${room}/index.ts` }];
  }),
);

function build(files: Record<string, string>): Tree {
  const root = mkdtempSync(join(tmpdir(), "pollux-rooms-"));
  folders.push(root);
  const all = { "package.json": JSON.stringify({ name: "pollux", exports: DOORS }), ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return readTree(root);
}

const USE = /\b(?:nobody uses|only its own file uses|only tests use)\b/;
const broken = (files: Record<string, string>) => told(files).filter((line) => !USE.test(line));
const told = (files: Record<string, string>) =>
  checkLaws(build(files)).map(({ path, line, law }) => `${path}:${line} ${law}`);

const WIRE = {
  "src/wire/index.ts": `export { a } from "./a.ts";`,
  "src/wire/a.ts": "export const a = 1;",
};

test("a house that keeps the laws", () => {
  const files = {
    ...WIRE,
    "src/core/index.ts": `export { b } from "./b.ts";`,
    "src/core/b.ts": `import { a } from "../wire/index.ts";\nexport const b = a;`,
    "src/node/index.ts": `import "node:fs"; import "undici";`,
    "src/cli/main.ts": `import "../core/index.ts"; import "../node/index.ts"; import "node:fs"; import "yaml";`,
    "src/core/b.test.ts": `import "node:test"; import "../sim/inner.ts"; import "fast-check";`,
    "examples/one.ts": `import { b } from "pollux";`,
  };
  assert.deepEqual(broken(files), []);
});

test("only the arrows of the plan", () => {
  assert.deepEqual(
    broken({ ...WIRE, "src/wire/b.ts": `\nimport "../core/index.ts";`, "src/core/index.ts": "" }),
    ["src/wire/b.ts:2 wire imports core"],
  );
  assert.deepEqual(
    broken({
      "src/sim/a.ts": `import type { X } from "../core/index.ts";`,
      "src/core/index.ts": "",
    }),
    ["src/sim/a.ts:1 sim imports core"],
  );
  assert.deepEqual(broken({ "src/core/a.ts": `import "../../test/b.ts";` }), [
    "src/core/a.ts:1 core imports test/b.ts",
  ]);
  assert.deepEqual(broken({ "src/attic/a.ts": "" }), [
    'src/attic/a.ts:1 there is no room "attic" in the house',
  ]);
});

test("walls have doors, and a room does not go round by its own", () => {
  assert.deepEqual(broken({ ...WIRE, "src/core/a.ts": `export * from "../wire/a.ts";` }), [
    "src/core/a.ts:1 src/wire/a.ts is not a door",
  ]);
  assert.deepEqual(broken({ ...WIRE, "src/wire/b.ts": `import "./index.ts";` }), [
    "src/wire/b.ts:1 a room does not use its own door from inside",
  ]);
  assert.deepEqual(
    broken({ "src/wire/index.ts": `export * from "./a.ts";`, "src/wire/a.ts": "" }),
    ["src/wire/index.ts:1 a door names what it offers"],
  );
});

test("nothing from outside that the plan does not name", () => {
  assert.deepEqual(broken({ "src/core/a.ts": `import "@scope/thing/deep";` }), [
    'src/core/a.ts:1 core uses the package "@scope/thing"',
  ]);
  assert.deepEqual(broken({ "src/core/a.ts": `import "node:fs";` }), [
    "src/core/a.ts:1 core imports node:fs",
  ]);
  assert.deepEqual(broken({ "src/store/sqlite-file.ts": `import "node:sqlite";` }), []);
  assert.deepEqual(broken({ "src/store/log.ts": `import "node:sqlite";` }), [
    "src/store/log.ts:1 store imports node:sqlite",
  ]);
});

test("no cycle of files, in tests neither, and none of rooms", () => {
  const files = {
    "test/a.ts": `import type { B } from "./b.ts";`,
    "test/b.ts": `import "./c.ts";`,
    "test/c.ts": `import "./a.ts";`,
  };
  assert.deepEqual(broken(files), [
    "test/a.ts:1 a cycle of files: test/a.ts → test/b.ts → test/c.ts → test/a.ts",
  ]);
  const rooms = {
    "src/core/index.ts": `import "../wire/index.ts";`,
    "src/wire/index.ts": "",
    "src/wire/b.ts": `import "../core/index.ts";`,
  };
  assert.ok(broken(rooms).includes("src/core:1 a cycle of rooms: core → wire → core"));
});

test("names, sizes and examples", () => {
  assert.deepEqual(
    broken({
      "src/core/utils.ts": "",
      "src/sim/misc/a.ts": "",
      "test/helpers.ts": "",
      "test/types/a.ts": "",
    }),
    [
      'src/core/utils.ts:1 "utils.ts" says nothing',
      'src/sim/misc/a.ts:1 "misc" says nothing',
      'test/helpers.ts:1 "helpers.ts" says nothing',
    ],
  );
  assert.deepEqual(broken({ "src/core/long.ts": "a;\n".repeat(401) }), [
    "src/core/long.ts:401 401 lines; the limit is 400",
  ]);
  assert.deepEqual(
    checkLaws(build({ "src/core/long.ts": "a;\n".repeat(301) }))
      .filter(({ law }) => /301/.test(law))
      .map(({ isWarning }) => isWarning),
    [true],
  );
  assert.deepEqual(
    broken({ "examples/a.ts": `import "../src/core/index.ts";${"\n;".repeat(40)}` }),
    [
      "examples/a.ts:41 41 lines; an example has at most 40",
      "examples/a.ts:1 an example imports ../src/core/index.ts",
    ],
  );
});

test("the picture knows a way for every arrow the plan allows, and shows only what is there", () => {
  const files: Record<string, string> = {};
  for (const [room, { may }] of Object.entries(HOUSE)) {
    files[`src/${room}/index.ts`] = may.map((other) => `import "../${other}/index.ts";`).join("\n");
  }
  const whole = drawRooms(build(files));
  const arrows = Object.values(HOUSE).reduce((sum, { may }) => sum + may.length, 0);
  assert.equal(whole.match(/marker-end/g)?.length, arrows);
  const small = drawRooms(build({ ...WIRE, "src/core/index.ts": `import "../wire/index.ts";` }));
  assert.equal(small.match(/marker-end/g)?.length, 1);
  assert.equal(small.match(/class="name"/g)?.length, 2);
});

test("nothing that nobody uses", () => {
  const files = {
    "src/core/index.ts": `export { a } from "./a.ts";`,
    "src/core/a.ts": `import { b } from "./b.ts"; export const a = b + home;\nexport const home = 1;`,
    "src/core/b.ts": "export const b = 1;\nexport const dead = 2;\nexport const kept = 3;",
    "src/core/b.test.ts": `import { kept } from "./b.ts";`,
    "src/core/lost.ts": `import { b } from "./b.ts"; console.log(b);`,
    "scripts/one.ts": `spawn("two.ts");`,
    "scripts/two.ts": "",
    "package.json": JSON.stringify({
      name: "pollux",
      exports: DOORS,
      scripts: { one: "scripts/one.ts" },
    }),
  };
  assert.deepEqual(told(files), [
    "src/core/a.ts:2 only its own file uses home",
    "src/core/b.ts:2 nobody uses dead",
    "src/core/b.ts:3 only tests use kept",
    "src/core/lost.ts:1 nobody uses this file",
  ]);
});

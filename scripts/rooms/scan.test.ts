// What the scanner takes for an import, and what it must not.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { blankOut, scanExports, scanImports } from "./scan.ts";

const froms = (source: string) => scanImports(source).map(({ from }) => from);

test("finds every form of import, types included, with its line", () => {
  const source = [
    `import a from "./a.ts";`,
    `import type { B } from './b.ts';`,
    `import {`,
    `  c,`,
    `} from "./c.ts";`,
    `import "./d.ts";`,
    `export { e } from "./e.ts";`,
    `export * from "./f.ts";`,
    `const g = await import("./g.ts");`,
    `type H = import("./h.ts").H;`,
  ].join("\n");
  const found = scanImports(source);
  assert.deepEqual(
    found.map(({ from, line }) => `${from}:${line}`),
    [
      "./a.ts:1",
      "./b.ts:2",
      "./c.ts:3",
      "./d.ts:6",
      "./e.ts:7",
      "./f.ts:8",
      "./g.ts:9",
      "./h.ts:10",
    ],
  );
  assert.deepEqual(
    found.filter(({ isStar }) => isStar).map(({ from }) => from),
    ["./f.ts"],
  );
});

test("is not taken in by comments, strings, templates and regular expressions", () => {
  assert.deepEqual(froms(`// import a from "a"\n/* import "b" */ import c from "c";`), ["c"]);
  assert.deepEqual(froms(`const s = 'import a from "a"';`), []);
  assert.deepEqual(froms('const t = `import a from "a" ${f(`import "b"`)} import "c"`;'), []);
  assert.deepEqual(froms('const t = `${await import("d")}`;'), ["d"]);
  assert.deepEqual(froms(`const r = /["'\`]/; import "e";`), ["e"]);
  assert.deepEqual(froms(`const r = x.replace(/[/"]/g, ""); import "f";`), ["f"]);
  assert.deepEqual(froms(`const half = a / b; const q = '"'; import "g";`), ["g"]);
});

test("knows what an import takes, and when it may be anything", () => {
  const names = (source: string) => scanImports(source)[0]?.names;
  assert.deepEqual(names(`import a, { type B, c as d } from "x";`), ["B", "c", "default"]);
  assert.deepEqual(names(`import type { A,\n B } from "x";`), ["A", "B"]);
  assert.deepEqual(names(`export { e as f } from "x";`), ["e"]);
  assert.deepEqual(names(`import "x";`), []);
  assert.deepEqual(names(`const { a, b: c } = await import("x");`), ["a", "b"]);
  assert.deepEqual(names(`(await import("x")).go();`), ["go"]);
  assert.deepEqual(names(`import("x").then(({ go }) => go());`), ["go"]);
  for (const all of [`import * as all from "x";`, `export * from "x";`, `f(import("x"));`])
    assert.equal(names(all), undefined);
});

test("finds exports with their lines, and which are only passed on", () => {
  const source = [
    `export async function a() {}`,
    `export const b = "export const no = 1", c = 2;`,
    `export default class D {}`,
    `export type { E } from "x";`,
    `export {`,
    `  type F,`,
    `  g as h,`,
    `};`,
    `export interface I {}`,
  ].join("\n");
  assert.deepEqual(
    scanExports(source).map(
      ({ name, line, isPassedOn }) => `${name}:${line}${isPassedOn ? "→" : ""}`,
    ),
    ["a:1", "b:2", "D:3", "E:4→", "F:6", "h:7", "I:9"],
  );
});

test("an export of a value is no import", () => {
  assert.deepEqual(froms(`export const from = "x";\nexport function f() { return "y"; }`), []);
});

test("blanking keeps length and lines, whatever the text", () => {
  const piece = fc.constantFrom(
    "`",
    "${",
    "}",
    "{",
    '"',
    "'",
    "/",
    "//",
    "/*",
    "*/",
    "\\",
    "\n",
    "a",
    "é😀",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const source = pieces.join("");
      const blank = blankOut(source);
      assert.equal(blank.length, source.length);
      assert.equal(blank.split("\n").length, source.split("\n").length);
    }),
  );
});

test("reads itself", () => {
  const source = readFileSync(new URL("./scan.test.ts", import.meta.url), "utf8");
  assert.deepEqual(froms(source).slice(0, 2), ["node:assert/strict", "node:fs"]);
  assert.equal(froms(source).length, 5);
});

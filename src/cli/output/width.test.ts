// How wide text is, and that wrapping neither exceeds the columns nor loses what was written.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { widthOf, wrap } from "./width.ts";

const WIDTHS: readonly [text: string, cells: number][] = [
  ["", 0],
  ["abc", 3],
  ["静かな山", 8],
  ["한국어", 6],
  ["ｆｕｌｌ", 8],
  ["ｱ", 1],
  ["👍", 2],
  ["👩🏽‍🚀", 2],
  ["👨‍👩‍👧‍👦", 2],
  ["🇩🇪", 2],
  ["❤️", 2],
  ["❤", 1],
  ["e\u0301", 1],
  ["a\u200bb", 2],
  ["\u{20000}", 2],
  ["→ ─ …", 5],
  ["\x1b[1;31mred\x1b[39m", 3],
  ["\x1b[1m静\x1b[22m!", 3],
];

for (const [text, cells] of WIDTHS) {
  test(`${JSON.stringify(text)} takes ${cells}`, () => assert.equal(widthOf(text), cells));
}

const plain = (text: string) => text.replace(/\x1b\[[0-9;]*m/g, "");

/** The rows are the text in order, with no more gone than one space at each break. */
function assertKept(rows: readonly string[], text: string): void {
  const shown = rows.join("");
  assert.equal(shown.replaceAll(" ", ""), text.replaceAll(" ", ""));
  assert.ok(text.length - shown.length <= rows.length - 1, JSON.stringify({ rows, text }));
}

const word = fc.oneof(
  fc.stringMatching(/^[a-z]{1,12}$/),
  fc.constantFrom("静かな山", "👩🏽‍🚀", "🇩🇪", "e\u0301te\u0301", "❤️", "한국", "  ", "-"),
);
const painted = fc
  .tuple(word, fc.constantFrom("", "1", "33", "1;31"))
  .map(([text, colour]) => (colour === "" ? text : `\x1b[${colour}m${text}\x1b[0m`));

test("property: rows fit, and nothing but a space at a break is lost, with colours too", () => {
  fc.assert(
    fc.property(
      fc.array(painted, { maxLength: 20 }),
      fc.constantFrom(" ", "", "  "),
      fc.integer({ min: 2, max: 40 }),
      (words, between, columns) => {
        const line = words.join(between);
        const rows = wrap(line, columns);
        for (const row of rows) assert.ok(widthOf(row) <= columns, JSON.stringify(row));
        assertKept(rows.map(plain), plain(line));
      },
    ),
    { numRuns: 1_000 },
  );
});

test("a line breaks at its last space, and a word too long for a row within itself", () => {
  assert.deepEqual(wrap("the quick brown fox", 9), ["the quick", "brown fox"]);
  assert.deepEqual(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
  assert.deepEqual(wrap("the quickest", 8), ["the", "quickest"]);
  assert.deepEqual(wrap("静静静", 5), ["静静", "静"]);
  assert.deepEqual(wrap("", 10), [""]);
});

test("a colour that ended is no word to break behind", () => {
  const rows = wrap("a a \x1b[1m  \x1b[0m 静かな山", 5);
  assert.ok(rows.every((row) => widthOf(row) <= 5));
});

test("a colour goes on in the next row and ends with each", () => {
  assert.deepEqual(wrap("\x1b[31mone two", 3), ["\x1b[31mone\x1b[0m", "\x1b[31mtwo\x1b[0m"]);
});

test("a terminal narrower than a character still ends", () => {
  assert.equal(wrap("静静", 1).join(""), "静静");
});

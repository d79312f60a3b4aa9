// What others wrote cannot steer the terminal, and colour is there only where it is wanted.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { harmless, paintOf, wantsColor } from "./paint.ts";

const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

const CASES: readonly [name: string, text: string, clean: string][] = [
  ["OSC 52, the clipboard, by BEL", "a\x1b]52;c;aGk=\x07b", "ab"],
  ["OSC 52, by ST", "a\x1b]52;c;aGk=\x1b\\b", "ab"],
  ["OSC 8, a link", "\x1b]8;;https://evil.example\x1b\\text\x1b]8;;\x1b\\", "text"],
  ["OSC without an end", "a\x1b]0;title", "a"],
  ["CSI, a cleared screen", "a\x1b[2Jb", "ab"],
  ["CSI, a colour", "\x1b[1;31mred\x1b[0m", "red"],
  ["CSI, a private mode", "a\x1b[?1049hb", "ab"],
  ["CSI with an intermediate", "a\x1b[!pb", "ab"],
  ["DCS", "a\x1bPq#0;2;0\x1b\\b", "ab"],
  ["APC", "a\x1b_Gpayload\x1b\\b", "ab"],
  ["PM", "a\x1b^secret\x1b\\b", "ab"],
  ["a reset", "a\x1bcb", "ab"],
  ["a character set", "a\x1b(0b", "ab"],
  ["C1 as single characters", "a\x9bb\x9dc\x90d\x85e", "abcde"],
  ["a lone ESC at the end", "a\x1b", "a"],
  ["ESC before a sequence", "a\x1b\x1b[2Jb", "ab"],
  ["a sequence around a sequence", "a\x1b\x1b[0m[2Jb", "a[2Jb"],
  ["bell, backspace, null, delete", "a\x07b\x08c\x00d\x7fe", "abcde"],
  ["a carriage return that would overwrite", "safe\rEVIL\r\nnext", "safe\nEVIL\nnext"],
  ["tab and line feed stay", "a\tb\nc", "a\tb\nc"],
];

for (const [name, text, clean] of CASES) {
  test(`harmless: ${name}`, () => assert.equal(harmless(text), clean));
}

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom("\x1b", "\x1b[", "\x1b]52;c;", "\x1bP", "\x07", "\x1b\\", "\x9b", "2J", "m"),
      fc.string({ unit: "binary", maxLength: 10 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

test("property: nothing that steers is left, and a second pass finds nothing", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const clean = harmless(text);
      assert.ok(!CONTROLS.test(clean), JSON.stringify(clean));
      assert.equal(harmless(clean), clean);
    }),
    { numRuns: 500 },
  );
});

test("property: text without control characters is left alone", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
      const clean = text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
      assert.equal(harmless(clean), clean);
    }),
  );
});

test("long noise is no trap", () => {
  for (const noise of ["\x1b]", "\x1b[0", "\x1b[", "\x1b ", "\x1b", "\r"]) {
    const clean = harmless(noise.repeat(100_000));
    assert.ok(!CONTROLS.test(clean));
  }
  assert.equal(harmless(`\x1b[${"0".repeat(200_000)}`).includes("\x1b"), false);
});

test("paint: off is plain, on opens and closes, and empty text stays empty", () => {
  assert.equal(paintOf(false).bold("x"), "x");
  assert.equal(paintOf(true).bold("x"), "\x1b[1mx\x1b[22m");
  assert.equal(paintOf(true).red(""), "");
});

test("colour: the flag, then NO_COLOR, then FORCE_COLOR, then the terminal", () => {
  const tty = { isTTY: true };
  assert.equal(wantsColor("always", {}, { NO_COLOR: "1" }), true);
  assert.equal(wantsColor("never", tty, { FORCE_COLOR: "1" }), false);
  assert.equal(wantsColor("auto", tty, { NO_COLOR: "1", FORCE_COLOR: "1" }), false);
  assert.equal(wantsColor(undefined, tty, { NO_COLOR: "" }), true, "empty is as unset");
  assert.equal(wantsColor(undefined, {}, { FORCE_COLOR: "1" }), true);
  assert.equal(wantsColor(undefined, {}, { FORCE_COLOR: "0" }), false);
  assert.equal(wantsColor(undefined, tty, {}), true);
  assert.equal(wantsColor(undefined, tty, { TERM: "dumb" }), false);
  assert.equal(wantsColor(undefined, {}, {}), false);
});

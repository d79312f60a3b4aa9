// What is painted does not depend on how the text came, and nothing painted is taken back; what a
// model writes cannot steer the terminal; and rows fit.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MarkdownStream } from "./markdown.ts";
import { harmless, paintOf } from "./paint.ts";
import { widthOf, wrap } from "./width.ts";

const DOCUMENTS = [
  "# Title\n\nA *first* paragraph with `code` and **weight**.\n\nA second one.\n",
  "- one\n- two\n  - inner\n- three\n\nAfter the list.\n",
  "1. a\n2. b\n\n```js\nconst x = 1;\n\nconst y = 2;\n```\n\nDone.\n",
  "| a | b |\n| --- | --- |\n| 1 | 2 |\n\n> quoted\n> more\n\n---\n\nEnd [link](https://example.com).",
  "plain my_var_name and <b>html</b> & more",
];

function painted(pieces: readonly string[], colour = true): string {
  const stream = new MarkdownStream(paintOf(colour));
  let out = "";
  for (const piece of pieces) out += stream.push(piece);
  return out + stream.end();
}

for (const text of DOCUMENTS) {
  test(`painted the same however it is cut: ${text.slice(0, 24).replaceAll("\n", " ")}`, () => {
    const whole = painted([text]);
    assert.equal(painted([...text]), whole);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), (raw) => {
        const cuts = raw.map((n) => n % text.length).sort((a, b) => a - b);
        const pieces = [...cuts, text.length].map((to, i) => text.slice(cuts[i - 1] ?? 0, to));
        assert.equal(painted(pieces), whole);
      }),
      { numRuns: 40 },
    );
  });
}

test("without colour there is no escape, and words are all there", () => {
  const out = painted([DOCUMENTS.join("\n")], false);
  assert.ok(!out.includes("\x1b"));
  for (const word of [
    "Title",
    "weight",
    "inner",
    "const y = 2;",
    "my_var_name",
    "<b>html</b>",
    "https://example.com",
  ])
    assert.ok(out.includes(word), word);
});

test("control sequences of any kind are taken out of what a model writes", () => {
  const bad = "a\x1b]52;c;aGk=\x07b\x1b[2Jc\x1b]0;title\x1b\\d\x1bPq\x1b\\e\x9b31mf\x00g\rh\x1b";
  assert.equal(harmless(bad).replace(/[^a-z0-9]/g, ""), "abcdefgh".replace("f", "31mf"));
  assert.ok(!/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(harmless(bad)));
});

test("property: harmless text has no control characters, and clean text is left alone", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
      assert.ok(!/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(harmless(text)));
      const clean = text.replace(/[\x00-\x1f\x7f-\x9f]/g, "");
      assert.equal(harmless(clean), clean);
    }),
  );
});

test("property: no row is wider than the terminal, and nothing but spaces at breaks is lost", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 120 }),
      fc.integer({ min: 4, max: 40 }),
      (raw, columns) => {
        const text = harmless(raw).replace(/[\n\t]/g, " ");
        const rows = wrap(text, columns);
        for (const row of rows) assert.ok(widthOf(row) <= columns, JSON.stringify(row));
        assert.equal(rows.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
      },
    ),
    { numRuns: 300 },
  );
});

test("widths: wide scripts and emoji are two cells, marks none, colour none", () => {
  assert.deepEqual(["a", "静", "👩🏽‍🚀", "é", "\x1b[1mx\x1b[22m"].map(widthOf), [1, 2, 2, 1, 1]);
});

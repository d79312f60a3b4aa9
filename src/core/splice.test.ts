// Where two texts join: exact overlaps, odd beginnings, and what is refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  anchorJoiner,
  anchorOf,
  type Join,
  type Joiner,
  matchJoiner,
  prefillJoiner,
} from "./splice.ts";

/** Feeds the text in pieces, as a stream would; the first decision counts. */
function join(joiner: Joiner, text: string, step = 3): Join {
  for (let end = step; end < text.length; end += step) {
    const seen = joiner.judge(text.slice(0, end), false);
    if (seen.type !== "hold") return seen;
  }
  return joiner.judge(text, true);
}

const TEXT = "The harbour was quiet that night. A lantern swung above the door, and ";
const REST = "nobody came to light it again.";

function joined(join: Join, text: string): string {
  assert.equal(join.type, "joined");
  return join.type === "joined" ? TEXT + text.slice(join.drop) : "";
}

test("an anchor is cut off, with the space that was delivered", () => {
  const anchor = anchorOf(TEXT);
  assert.ok(TEXT.trimEnd().endsWith(anchor) && anchor.length > 20);
  for (const lead of ["", "\n", "  "]) {
    const text = `${lead}${anchor} ${REST}`;
    assert.equal(joined(join(anchorJoiner(TEXT, anchor), text), text), TEXT + REST);
  }
});

test("more than the anchor repeated is cut off whole", () => {
  const anchor = anchorOf(TEXT);
  for (const text of [TEXT.slice(12) + REST, TEXT + REST]) {
    assert.equal(joined(join(anchorJoiner(TEXT, anchor), text), text), TEXT + REST);
  }
});

test("without its anchor a text is refused", () => {
  const anchor = anchorOf(TEXT);
  for (const text of [
    REST,
    `Sure, here it is: ${anchor}${REST}`,
    "Meanwhile, elsewhere.",
    anchor.slice(0, 12),
  ]) {
    assert.equal(join(anchorJoiner(TEXT, anchor), text).type, "diverged", text);
  }
});

test("a prefill goes on literally; a repeated sentence or a new start is cut", () => {
  const sentence = TEXT.slice(TEXT.indexOf("A lantern"));
  for (const text of [REST, sentence + REST, TEXT + REST]) {
    assert.equal(joined(join(prefillJoiner(TEXT), text), text), TEXT + REST);
  }
});

test("a prefill that starts over and then strays is refused", () => {
  assert.equal(
    join(prefillJoiner(TEXT), `${TEXT.slice(0, 45)}but all else was new.`).type,
    "diverged",
  );
});

test("a code fence opened again is cut", () => {
  const code = "Look:\n```js\nconst lantern = 42;\nconst door = lantern";
  const anchor = anchorOf(code);
  const text = `\`\`\`js\n${anchor} + 1;\n\`\`\``;
  const seen = join(anchorJoiner(code, anchor), text);
  assert.equal(seen.type === "joined" && code + text.slice(seen.drop), `${code} + 1;\n\`\`\``);
});

test("a match delivers only what goes beyond, and refuses the first difference", () => {
  const text = `${TEXT}${REST}`;
  assert.deepEqual(join(matchJoiner(TEXT, 0), text), {
    type: "joined",
    drop: TEXT.length,
    confidence: "exact",
  });
  assert.equal(join(matchJoiner(TEXT, 0), text.replace("lantern", "candle")).type, "diverged");
  assert.equal(join(matchJoiner(TEXT, 0), TEXT.slice(0, 20)).type, "diverged");
});

test("a token that a server does not know shows by the start it makes", () => {
  assert.equal(join(matchJoiner(TEXT, TEXT.length), TEXT + REST).type, "diverged");
  assert.equal(join(matchJoiner(TEXT, TEXT.length), REST).type, "joined");
});

test("property: however a text is cut, its anchored continuation joins to the same text", () => {
  const words = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 9 }), {
    minLength: 12,
    maxLength: 40,
  });
  fc.assert(
    fc.property(words, fc.nat(), fc.integer({ min: 1, max: 9 }), (list, at, step) => {
      const whole = list.map((word, i) => `${word.replace(/[\s`]/g, "x")}${i}`).join(" ");
      const cut = 1 + (at % (whole.length - 1));
      const delivered = whole.slice(0, cut);
      const anchor = anchorOf(delivered);
      fc.pre(anchor !== "");
      const solid = delivered.lastIndexOf(anchor);
      const text = whole.slice(solid);
      const seen = join(anchorJoiner(delivered, anchor), text, step);
      assert.equal(seen.type, "joined");
      if (seen.type === "joined") assert.equal(delivered + text.slice(seen.drop), whole);
    }),
    { numRuns: 300 },
  );
});

// No regular expression of the sources takes the square of a text's length, whatever the text. Growth is
// compared: four times the text may cost about four times as much, sixteen times is a trap.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pattern, patterns, piecesOf, quickestMs, traps } from "./patterns.ts";

const CHARS = 1_000;
const FACTOR = 4;
/** Between what is linear (4) and what is quadratic (16). */
const GROWTH_MAX = 9;
/** Below this the clock says nothing, and nobody is held up. */
const NOTICED_MS = 0.15;
const LOOKS = 8;
/** What meets only the operator's own settings. */
const OWN_SETTINGS = new Set([String.raw`\/+$`]);

function growth(pattern: RegExp, small: string, large: string): number {
  const run = (text: string) => () => void text.replace(pattern, "");
  if (quickestMs(run(small), 1) < NOTICED_MS) return 0;
  let least = Number.POSITIVE_INFINITY;
  // A machine that is busy with something else makes a look worse, never better.
  for (let look = 0; look < LOOKS && least > GROWTH_MAX; look += 1)
    least = Math.min(least, quickestMs(run(large), 4) / quickestMs(run(small), 2));
  return least;
}

function trapOf({ source, flags }: Pattern): string | undefined {
  const pattern = new RegExp(source, `${flags.replace(/[gy]/g, "")}g`);
  const pieces = piecesOf(source);
  const large = traps(pieces, CHARS * FACTOR);
  for (const small of traps(pieces, CHARS)) {
    const grown = growth(pattern, small, large.next().value as string);
    if (grown > GROWTH_MAX) return `${JSON.stringify(small.slice(0, 40))} × ${grown.toFixed(1)}`;
  }
  return undefined;
}

test("the search finds traps where there are some", () => {
  for (const source of [
    String.raw`(function_declarations|tools)\S*.{0,80}(schema|type)`,
    String.raw`(\d+(?:\.\d+)?)\s*(ms|s)`,
    String.raw`\s*[+,]\s*`,
  ])
    assert.ok(trapOf({ file: "", source, flags: "i" }), source);
  assert.equal(trapOf({ file: "", source: "[a-z]+,", flags: "" })?.startsWith('"a'), true);
  assert.equal(trapOf({ file: "", source: "(?<![a-z])[a-z]+,", flags: "" }), undefined);
});

test("no pattern of the sources is one", () => {
  const all = patterns();
  assert.ok(all.length > 150, `only ${all.length} were found`);
  const found = all
    .filter(({ source }) => !OWN_SETTINGS.has(source))
    .flatMap((pattern) => {
      const trap = trapOf(pattern);
      return trap === undefined ? [] : [`${pattern.file}: /${pattern.source}/ on ${trap}`];
    });
  assert.deepEqual(found, []);
});

// The text is the same each time, has what breaks careless readers, and repeats nothing nearby.
import assert from "node:assert/strict";
import { test } from "node:test";
import { wordsAsked, write } from "./writer.ts";

const RUN = 20;
const PROMPTS = [
  "hello",
  "Write a story about a brave knight",
  "Explain how rainbows form",
  "900 words on tea",
];
const SEEDS = Array.from({ length: 40 }, (_, i) => i);

const texts = PROMPTS.flatMap((prompt) => SEEDS.map((seed) => write({ seed, model: "m", prompt })));

function repeated(text: string, chars: number): string | undefined {
  const seen = new Set<string>();
  for (let at = 0; at + chars <= text.length; at += 1) {
    const run = text.slice(at, at + chars);
    if (seen.has(run)) return run;
    seen.add(run);
  }
  return undefined;
}

test("seed, model, prompt and turn decide, and nothing else does", () => {
  const input = { seed: 1, model: "m", prompt: "a tale", turn: "#1" };
  const text = write(input);
  for (let i = 0; i < 100; i += 1) write({ ...input, seed: i + 2 });
  assert.equal(write({ ...input }), text);
  for (const other of [{ seed: 2 }, { model: "n" }, { prompt: "a tale!" }, { turn: "#3" }])
    assert.notEqual(write({ ...input, ...other }), text);
});

test("no run of twenty characters stands twice", () => {
  for (const text of texts) assert.equal(repeated(text, RUN), undefined);
});

test("a long text repeats nothing nearby either, and has the length asked for", () => {
  const text = write({ seed: 3, model: "m", prompt: "about 12,000 words" });
  const words = text.split(/\s+/).length;
  assert.ok(Math.abs(words - 12_000) < 60, `${words} words`);
  for (let from = 0; from < text.length; from += 4_000)
    assert.equal(repeated(text.slice(from, from + 8_000), RUN), undefined);
});

test("lists, code, tables, headings, several-part emoji, CJK and quotes are in it", () => {
  const all = texts.join("\n");
  for (const kind of [
    /^- /m,
    /^1\. /m,
    /^```\w+\n[\s\S]+?\n```$/m,
    /^\|-\|/m,
    /^#{2,3} /m,
    /\u200d/,
    /[\u4e00-\u9fff]/,
    /[\u3040-\u309f]/,
    /[\uac00-\ud7af]/,
    /“/,
  ])
    assert.match(all, kind);
  for (const text of texts) {
    assert.match(text, /[\ud800-\udbff]/);
    assert.equal(text.split(/^```/m).length % 2, 1, "a fence is left open");
    assert.equal(text, text.trim());
  }
});

test("lengths: as asked, and usual ones", () => {
  for (const [prompt, low, high] of [
    ["Answer in one word", 1, 1],
    ["exactly 7 words", 7, 7],
    ["60 words about tea", 50, 75],
    ["a story in 300 words", 270, 330],
    ["Write a story about a brave knight", 150, 400],
    ["hello", 100, 250],
  ] as const) {
    for (const seed of SEEDS) {
      const words = write({ seed, model: "m", prompt }).split(/\s+/).length;
      assert.ok(words >= low && words <= high, `${prompt}: ${words} words`);
    }
  }
  assert.equal(wordsAsked("2.000 words"), 2_000);
  assert.equal(wordsAsked("a 500-word essay"), 500);
  assert.equal(wordsAsked("99999999 words"), 60_000);
  assert.equal(wordsAsked("say something"), undefined);
});

test("people are told that nobody is there", () => {
  for (const prompt of PROMPTS.slice(0, 3))
    for (const seed of SEEDS) assert.match(write({ seed, model: "m", prompt }), /Pollux simulator/);
});

test("any prompt gets a text", () => {
  for (const prompt of ["", "   ", "```\n|-|", "🧵".repeat(100), "\ud800", "0 words", "-5 words"])
    assert.ok(write({ seed: 1, model: "m", prompt }).length > 0);
});

// Pacing changes how text is handed out, never what.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FakeClock } from "../../test/fake-clock.ts";
import { type Pace, paced } from "./pace.ts";

async function* from(texts: readonly string[], error?: Error): AsyncGenerator<string> {
  for (const text of texts) yield text;
  if (error) throw error;
}

async function pieces(texts: readonly string[], pace: Pace, error?: Error): Promise<string[]> {
  const clock = new FakeClock();
  const out: string[] = [];
  const read = async () => {
    for await (const text of paced(from(texts, error), pace, clock.with(fetch))) out.push(text);
  };
  await clock.run(read().catch((thrown: unknown) => assert.equal(thrown, error)));
  assert.equal(clock.pendingTimers, 0);
  return out;
}

test("words, sentences and lines come whole", async () => {
  const texts = ["The ri", "ver is wide. Ver", "y wide!\nYes", "."];
  assert.deepEqual(await pieces(texts, "line"), ["The river is wide. Very wide!\n", "Yes."]);
  assert.deepEqual(await pieces(texts, "sentence"), [
    "The river is wide. ",
    "Very wide!\n",
    "Yes.",
  ]);
  assert.ok(!(await pieces(texts, "word")).includes("The ri"));
});

test("a typewriter keeps its rate, and catches up when it is behind", async () => {
  const out = await pieces(["x".repeat(30)], { charsPerSecond: 300 });
  assert.ok(out.length > 1);
  assert.ok((await pieces(["x".repeat(100_000)], { charsPerSecond: 10 })).length < 1_000);
});

test("what was held comes out before an error", async () => {
  for (const pace of ["sentence", { everyMs: 50 }, { charsPerSecond: 20 }] as Pace[]) {
    assert.equal(
      (await pieces(["half a sen", "tence"], pace, new Error("cut"))).join(""),
      "half a sentence",
    );
  }
});

test("property: nothing is lost, changed or cut inside a grapheme", async () => {
  const paces: Pace[] = ["word", "sentence", "line", { everyMs: 20 }, { charsPerSecond: 50 }];
  const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: "grapheme", maxLength: 12 }), { maxLength: 12 }),
      fc.constantFrom(...paces),
      async (texts, pace) => {
        const out = await pieces(texts, pace);
        const whole = texts.join("");
        assert.equal(out.join(""), whole);
        if (typeof pace === "string") return;
        const starts = new Set([...graphemes.segment(whole)].map(({ index }) => index));
        let at = 0;
        for (const piece of out) {
          assert.ok(starts.has(at) || at === whole.length, "cut inside a grapheme");
          at += piece.length;
        }
      },
    ),
    { numRuns: 150 },
  );
});

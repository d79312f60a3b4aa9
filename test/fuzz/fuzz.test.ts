// Every decoder, for a moment: what was found before, and fresh inputs from a fixed seed. For longer:
// `npm run fuzz -- --minutes 60 --seed 7`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { quickestMs } from "../attack/patterns.ts";
import { FOUND } from "./found.ts";
import { randomOf } from "./random.ts";
import { search, show } from "./search.ts";
import type { Target } from "./target.ts";
import { TARGETS } from "./targets/index.ts";

const SEED = 20_261_121;
/** A whole stream takes some turns of the event loop, a decoder takes none. */
const RUNS: Readonly<Record<string, number>> = { stream: 60, interact: 60, follow: 60 };
const RUNS_USUAL = 400;
const WAYS = 6;

const GROWTH_MAX = 9;
const NOTICED_MS = 4;
const CHARS = 4_000;
const LOOKS = 8;

for (const target of TARGETS) {
  test(`${target.name}: holds for what was found, and for fresh inputs`, async () => {
    for (const found of FOUND[target.name] ?? []) {
      const input =
        target.kind === "bytes" ? new Uint8Array(Buffer.from(String(found), "latin1")) : found;
      for (let way = 0; way < WAYS; way += 1) await target.run(input, randomOf(way));
    }
    const runs = RUNS[target.name] ?? RUNS_USUAL;
    const { hit } = await search(target, { seed: SEED, runs });
    if (hit) throw new Error(`${hit.target} on ${hit.input.slice(0, 2_000)}`, { cause: hit.error });
  });
}

test("everything found has its target", () => {
  const names = new Set(TARGETS.map(({ name }) => name));
  assert.deepEqual(
    Object.keys(FOUND).filter((name) => !names.has(name)),
    [],
  );
});

/** One unit again and again: what costs more than its length shows. */
function repeated(target: Target, unit: string, chars: number): unknown {
  const text = unit.repeat(Math.ceil(chars / unit.length));
  return target.kind === "bytes" ? new TextEncoder().encode(text) : text;
}

function growthOf({ plain }: Target, small: unknown, large: unknown): number {
  const run = (input: unknown) => () => void plain?.(input);
  if (quickestMs(run(large), 1) < NOTICED_MS) return 0;
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < LOOKS && least > GROWTH_MAX; look += 1)
    least = Math.min(least, quickestMs(run(large), 4) / quickestMs(run(small), 2));
  return least;
}

for (const target of TARGETS.filter(({ plain }) => plain)) {
  test(`${target.name}: four times the input, about four times the work`, () => {
    const seeds = target.seeds.map((seed) =>
      typeof seed === "string" ? seed : Buffer.from(seed as Uint8Array).toString(),
    );
    const words = target.words.filter((word) => word !== "");
    const pairs = words.flatMap((a) => words.slice(0, 3).map((b) => a + b));
    const around = ['{"a":"', '{"', "[", "data: "].flatMap((head) =>
      ["\\n", '""', "\n"].map((unit) => [head, unit]),
    );
    for (const unit of [...words, ...pairs, ...seeds.filter(Boolean)]) {
      const grown = growthOf(
        target,
        repeated(target, unit, CHARS),
        repeated(target, unit, 4 * CHARS),
      );
      assert.ok(grown <= GROWTH_MAX, `${show("text", unit.slice(0, 80))} × ${grown.toFixed(1)}`);
    }
    for (const [head = "", unit = ""] of around) {
      const made = (chars: number) => {
        const text = head + unit.repeat(chars / unit.length);
        return target.kind === "bytes" ? new TextEncoder().encode(text) : text;
      };
      const grown = growthOf(target, made(CHARS), made(4 * CHARS));
      assert.ok(grown <= GROWTH_MAX, `${head} ${show("text", unit)} × ${grown.toFixed(1)}`);
    }
  });
}

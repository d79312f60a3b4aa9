// `npm run fuzz -- --minutes 60 --seed 7 [--target NAME]`: the same targets as in the tests, for as long
// as one likes. It takes turns, follows new code and new outcomes, and prints each hit with its input.
import { parseArgs } from "node:util";
import { Coverage, type Hit, search } from "./search.ts";
import { TARGETS } from "./targets/index.ts";

const TURN_RUNS = 3_000;
const TURN_MS = 20_000;
const INPUT_CHARS_SHOWN = 6_000;
const SEED_STEP = 7_919;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    target: { type: "string", multiple: true },
    coverage: { type: "boolean", default: true },
  },
  allowNegative: true,
});
const endsAt = Date.now() + Number(values.minutes) * 60_000;
const wanted = TARGETS.filter(({ name }) => values.target?.includes(name) ?? true);
if (wanted.length === 0 || !(endsAt > 0)) {
  console.error(`No such target. There are: ${TARGETS.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const coverage = values.coverage ? await new Coverage().start() : undefined;
const hits = new Map<string, Hit>();
let unhandled: unknown;
process.on("unhandledRejection", (error) => {
  unhandled = error;
});
let runs = 0;
for (let turn = 0; Date.now() < endsAt; turn += 1) {
  for (const target of wanted) {
    const turnEndsAt = Math.min(endsAt, Date.now() + TURN_MS);
    const seed = Number(values.seed) + turn * SEED_STEP;
    const until = () => Date.now() > turnEndsAt || unhandled !== undefined;
    const found = await search(target, { seed, runs: TURN_RUNS, until, coverage });
    runs += found.runs;
    if (unhandled !== undefined) {
      found.hit ??= { target: target.name, input: "unknown: nobody caught it", error: unhandled };
      unhandled = undefined;
    }
    if (found.hit) report(found.hit, seed);
    if (Date.now() > endsAt) break;
  }
}
console.log(
  `${runs} inputs, ${wanted.length} targets, ${coverage?.blocks ?? "unwatched"} blocks, ${hits.size} kinds of hits`,
);
process.exit(hits.size > 0 ? 1 : 0);

/** Each kind once: the same line of code, or the same words. */
function report(hit: Hit, seed: number): void {
  const { stack = String(hit.error) } = hit.error as { stack?: string };
  const lines = stack.split("\n");
  const where = lines.find((line) => line.includes("/src/")) ?? lines[0] ?? "";
  const kind = `${hit.target} ${where.trim()}`;
  if (hits.has(kind)) return;
  hits.set(kind, hit);
  console.log(`✖ ${hit.target}, seed ${seed}\n${lines.slice(0, 12).join("\n")}`);
  console.log(`  input: ${hit.input.slice(0, INPUT_CHARS_SHOWN)}\n`);
}

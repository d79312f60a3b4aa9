// The search: inputs that showed something new are kept and changed further. New is an outcome nobody
// has seen, and, where coverage is watched, code that nobody has reached.
import { Session } from "node:inspector/promises";
import { isDeepStrictEqual } from "node:util";
import { mutate } from "./mutate.ts";
import { type Random, randomOf } from "./random.ts";
import type { Kind, Target } from "./target.ts";

const CORPUS_MAX = 2_000;
const OUTCOMES_MAX = 20_000;
/** Inputs between two looks at the coverage. */
const BATCH = 40;

export interface Hit {
  target: string;
  input: string;
  error: unknown;
}

interface SearchOptions {
  seed: number;
  runs: number;
  /** Ends the search early. */
  until?: () => boolean;
  coverage?: Coverage | undefined;
}

interface Searched {
  hit: Hit | undefined;
  runs: number;
  outcomes: number;
}

export async function search(target: Target, options: SearchOptions): Promise<Searched> {
  const random = randomOf(options.seed);
  const corpus: unknown[] = [...target.seeds];
  const outcomes = new Set<string>();
  let batch: unknown[] = [];
  let runs = 0;
  for (; runs < options.runs && !options.until?.(); runs += 1) {
    const input =
      runs < target.seeds.length
        ? target.seeds[runs]
        : mutate(target.kind, random.pick(corpus), random.pick(corpus), target.words, random);
    let outcome: string;
    try {
      outcome = await target.run(input, random);
      checkPrototypes();
    } catch (error) {
      const hit = { target: target.name, input: show(target.kind, input), error };
      return { hit, runs, outcomes: outcomes.size };
    }
    if (!outcomes.has(outcome) && outcomes.size < OUTCOMES_MAX) {
      outcomes.add(outcome);
      keep(corpus, input, random);
    } else batch.push(input);
    if (options.coverage && runs % BATCH === BATCH - 1) {
      // Which of the batch it was does not matter: their offspring will show.
      if (await options.coverage.grew()) keep(corpus, random.pick(batch) ?? input, random);
      batch = [];
    } else if (batch.length > BATCH) batch = [];
  }
  return { hit: undefined, runs, outcomes: outcomes.size };
}

function keep(corpus: unknown[], input: unknown, random: Random): void {
  if (corpus.length < CORPUS_MAX) corpus.push(input);
  else corpus[random.int(CORPUS_MAX)] = input;
}

/** As it can be written into a test. */
export function show(kind: Kind, input: unknown): string {
  return kind === "bytes"
    ? JSON.stringify(Buffer.from(input as Uint8Array).toString("latin1"))
    : JSON.stringify(input);
}

const CLEAN = [Object.prototype, Array.prototype, Function.prototype, String.prototype].map(
  (prototype) => ({ prototype, names: Object.getOwnPropertyNames(prototype) }),
);

/** Nothing that was read may have changed what every object has. */
function checkPrototypes(): void {
  for (const { prototype, names } of CLEAN) {
    if (!isDeepStrictEqual(Object.getOwnPropertyNames(prototype), names))
      throw new Error("a prototype was changed");
  }
}

/** Blocks of the sources that have run, by Node's own means. */
export class Coverage {
  private readonly session = new Session();
  private readonly seen = new Set<string>();

  async start(): Promise<this> {
    this.session.connect();
    await this.session.post("Profiler.enable");
    await this.session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
    return this;
  }

  get blocks(): number {
    return this.seen.size;
  }

  /** Whether something ran since the last look that never ran before. */
  async grew(): Promise<boolean> {
    const before = this.seen.size;
    const { result } = await this.session.post("Profiler.takePreciseCoverage");
    for (const { url, functions } of result) {
      if (!url.includes("/src/")) continue;
      for (const { ranges } of functions)
        for (const { startOffset, endOffset, count } of ranges)
          if (count > 0) this.seen.add(`${url}:${startOffset}:${endOffset}`);
    }
    return this.seen.size > before;
  }
}

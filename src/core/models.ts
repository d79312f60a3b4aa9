// What is known of models, as data: whether one accepts a last `model` turn, and how long it may
// think in silence. What a model refuses at run time is remembered beside this, per client.

/** How long each phase of an attempt may last. */
export interface Clocks {
  /** From sending the request to its response headers. */
  headersMs: number;
  /** From the headers to the first content. */
  firstMs: number;
  /** Longest silence between two pieces of progress. */
  progressMs: number;
  /** Longest life of one attempt. */
  totalMs: number;
}

interface ModelTraits {
  prefill: boolean;
  clocks: Clocks;
}

const MINUTE = 60_000;
/** A stream lives about twenty minutes on Google's side. */
const TOTAL_MS = 20.5 * MINUTE;

const QUICK: Clocks = {
  headersMs: 2 * MINUTE,
  firstMs: 2 * MINUTE,
  progressMs: MINUTE,
  totalMs: TOTAL_MS,
};
const THINKING: Clocks = {
  headersMs: 5 * MINUTE,
  firstMs: 8 * MINUTE,
  progressMs: 3 * MINUTE,
  totalMs: TOTAL_MS,
};
const LONG: Clocks = {
  headersMs: 15 * MINUTE,
  firstMs: 20 * MINUTE,
  progressMs: 15 * MINUTE,
  totalMs: TOTAL_MS,
};

/** First match wins. */
const TRAITS: readonly [RegExp, boolean, Clocks][] = [
  [/gemini-4/, false, LONG],
  [/gemini-3\.(5-flash-lite|[6-9])/, false, THINKING],
  [/gemini-(2\.5|3|pro-latest)/, true, THINKING],
  [/gemini-2\.0/, true, QUICK],
  [/gemini-1/, false, QUICK],
];

export function traitsOf(model: string): ModelTraits {
  const found = TRAITS.find(([pattern]) => pattern.test(model));
  return { prefill: found?.[1] ?? false, clocks: found?.[2] ?? THINKING };
}

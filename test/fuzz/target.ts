// What is fuzzed: a name, inputs to begin with, and a run that throws when something does not hold. What
// a run returns is its outcome in a few words; inputs with outcomes of a new kind are kept and changed on.
import type { Random } from "./random.ts";

export type Kind = "bytes" | "text" | "json";

interface Inputs {
  bytes: Uint8Array;
  text: string;
  json: unknown;
}

export interface Target {
  name: string;
  kind: Kind;
  seeds: readonly unknown[];
  /** Words that mean something to it. */
  words: readonly string[];
  run(input: unknown, random: Random): string | Promise<string>;
  /** The same without what a test does around it: its time must be linear in the input. */
  plain?: ((input: unknown) => unknown) | undefined;
}

interface Making<K extends Kind> {
  name: string;
  seeds: readonly Inputs[K][];
  words?: readonly string[];
  run(input: Inputs[K], random: Random): string | Promise<string>;
  plain?(input: Inputs[K]): unknown;
}

const making =
  <K extends Kind>(kind: K) =>
  (made: Making<K>): Target =>
    ({ words: [], ...made, kind }) as unknown as Target;

export const onBytes = making("bytes");
export const onText = making("text");
export const onJson = making("json");

/** Runs what may only fail in its own way; says how it went. */
export function orOwn<T>(run: () => T, isOwn: (error: unknown) => boolean): T | "refused" {
  try {
    return run();
  } catch (error) {
    if (isOwn(error)) return "refused";
    throw error;
  }
}

/** Places to cut a body at: none, everywhere, or a few. */
export function cutsOf(length: number, random: Random): number[] {
  const way = random.int(4);
  if (way === 0) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: way * 3 }, () => random.int(length + 1)).sort((a, b) => a - b);
}

/** How large a number is, about: outcomes that differ in more are of another kind. */
export function about(n: number): string {
  return n < 4 ? String(n) : `2^${Math.floor(Math.log2(n))}`;
}

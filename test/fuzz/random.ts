// Chance that repeats itself: the same seed makes the same inputs, on any machine.

export interface Random {
  /** From 0 up to, not including, 1. */
  real(): number;
  /** From 0 up to, not including, `below`. */
  int(below: number): number;
  pick<T>(list: readonly T[]): T;
  chance(of: number): boolean;
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const real = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number) => Math.floor(real() * below);
  return {
    real,
    int,
    pick: (list) => list[int(list.length)] as never,
    chance: (of) => real() < of,
  };
}

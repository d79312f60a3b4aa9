// Time, randomness and the network as one argument, so that a whole stream can run on a fake clock.

/** Where time, chance, ids and the network come from, so that a test can bring its own. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Wall-clock time, for people and for logs only. */
  date(): Date;
  /** Run `fn` once after `ms`; the returned function cancels it. */
  setTimer(fn: () => void, ms: number): () => void;
  /** In [0, 1). */
  random(): number;
  fetch: typeof globalThis.fetch;
  /** An unguessable id. */
  id(): string;
}

/** Longest delay a platform timer takes; a longer one would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The clock of the platform. */
export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  date: () => new Date(),
  setTimer(fn: () => void, ms: number): () => void {
    const timer = setTimeout(fn, Math.min(ms, TIMER_MS_MAX));
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  fetch: (...args: Parameters<typeof globalThis.fetch>) => globalThis.fetch(...args),
  id: () => crypto.randomUUID(),
});

/** Wait `ms`, or less when `signal` fires. Resolves in both cases; the caller looks at the signal. */
export function wait(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted || ms <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      cancel();
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const cancel = clock.setTimer(finish, ms);
    signal?.addEventListener("abort", finish, { once: true });
  });
}

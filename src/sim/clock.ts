// Time as one argument: tests hand in a clock that jumps, so that a stall of minutes takes none.

/** Where the simulator's time comes from. */
export interface SimClock {
  /** Monotonic milliseconds. */
  now(): number;
  date(): Date;
  /** Resolves after `ms`, or at once when `signal` fires. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Longest delay a platform timer takes; a longer one would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export const realClock: SimClock = {
  now: () => performance.now(),
  date: () => new Date(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", finish);
        resolve();
      };
      const timer = setTimeout(finish, Math.min(ms, TIMER_MS_MAX));
      signal?.addEventListener("abort", finish, { once: true });
    }),
};

/** Waits until `signal` fires, for good if it never does. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

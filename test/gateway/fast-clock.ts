// Real time, told as if it ran a thousand times as fast: for real sockets and scenarios of minutes.
import type { Clock } from "../../src/core/index.ts";

const FACTOR = 1000;

interface FastClock extends Clock {
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export function fastClock(random: () => number = Math.random, factor: number = FACTOR): FastClock {
  const startedAt = Date.now();
  const now = () => performance.now() * factor;
  const setTimer = (fn: () => void, ms: number) => {
    const timer = setTimeout(fn, ms / factor);
    return () => clearTimeout(timer);
  };
  return {
    now,
    date: () => new Date(startedAt + now()),
    setTimer,
    random,
    fetch: globalThis.fetch,
    id: () => crypto.randomUUID(),
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const cancel = setTimer(resolve, ms);
        signal?.addEventListener(
          "abort",
          () => {
            cancel();
            resolve();
          },
          { once: true },
        );
      }),
  };
}

// Time that only passes when nothing else is left to do: a scenario of minutes runs in milliseconds,
// and the same way each time.
import type { Clock } from "../src/core/index.ts";

interface Timer {
  at: number;
  n: number;
  fn: () => void;
}

const START = Date.UTC(2026, 10, 20, 12);
const STEPS_MAX = 200_000;

export class FakeClock {
  private time = 0;
  private count = 0;
  private timers: Timer[] = [];
  readonly random: () => number;

  constructor(random: () => number = () => 0.5) {
    this.random = random;
  }

  now = (): number => this.time;
  date = (): Date => new Date(START + this.time);
  id = (): string => `id-${++this.count}`;

  setTimer = (fn: () => void, ms: number): (() => void) => {
    const timer = { at: this.time + Math.max(0, ms), n: ++this.count, fn };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  };

  wait = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const finish = () => {
        cancel();
        signal?.removeEventListener("abort", finish);
        resolve();
      };
      const cancel = this.setTimer(finish, ms);
      signal?.addEventListener("abort", finish, { once: true });
    });

  get pendingTimers(): number {
    return this.timers.length;
  }

  /** The clock as the core takes it. */
  with(fetch: typeof globalThis.fetch): Clock {
    const { now, date, id, setTimer, random } = this;
    return { now, date, id, setTimer, random, fetch };
  }

  /** Lets time pass until `work` is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const mark = () => {
      settled = true;
    };
    work.then(mark, mark);
    for (let steps = 0; steps < STEPS_MAX; steps += 1) {
      await turn();
      if (settled) return work;
      this.advance();
    }
    throw new Error(`nothing settled within ${STEPS_MAX} steps of time`);
  }

  private advance(): void {
    let next: Timer | undefined;
    for (const timer of this.timers) {
      if (!next || timer.at < next.at || (timer.at === next.at && timer.n < next.n)) next = timer;
    }
    if (!next) return;
    this.timers = this.timers.filter((one) => one !== next);
    this.time = Math.max(this.time, next.at);
    next.fn();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

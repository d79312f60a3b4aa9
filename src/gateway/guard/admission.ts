// How many streams run at once, and who waits. A request that could not be served in its time is told
// so at once, instead of waiting for nothing.
import type { Clock } from "../../core/index.ts";
import { Refusal } from "../refusal.ts";

interface AdmissionOptions {
  inFlightMax: number;
  queueMax: number;
  /** Nobody waits longer, whatever the deadline. */
  queueMs: number;
}

interface Waiter {
  enter: () => void;
  refuse: (error: unknown) => void;
}

/** Weight of the newest stream in the average of how long they take. */
const NEWEST = 0.1;

/** How many streams run at once, and who waits for room. */
export class Admission {
  private readonly clock: Clock;
  private readonly options: AdmissionOptions;
  private readonly queue: Waiter[] = [];
  private running = 0;
  private averageMs = 0;
  private closed = false;

  constructor(clock: Clock, options: AdmissionOptions) {
    this.clock = clock;
    this.options = options;
  }

  get inFlight(): number {
    return this.running;
  }

  get depth(): number {
    return this.queue.length;
  }

  /** Resolves when there is room; the function it brings gives the room back. */
  async enter(patienceMs: number, signal: AbortSignal): Promise<() => void> {
    if (this.closed) throw new Refusal("gateway_draining", undefined, 1_000);
    const { inFlightMax, queueMax } = this.options;
    if (this.running < inFlightMax) return this.begin();
    const deadlineMs = Math.min(patienceMs, this.options.queueMs);
    const waitMs = this.waitMs();
    if (this.queue.length >= queueMax || waitMs > deadlineMs)
      throw new Refusal("gateway_overloaded", undefined, Math.max(1_000, Math.ceil(waitMs)));
    if (signal.aborted) throw new Refusal("abort_by_client");
    return new Promise((resolve, reject) => {
      const leave = (error?: unknown) => {
        cancel();
        signal.removeEventListener("abort", onAbort);
        const at = this.queue.indexOf(waiter);
        if (at >= 0) this.queue.splice(at, 1);
        if (error) reject(error);
      };
      const waiter: Waiter = {
        enter: () => {
          leave();
          resolve(this.begin());
        },
        refuse: leave,
      };
      const onAbort = () => leave(new Refusal("abort_by_client"));
      const cancel = this.clock.setTimer(
        () => leave(new Refusal("gateway_overloaded", undefined, Math.ceil(this.waitMs()))),
        deadlineMs,
      );
      signal.addEventListener("abort", onAbort, { once: true });
      this.queue.push(waiter);
    });
  }

  /** Nobody enters any more; those who wait are told. */
  close(): void {
    this.closed = true;
    for (const waiter of this.queue.splice(0)) waiter.refuse(new Refusal("gateway_draining"));
  }

  /** What a newcomer would have to wait, by how long streams took of late. */
  private waitMs(): number {
    return ((this.queue.length + 1) / this.options.inFlightMax) * this.averageMs;
  }

  private begin(): () => void {
    this.running += 1;
    const startedMs = this.clock.now();
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.running -= 1;
      const tookMs = this.clock.now() - startedMs;
      this.averageMs =
        this.averageMs === 0 ? tookMs : this.averageMs * (1 - NEWEST) + tookMs * NEWEST;
      this.queue[0]?.enter();
    };
  }
}

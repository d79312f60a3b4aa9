// Deadlines of one attempt. It watches progress, not bytes, and only while somebody waits for
// upstream: a reader that takes its time is no stall.
import type { Clock } from "./clock.ts";
import type { FailureCode } from "./failure-table.ts";
import type { Clocks } from "./models.ts";

const STALL_MS_MIN = 4_000;
const STALL_GAPS = 6;
const GAPS_KEPT = 16;

type Phase = "headers" | "first" | "progress";

const EXPIRED: Record<Phase, FailureCode> = {
  headers: "headers_timeout",
  first: "first_timeout",
  progress: "stalled_stream",
};

interface WatchdogListener {
  expired(code: FailureCode, silentMs: number): void;
  /** Softer than expiry: worth telling the reader, not worth giving up. */
  stalled(silentMs: number, thresholdMs: number): void;
}

export class Watchdog {
  private phase: Phase = "headers";
  private silentMs = 0;
  private waitingSince: number | undefined;
  private pausedAt = 0;
  private lastProgressAt: number | undefined;
  private readonly gaps: number[] = [];
  private stallTold = false;
  private cancel: (() => void) | undefined;
  private readonly endAt: number;

  private readonly clock: Clock;
  private readonly clocks: Clocks;
  private readonly overallCode: FailureCode;
  private readonly listener: WatchdogListener;

  /** `deadlineAt` is the stream's own end of patience; the earlier of the two ends the attempt. */
  constructor(clock: Clock, clocks: Clocks, deadlineAt: number, listener: WatchdogListener) {
    const totalAt = clock.now() + clocks.totalMs;
    this.clock = clock;
    this.clocks = clocks;
    this.endAt = Math.min(totalAt, deadlineAt);
    this.overallCode = totalAt <= deadlineAt ? "total_timeout" : "deadline_exceeded";
    this.listener = listener;
  }

  /** Somebody waits for upstream from now on. */
  wait(): void {
    this.waitingSince = this.clock.now();
    if (!this.cancel) this.arm();
  }

  /** Nobody waits any more; the time stays counted until there is progress. */
  pause(): void {
    if (this.waitingSince === undefined) return;
    this.pausedAt = this.clock.now();
    this.silentMs += this.pausedAt - this.waitingSince;
    this.waitingSince = undefined;
  }

  headers(): void {
    this.close();
    this.phase = "first";
    this.silentMs = 0;
  }

  /** What the last wait brought was new. */
  progress(content: boolean): void {
    const now = this.pausedAt;
    if (this.lastProgressAt !== undefined) {
      this.gaps.push(now - this.lastProgressAt);
      if (this.gaps.length > GAPS_KEPT) this.gaps.shift();
    }
    this.lastProgressAt = now;
    // A phase has a limit of its own: the timer of the one before may ring too late for it.
    if (content && this.phase !== "progress") this.close();
    if (content) this.phase = "progress";
    this.silentMs = 0;
    this.stallTold = false;
  }

  close(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.waitingSince = undefined;
  }

  private limitMs(): number {
    if (this.phase === "headers") return this.clocks.headersMs;
    return this.phase === "first" ? this.clocks.firstMs : this.clocks.progressMs;
  }

  private stallMs(): number {
    if (this.phase !== "progress") return Number.POSITIVE_INFINITY;
    const sorted = this.gaps.toSorted((a, b) => a - b);
    return Math.max(STALL_MS_MIN, STALL_GAPS * (sorted[sorted.length >> 1] ?? 0));
  }

  /** One timer a phase, set again only when it fires: progress itself costs no timer. */
  private arm(): void {
    const now = this.clock.now();
    const silent = this.silentMs + now - (this.waitingSince ?? now);
    const stall = this.stallTold ? Number.POSITIVE_INFINITY : this.stallMs() - silent;
    const left = Math.min(this.limitMs() - silent, this.endAt - now, stall);
    this.cancel = this.clock.setTimer(() => this.ring(), Math.max(0, Math.ceil(left)));
  }

  private ring(): void {
    this.cancel = undefined;
    if (this.waitingSince === undefined) return;
    const now = this.clock.now();
    const silent = this.silentMs + now - this.waitingSince;
    const code = now >= this.endAt ? this.overallCode : EXPIRED[this.phase];
    if (now >= this.endAt || silent >= this.limitMs()) {
      this.listener.expired(code, silent);
      return;
    }
    const threshold = this.stallMs();
    if (!this.stallTold && silent >= threshold) {
      this.stallTold = true;
      this.listener.stalled(silent, threshold);
    }
    this.arm();
  }
}

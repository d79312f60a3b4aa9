// A circuit for each model: when it fails too often it is given rest, then tried with a few requests,
// and then given back its traffic step by step.
import type { Clock } from "../../core/index.ts";

interface BreakerOptions {
  /** Attempts that are looked at, and how old they may be. */
  windowMs: number;
  attemptsMin: number;
  /** Share of failed ones that opens the circuit. */
  failedShare: number;
  restMs: number;
  restMsMax: number;
  /** Shares of the traffic on the way back, and how long each step lasts. */
  steps: readonly number[];
  stepMs: number;
}

const DEFAULTS: BreakerOptions = {
  windowMs: 30_000,
  attemptsMin: 10,
  failedShare: 0.5,
  restMs: 5_000,
  restMsMax: 120_000,
  steps: [0.1, 0.25, 0.5],
  stepMs: 10_000,
};

type CircuitWord = "closed" | "open" | "trying" | "returning";

interface CircuitState {
  model: string;
  state: CircuitWord;
  /** Share of requests let through. */
  share: number;
  retryAfterMs: number;
}

interface Circuit {
  /** Times of recent attempts, and whether they failed. */
  recent: { atMs: number; failed: boolean }[];
  openUntilMs: number | undefined;
  opened: number;
  trying: boolean;
  /** Since when traffic comes back. */
  returningSinceMs: number | undefined;
}

const MODELS_MAX = 500;
const RECENT_MAX = 400;

/** A circuit for each model: rest after too many failures, then its traffic back step by step. */
export class Breaker {
  private readonly circuits = new Map<string, Circuit>();
  private readonly clock: Clock;
  private readonly options: BreakerOptions;

  constructor(clock: Clock, options: Partial<BreakerOptions> = {}) {
    this.clock = clock;
    this.options = { ...DEFAULTS, ...options };
  }

  admit(model: string): { ok: true } | { ok: false; retryAfterMs: number } {
    const circuit = this.circuits.get(model);
    if (!circuit) return { ok: true };
    const now = this.clock.now();
    const { openUntilMs } = circuit;
    if (openUntilMs !== undefined) {
      if (now < openUntilMs) return { ok: false, retryAfterMs: Math.ceil(openUntilMs - now) };
      // One at a time finds out whether it works again.
      if (circuit.trying) return { ok: false, retryAfterMs: 1_000 };
      circuit.trying = true;
      return { ok: true };
    }
    const share = this.shareOf(circuit, now);
    if (share >= 1 || this.clock.random() < share) return { ok: true };
    return { ok: false, retryAfterMs: Math.ceil(this.options.stepMs / 2) };
  }

  /** How an attempt went: only failures that are the model's own count against it. */
  record(model: string, how: "ok" | "failed"): void {
    const circuit = this.circuitOf(model);
    const now = this.clock.now();
    const failed = how === "failed";
    if (circuit.openUntilMs !== undefined) {
      // Those that were under way when it opened say nothing new.
      if (!circuit.trying) return;
      circuit.trying = false;
      if (failed) {
        this.open(circuit, now);
        return;
      }
      circuit.openUntilMs = undefined;
      circuit.recent = [];
      circuit.returningSinceMs = now;
      return;
    }
    circuit.recent.push({ atMs: now, failed });
    const { windowMs, attemptsMin, failedShare, steps, stepMs } = this.options;
    circuit.recent = circuit.recent.filter(({ atMs }) => now - atMs <= windowMs).slice(-RECENT_MAX);
    const bad = circuit.recent.filter((one) => one.failed).length;
    const since = circuit.returningSinceMs;
    // On the way back less is needed to see that it was too early.
    const enough = since === undefined ? attemptsMin : Math.ceil(attemptsMin / 3);
    if (circuit.recent.length >= enough && bad / circuit.recent.length >= failedShare)
      this.open(circuit, now);
    else if (since !== undefined && now - since > steps.length * stepMs) {
      circuit.returningSinceMs = undefined;
      circuit.opened = 0;
    }
  }

  /** A try that ended without an answer, such as one its client stopped, makes room for another. */
  forgo(model: string): void {
    const circuit = this.circuits.get(model);
    if (circuit) circuit.trying = false;
  }

  states(): CircuitState[] {
    const now = this.clock.now();
    return [...this.circuits].map(([model, circuit]) => {
      const { openUntilMs, returningSinceMs } = circuit;
      const isOpen = openUntilMs !== undefined;
      const share = isOpen ? 0 : this.shareOf(circuit, now);
      const closed = returningSinceMs === undefined || share >= 1 ? "closed" : "returning";
      return {
        model,
        state: isOpen ? (now < openUntilMs ? "open" : "trying") : closed,
        share,
        retryAfterMs: isOpen ? Math.max(0, Math.ceil(openUntilMs - now)) : 0,
      };
    });
  }

  private shareOf({ returningSinceMs }: Circuit, now: number): number {
    if (returningSinceMs === undefined) return 1;
    const { steps, stepMs } = this.options;
    return steps[Math.floor((now - returningSinceMs) / stepMs)] ?? 1;
  }

  private open(circuit: Circuit, now: number): void {
    const { restMs, restMsMax } = this.options;
    circuit.openUntilMs = now + Math.min(restMsMax, restMs * 2 ** circuit.opened);
    circuit.opened += 1;
    circuit.recent = [];
    circuit.trying = false;
    circuit.returningSinceMs = undefined;
  }

  private circuitOf(model: string): Circuit {
    const known = this.circuits.get(model);
    if (known) return known;
    if (this.circuits.size >= MODELS_MAX)
      this.circuits.delete(this.circuits.keys().next().value as string);
    const made: Circuit = {
      recent: [],
      openUntilMs: undefined,
      opened: 0,
      trying: false,
      returningSinceMs: undefined,
    };
    this.circuits.set(model, made);
    return made;
  }
}

// The pool of upstream keys. A key that fails rests for as long as its failure says, for the model it
// failed on or for all; a key that Google rejects is out until somebody changes it.

import { type Failure, type FailureCode, failure } from "../../core/failures.ts";
import type { Clock } from "../../core/index.ts";

/** A key of the pool. */
export interface Key {
  /** What it is called in logs and on pages. */
  name: string;
  secret: string;
}

interface KeyState {
  name: string;
  /** The last four characters, so that people can tell keys apart. */
  ending: string;
  state: "ok" | "cooling" | "out";
  inFlight: number;
  /** Why it rests, and until when (epoch milliseconds), by model; `*` is every model. */
  rests: { model: string; code: FailureCode; untilMs: number }[];
}

interface Rest {
  code: FailureCode;
  untilMs: number;
  /** How often in a row, for pauses nobody told. */
  times: number;
}

interface Held {
  key: Key;
  inFlight: number;
  outBy: FailureCode | undefined;
  rests: Map<string, Rest>;
}

const ANY = "*";
const MODELS_MAX = 500;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const REST_MS = [15_000, 30_000, MINUTE_MS, 5 * MINUTE_MS];

/** Only a person can mend these. */
const OUT: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "key_invalid",
  "key_expired",
  "key_not_found",
  "key_leaked_blocked",
  "key_restricted_referrer",
  "key_restricted_service",
  "consumer_suspended",
  "api_not_enabled",
  "payment_required",
  "prepay_credits_depleted",
  "oauth_invalid",
  "wrong_auth_kind",
]);

const DAY: ReadonlySet<FailureCode> = new Set<FailureCode>(["quota_per_day"]);
const LONG: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "free_tier_limit_zero",
  "region_quota_zero",
  "quota_plan_exhausted",
  "permission_denied",
]);
const SHORT: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "quota_per_minute",
  "quota_tokens_per_minute",
  "quota_unspecified",
]);

export interface KeyLease {
  name: string;
  /** Stands for the name where it is nobody's business. */
  tag: string;
  secret: string;
  done(problem?: Failure): void;
}

/** Several keys as one; a key that failed rests as long as its failure asks for. */
export class KeyPool {
  private held: Held[] = [];
  private readonly clock: Clock;

  constructor(keys: readonly Key[], clock: Clock) {
    this.clock = clock;
    this.reload(keys);
  }

  get size(): number {
    return this.held.length;
  }

  /** Keys that stay keep their state; a changed secret begins anew. */
  reload(keys: readonly Key[]): void {
    this.held = keys.map((key) => {
      const known = this.held.find((one) => one.key.secret === key.secret);
      if (known) known.key = key;
      return known ?? { key, inFlight: 0, outBy: undefined, rests: new Map() };
    });
  }

  /**
   * The least loaded key that may serve this model, or the failure that says when one will. `tag`: what
   * was begun with this key is found with it alone, also while it rests.
   */
  take(model: string, tag?: string): KeyLease | { failure: Failure } {
    const named = tag ? this.held.filter((one) => tagOf(one.key) === tag && !one.outBy) : [];
    const usable =
      named.length > 0 ? named : this.held.filter((one) => this.restOf(one, model) === undefined);
    const best = usable.reduce<Held | undefined>(
      (a, b) => (a === undefined || b.inFlight < a.inFlight ? b : a),
      undefined,
    );
    if (!best) return { failure: this.exhausted(model) };
    best.inFlight += 1;
    let over = false;
    return {
      name: best.key.name,
      tag: tagOf(best.key),
      secret: best.key.secret,
      done: (problem) => {
        if (over) return;
        over = true;
        best.inFlight -= 1;
        if (problem) this.judge(best, model, problem);
        else best.rests.delete(model);
      },
    };
  }

  /** Whether another key may do what failed with the one in use. */
  another(model: string, problem: Failure): boolean {
    if (!isKeyBound(problem.code)) return false;
    return this.held.filter((one) => this.restOf(one, model) === undefined).length > 0;
  }

  states(): KeyState[] {
    const now = this.nowMs();
    return this.held.map(({ key, inFlight, outBy, rests }) => {
      const resting = [...rests].filter(([, { untilMs }]) => untilMs > now);
      return {
        name: key.name,
        ending: key.secret.length >= 12 ? key.secret.slice(-4) : "",
        state: outBy ? "out" : resting.length > 0 ? "cooling" : "ok",
        inFlight,
        rests: [
          ...(outBy ? [{ model: ANY, code: outBy, untilMs: Number.MAX_SAFE_INTEGER }] : []),
          ...resting.map(([model, { code, untilMs }]) => ({ model, code, untilMs })),
        ],
      };
    });
  }

  toJSON(): KeyState[] {
    return this.states();
  }

  private judge(one: Held, model: string, problem: Failure): void {
    const { code } = problem;
    if (OUT.has(code)) {
      one.outBy = code;
      return;
    }
    const ms = this.restMs(one, model, problem);
    if (ms === undefined) return;
    const times = (one.rests.get(model)?.times ?? 0) + 1;
    if (one.rests.size >= MODELS_MAX) one.rests.delete(one.rests.keys().next().value as string);
    one.rests.set(model, { code, untilMs: this.nowMs() + ms, times });
  }

  private restMs(one: Held, model: string, { code, retryAfterMs }: Failure): number | undefined {
    // What Google tells of a daily quota is seconds, and wrong.
    if (DAY.has(code)) return quotaDayEndMs(this.nowMs()) - this.nowMs();
    if (LONG.has(code)) return HOUR_MS;
    if (!SHORT.has(code)) return undefined;
    const times = one.rests.get(model)?.times ?? 0;
    return retryAfterMs ?? (REST_MS[Math.min(times, REST_MS.length - 1)] as number);
  }

  private restOf({ outBy, rests }: Held, model: string): number | undefined {
    if (outBy) return Number.POSITIVE_INFINITY;
    const now = this.nowMs();
    const until = Math.max(rests.get(model)?.untilMs ?? 0, rests.get(ANY)?.untilMs ?? 0);
    return until > now ? until - now : undefined;
  }

  private exhausted(model: string): Failure {
    const soonest = Math.min(...this.held.map((one) => this.restOf(one, model) ?? 0));
    const why = this.held.map(({ outBy, rests }) => outBy ?? rests.get(model)?.code);
    const first = why.find((code) => code !== undefined);
    // When all are out, or all have the same trouble, that is the news.
    if (first && why.every((code) => code === first) && !SHORT.has(first))
      return failure(first, undefined, Number.isFinite(soonest) ? { retryAfterMs: soonest } : {});
    return failure(
      "keys_exhausted",
      undefined,
      Number.isFinite(soonest) ? { retryAfterMs: soonest } : {},
    );
  }

  private nowMs(): number {
    return this.clock.date().getTime();
  }
}

/** FNV-1a of the name: the same in every process, also after the secret was changed. */
function tagOf({ name }: Key): string {
  let hash = 0x811c9dc5;
  for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(36);
}

/** Failures that belong to the key, not to the request or the model. */
function isKeyBound(code: FailureCode): boolean {
  return OUT.has(code) || DAY.has(code) || LONG.has(code) || SHORT.has(code);
}

const PACIFIC = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/Los_Angeles",
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
});

/** The next midnight in California, where Google's quota day ends. */
export function quotaDayEndMs(nowMs: number): number {
  const day = pacificDay(nowMs);
  // A day has 23 to 25 hours there; the change of date is found, not computed.
  let low = nowMs;
  let high = nowMs + 26 * HOUR_MS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (pacificDay(middle) === day) low = middle;
    else high = middle;
  }
  return high;
}

function pacificDay(ms: number): string {
  const parts = Object.fromEntries(
    PACIFIC.formatToParts(ms).map(({ type, value }) => [type, value]),
  );
  return `${parts.year}-${parts.month}-${parts.day}`;
}

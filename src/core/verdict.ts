// After a failed attempt: ask again, go on, or end. A pure function of what is known, so that a
// table of cases covers it; the only thing it does not decide is how the text is joined.
import { backoff, type Delay } from "./backoff.ts";
import type { How, Verdict } from "./event.ts";
import { FAILURES, type Failure } from "./failure-table.ts";
import { isHow, type NotResumed } from "./resume.ts";

/** A longer wait is not worth holding a stream open for. */
const SERVER_DELAY_MS_MAX = 300_000;

export interface Situation {
  failure: Failure;
  /** Text or other content was delivered, so a fresh start would show things twice. */
  shown: boolean;
  /** The way the failed attempt was sent. */
  how: How;
  /** The next way to go on, or why there is none. Only read when something was shown. */
  way: How | NotResumed;
  /** Failed attempts so far, this one included, and those with this very code. */
  attempts: number;
  sameCode: number;
  /** Failed attempts since the text last grew, this one included. */
  fruitless: number;
  maxAttempts: number;
  leftMs: number;
  resume: "auto" | "off";
  /** Another credential may do what failed with this one. */
  another?: boolean;
  mayRetry: () => boolean;
  random: () => number;
}

export type Decision =
  | ({ verdict: Exclude<Verdict, "stop">; how: How } & Delay)
  | { verdict: "stop"; notResumed: NotResumed };

export function decide(now: Situation): Decision {
  const row = FAILURES[now.failure.code];
  // A way that was refused says nothing of the answer: the next one may work.
  const wayRefused = now.how !== "fresh" && REFUSALS.has(now.failure.code);
  const excused = wayRefused || now.another === true;
  if (!row.transient && !excused) return stop("not_transient");
  if (now.shown && now.resume === "off") return stop("resume_off");
  if (now.shown && !row.resumable && !excused) return stop("not_resumable");
  if (now.shown && !isHow(now.way)) return stop(now.way);
  if (now.attempts >= now.maxAttempts) return stop("attempts_spent");
  if (row.tries !== undefined && now.sameCode >= row.tries) return stop("tries_spent");
  const broken = row.kind === "network" || row.kind === "stream" || row.kind === "gateway";
  const atOnce = excused || (now.shown && broken);
  const asked = now.another ? undefined : now.failure.retryAfterMs;
  const delay = backoff(now.fruitless, asked, atOnce, now.random);
  if (delay.delayMs > Math.min(now.leftMs, SERVER_DELAY_MS_MAX)) return stop("deadline_too_near");
  // The death of one of our own processes says nothing of the upstream.
  if (now.failure.code !== "owner_gone" && !now.mayRetry()) return stop("budget_spent");
  if (!now.shown) return { verdict: "retry", how: "fresh", ...delay };
  return { verdict: "resume", how: now.way as How, ...delay };
}

const REFUSALS: ReadonlySet<string> = new Set([
  "resume_diverged",
  "model_turn_refused",
  "interaction_not_found",
]);

function stop(notResumed: NotResumed): Decision {
  return { verdict: "stop", notResumed };
}

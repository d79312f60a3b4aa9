// The words for how a stream went: the seam, the summary, and a failure with what is safe and what
// to do. The same words on every surface.

import { FAILURES, redact } from "../../core/failures.ts";
import type { Answer, Failure, Splice } from "../../core/index.ts";
import { harmless, type Paint } from "./paint.ts";

export function count(n: number): string {
  return n.toLocaleString("en-US");
}

export function seconds(ms: number | undefined): string {
  if (ms === undefined) return "–";
  return ms < 10_000 ? `${(ms / 1000).toFixed(2)}s` : `${(ms / 1000).toFixed(1)}s`;
}

export function seam(splice: Splice): string {
  const sure = splice.confidence === "exact";
  return sure
    ? `— reconnected here · ${count(splice.kept)} characters kept —`
    : "— reconnected here · may repeat or skip a few words —";
}

export function summary(answer: Answer): string {
  const { timing, usage, attempts, splices, retried } = answer;
  const parts = [`${seconds(timing.ttftMs)} to first token`, seconds(timing.totalMs)];
  if (usage) {
    const thinking = usage.thoughts > 0 ? ` (${count(usage.thoughts)} thinking)` : "";
    parts.push(`${count(usage.prompt)} in / ${count(usage.output)} out${thinking}`);
  }
  if (splices.length > 0)
    parts.push(`${splices.length} ${splices.length === 1 ? "recovery" : "recoveries"}`);
  else if (retried) parts.push(`${attempts.length} attempts`);
  return parts.join(" · ");
}

/** What happened, what is safe, what to do next. */
export function trouble(
  problem: Failure,
  kept: number,
  notResumed: string | undefined,
  paint: Paint,
): string {
  const row = FAILURES[problem.code];
  const said = problem.message === row.meaning ? "" : `  ${redact(harmless(problem.message))}\n`;
  const why =
    notResumed && !["not_transient", "tries_spent"].includes(notResumed)
      ? ` (${notResumed.replaceAll("_", " ")})`
      : "";
  return (
    `${paint.red(`✖ ${row.meaning}`)} ${paint.dim(problem.code)}\n${paint.dim(said)}` +
    `  ${kept > 0 ? `${count(kept)} characters are kept.` : "No text came."} ` +
    `${row.transient ? `Trying again may help${why}.` : "Trying again will not help."}\n` +
    `  Next: ${row.next}\n  ${paint.dim(row.docs)}\n`
  );
}

const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
/** How often a moving status line moves. */
export const FRAME_MS = 120;

/** The glyph of this moment. */
export function spinner(): string {
  return FRAMES[Math.floor(performance.now() / FRAME_MS) % FRAMES.length] as string;
}

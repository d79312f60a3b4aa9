// How a stream fared, in the words that metrics, log lines and pages share.

import { FAILURES } from "../../core/failures.ts";
import type { TerminalEvent } from "../../core/index.ts";

const FATES = [
  "completed",
  "completed_after_retry",
  "completed_after_recovery",
  "incomplete",
  "blocked",
  "stopped",
  "client_left",
  "rate_limited",
  "failed",
] as const;

/** How a stream fared, in the words that metrics, log lines and pages share. */
export type Fate = (typeof FATES)[number];

/** How a stream fared, by its last event. */
export function fateOf(end: TerminalEvent): Fate {
  if (end.type === "done") {
    if (end.recovered) return "completed_after_recovery";
    return end.retried ? "completed_after_retry" : "completed";
  }
  if (end.type === "stopped") return end.by === "reader" ? "client_left" : "stopped";
  if (end.type === "failed")
    return FAILURES[end.failure.code].kind === "quota" ? "rate_limited" : "failed";
  return end.type;
}

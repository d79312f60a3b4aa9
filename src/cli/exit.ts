// Exit codes, the same for every command.

import { FAILURES } from "../core/failures.ts";
import type { Failure, Outcome } from "../core/index.ts";

export const EXIT = Object.freeze({
  ok: 0,
  internal: 1,
  usage: 2,
  config: 3,
  quota: 4,
  blocked: 5,
  upstream: 6,
  incomplete: 7,
  stopped: 130,
});

export function exitOf(outcome: Outcome, problem: Failure | undefined, strict: boolean): number {
  if (outcome === "done") return EXIT.ok;
  if (outcome === "stopped") return EXIT.stopped;
  if (outcome === "blocked") return EXIT.blocked;
  if (outcome === "incomplete") {
    return problem?.code === "max_tokens" && !strict ? EXIT.ok : EXIT.incomplete;
  }
  const kind = problem && FAILURES[problem.code].kind;
  if (kind === "key" || kind === "config") return EXIT.config;
  return kind === "quota" ? EXIT.quota : EXIT.upstream;
}

/** A mistake in the call: one line, and nothing was done. */
export class UsageError extends Error {
  override name = "UsageError";
  readonly exit: number;
  constructor(message: string, exit: number = EXIT.usage) {
    super(message);
    this.exit = exit;
  }
}

export const EXIT_HELP = `Exit codes
  0 complete · 1 internal · 2 usage · 3 key or config · 4 quota · 5 blocked
  6 upstream failed, what came is on stdout · 7 incomplete · 130 stopped`;

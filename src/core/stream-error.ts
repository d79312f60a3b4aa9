// What is thrown where an outcome cannot be told otherwise. It carries the whole failure, and the
// text that was delivered before it.
import type { Failure, FailureCode, FailureKind } from "./failure-table.ts";

const MARK = Symbol.for("pollux.StreamError");

/** What a stream without a whole answer throws where it cannot tell its outcome otherwise. */
export class StreamError extends Error {
  readonly code: FailureCode;
  readonly failure: Failure;
  /** The text that was delivered before. */
  readonly kept: string;
  readonly attempts: number;

  constructor(reason: Failure, more: { kept?: string; attempts?: number; cause?: unknown } = {}) {
    super(`${reason.code}: ${reason.message} ${reason.next}`.trim(), { cause: more.cause });
    this.name = "StreamError";
    this.code = reason.code;
    this.failure = reason;
    this.kept = more.kept ?? "";
    this.attempts = more.attempts ?? 0;
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** Holds for errors of another copy of this library, too. */
export function isStreamError(value: unknown): value is StreamError {
  return typeof value === "object" && value !== null && MARK in value;
}

/** A failure that is known before anything was sent, so that no table is needed to name it. */
export function plainFailure(
  code: FailureCode,
  kind: FailureKind,
  message: string,
  next = "",
): Failure {
  return { code, message, kind, transient: false, next, docs: `docs/failures.md#${code}` };
}

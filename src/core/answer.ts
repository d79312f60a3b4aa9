// The whole of a finished stream as one value, for readers who want the result and not the way.
import type { GeminiPart } from "../wire/index.ts";
import type { AttemptRecord, Outcome, Splice, TerminalEvent, Usage } from "./event.ts";
import type { Failure } from "./failure-table.ts";

/** All that is known of an answer once its stream has ended. */
export interface Answer {
  text: string;
  parts: GeminiPart[];
  /** Only `done` means that the answer is whole. */
  outcome: Outcome;
  finishReason?: string;
  usage?: Usage;
  timing: { ttftMs?: number; totalMs: number };
  attempts: AttemptRecord[];
  splices: Splice[];
  retried: boolean;
  recovered: boolean;
  failure?: Failure;
  notResumed?: string;
  responseId?: string;
  modelVersion?: string;
}

export function answerOf(
  end: TerminalEvent,
  parts: GeminiPart[],
  attempts: AttemptRecord[],
): Answer {
  const { text, finishReason, usage, ttftMs, totalMs, splices, retried, recovered } = end;
  const { notResumed, responseId, modelVersion } = end;
  return {
    text,
    parts,
    outcome: end.type,
    ...(finishReason && { finishReason }),
    ...(usage && { usage }),
    timing: { ...(ttftMs !== undefined && { ttftMs }), totalMs },
    attempts,
    splices,
    retried,
    recovered,
    ...("failure" in end && end.failure && { failure: end.failure }),
    ...(notResumed && { notResumed }),
    ...(responseId && { responseId }),
    ...(modelVersion && { modelVersion }),
  };
}

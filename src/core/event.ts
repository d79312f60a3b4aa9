// The contract of a stream: what a reader sees, in order. `seq` strictly increases and the last
// event is exactly one terminal event. Library, gateway log, pages and `--jsonl` share these words.
import { type GeminiChunk, isTerminalWord } from "../wire/index.ts";
import type { Failure } from "./failure-table.ts";

/** How an attempt relates to the text already delivered. */
export type How =
  | "fresh" // nothing was delivered before it
  | "replay" // read on from what the server keeps of this very answer
  | "token" // from a continuation token
  | "prefill" // from a last `model` turn holding the delivered text
  | "anchor" // asked to go on, proven by repeating the last delivered words
  | "rematch"; // asked again from the start, delivered only beyond what matched

/** After a failure: ask again from zero, go on from the delivered text, or end. */
export type Verdict = "retry" | "resume" | "stop";

/** How sure a splice is: the texts met exactly, nearly, or nothing could be compared. */
export type Confidence = "exact" | "fuzzy" | "none";

/** Tokens over all attempts of a stream. */
export interface Usage {
  prompt: number;
  output: number;
  thoughts: number;
  cached: number;
  total: number;
}

/** Where attempt n+1 was joined to the delivered text. Counts are UTF-16 code units. */
export interface Splice {
  attempt: number;
  how: How;
  /** The seam: offset in the delivered text. */
  at: number;
  kept: number;
  /** Characters of the new attempt that repeated delivered text and were not shown again. */
  dropped: number;
  confidence: Confidence;
  /** Failure code that made the splice necessary. */
  cause: string;
  waitMs: number;
}

/** One upstream request of a stream, and how it went. */
export interface AttemptRecord {
  n: number;
  reason: "first" | "retry" | "resume";
  how: How;
  startMs: number;
  endMs?: number;
  firstByteMs?: number;
  chunks: number;
  httpStatus?: number;
  responseId?: string;
  failure?: Failure;
  verdict?: Verdict;
  delayMs?: number;
}

/** How a stream ended; only `done` means that the answer is whole. */
export type Outcome = "done" | "incomplete" | "blocked" | "stopped" | "failed";

/** What every terminal event says. */
export interface End {
  text: string;
  finishReason?: string;
  usage?: Usage;
  attempts: number;
  /** A failed attempt was repeated before any text was delivered. */
  retried: boolean;
  /** A failed attempt was continued after text was delivered; `splices` says where. */
  recovered: boolean;
  splices: Splice[];
  responseId?: string;
  modelVersion?: string;
  /** Why the stream was not resumed although text was missing, when that is so. */
  notResumed?: string;
  ttftMs?: number;
  totalMs: number;
}

/** `t` is milliseconds since `open`. */
interface At {
  seq: number;
  t: number;
}

/** What a stream tells, in order: `seq` rises by one, `t` is milliseconds since `open`. */
export type StreamEvent = At &
  (
    | { type: "open"; streamId: string; model: string; at: string }
    | { type: "attempt"; n: number; reason: "first" | "retry" | "resume"; how: How }
    | { type: "first"; kind: "byte" | "thought" | "text" }
    | { type: "chunk"; attempt: number; chunk: GeminiChunk }
    | { type: "stall"; silentMs: number; thresholdMs: number }
    | {
        type: "failure";
        attempt: number;
        failure: Failure;
        verdict: Verdict;
        delayMs?: number;
        delaySource?: "server" | "backoff";
        /** Why the ladder was not climbed further, when the verdict is `stop`. */
        notResumed?: string;
      }
    | ({ type: "splice" } & Splice)
    | ({ type: "usage"; final: boolean } & Usage)
    | ({ type: "done" } & End)
    | ({ type: "incomplete"; failure?: Failure } & End)
    | ({ type: "blocked"; failure: Failure } & End)
    | ({ type: "stopped"; by: "signal" | "reader" } & End)
    | ({ type: "failed"; failure: Failure } & End)
  );

/** The last event of a stream, with the whole text. */
export type TerminalEvent = Extract<StreamEvent, { type: Outcome }>;

/** Whether this event ends its stream; nothing follows it. */
export function isTerminal(event: StreamEvent): event is TerminalEvent {
  return isTerminalWord(event.type);
}

// The root door: a Gemini stream that always ends in a known way. Runs in any browser or edge
// runtime and depends on nothing.
export type { GeminiChunk, GeminiContent, GeminiPart, GeminiRequest } from "../wire/index.ts";
export type { Answer } from "./answer.ts";
export {
  classifyBlock,
  classifyErrorBody,
  classifyFinish,
  classifyPage,
  classifyResponse,
  classifyThrown,
} from "./classify.ts";
export { type Clock, systemClock } from "./clock.ts";
export {
  type AttemptRecord,
  type Confidence,
  type End,
  type How,
  isTerminal,
  type Outcome,
  type Splice,
  type StreamEvent,
  type TerminalEvent,
  type Usage,
  type Verdict,
} from "./event.ts";
export {
  FAILURES,
  type Failure,
  type FailureCode,
  type FailureKind,
  type FailureRow,
  failure,
  isStreamError,
  StreamError,
} from "./failure.ts";
export type { FollowOptions } from "./follow.ts";
export type { GeminiStream } from "./gemini-stream.ts";
export type { Clocks } from "./models.ts";
export { type Pace, readyChars } from "./pace.ts";
export { type ModelInfo, Pollux, type PolluxOptions } from "./pollux.ts";
export { quotaCode } from "./quota.ts";
export { redact, redactPersonal } from "./redact.ts";
export type { Secret, StreamOptions, StreamRequest } from "./request.ts";
export { type ResilientFetchOptions, resilientFetch } from "./resilient-fetch.ts";
export { durationMs, retryDelay } from "./retry-delay.ts";
export {
  HTTP_CODES,
  MESSAGE_RULES,
  matchRule,
  type Rule,
  STATUS_CODES,
  THROWN_RULES,
} from "./rules.ts";

// The root door: a Gemini stream that always ends in a known way. Runs in any browser or edge
// runtime and depends on nothing.
export type { GeminiChunk, GeminiContent, GeminiPart, GeminiRequest } from "../wire/index.ts";
export type { Answer } from "./answer.ts";
export type { ModelInfo } from "./calls.ts";
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
export type { Failure, FailureCode, FailureKind } from "./failure-table.ts";
export { type ResilientFetchOptions, resilientFetch } from "./fetch.ts";
export type { FollowOptions } from "./follow.ts";
export type { GeminiStream } from "./gemini-stream.ts";
export type { InteractOptions, InteractRequest } from "./interact-request.ts";
export type { Clocks } from "./models.ts";
export type { Pace } from "./pace.ts";
export { Pollux, type PolluxOptions } from "./pollux.ts";
export type { Secret, StreamOptions, StreamRequest } from "./request.ts";
export { isStreamError, StreamError } from "./stream-error.ts";

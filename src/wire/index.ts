// The door of the room: what crosses a socket. Pure functions and nouns; it imports nothing.

export { blockWord, FINISH_REASONS, finishWord } from "./finish.ts";
export type {
  GeminiCandidate,
  GeminiChunk,
  GeminiContent,
  GeminiErrorBody,
  GeminiPart,
  GeminiRequest,
  GeminiUsage,
} from "./gemini.ts";
export { camelRequest } from "./gemini-request.ts";
export { encodeRelay, eventsPath, isTerminalWord, STREAM_HEADER, STREAMS_PATH } from "./relay.ts";
export { type DecodeProblem, EVENT_BYTES_MAX, type Frame, SseDecode } from "./sse-decode.ts";
export {
  ArrayEncode,
  DONE,
  encodeComment,
  encodeNamed,
  encodeNative,
  encodeOpenAi,
} from "./sse-encode.ts";

// The nouns of Google's Interactions API as they cross the wire: requests, steps, events and their
// framing. Every object is open, because a field this file has not heard of may matter to the reader.
import { encodeNamed } from "./sse-encode.ts";

/** A block of content in a step or a message. */
export interface InteractionContent {
  type: string;
  text?: string;
  data?: string;
  mime_type?: string;
  uri?: string;
  annotations?: Record<string, unknown>[];
  [key: string]: unknown;
}

/** One step of an interaction: a thought, an output, a call or its result. */
export interface InteractionStep {
  type: string;
  content?: InteractionContent[];
  /** Of a thought. */
  summary?: InteractionContent[];
  signature?: string;
  /** Of a call. */
  id?: string;
  name?: string;
  arguments?: Record<string, unknown>;
  /** Of a result. */
  call_id?: string;
  result?: unknown;
  is_error?: boolean;
  [key: string]: unknown;
}

/** A piece of a step; its `type` says of what. */
export interface InteractionDelta {
  type: string;
  text?: string;
  data?: string;
  mime_type?: string;
  uri?: string;
  signature?: string;
  /** Of a thought's summary. */
  content?: InteractionContent;
  /** JSON text in pieces for a function's arguments, an object for a tool of Google's. */
  arguments?: string | Record<string, unknown>;
  annotations?: Record<string, unknown>[];
  [key: string]: unknown;
}

/** Tokens as the Interactions API counts them. */
export interface InteractionUsage {
  total_input_tokens?: number;
  total_output_tokens?: number;
  total_thought_tokens?: number;
  total_cached_tokens?: number;
  total_tool_use_tokens?: number;
  total_tokens?: number;
  [key: string]: unknown;
}

/** Why an interaction failed, in its own words. */
export interface InteractionError {
  /** A word, e.g. `rate_limit_exceeded`. */
  code?: string;
  message?: string;
  [key: string]: unknown;
}

/** The resource, whole or as an event carries it. `id` is missing with `store: false`. */
export interface Interaction {
  id?: string;
  object?: string;
  status?: string;
  model?: string;
  agent?: string;
  created?: string;
  updated?: string;
  steps?: InteractionStep[];
  usage?: InteractionUsage;
  previous_interaction_id?: string;
  continuation_token?: string;
  errors?: InteractionError[];
  [key: string]: unknown;
}

/** One server-sent event of a streamed interaction. */
export interface InteractionEvent {
  event_type: string;
  /** From here a stored stream may be read on. */
  event_id?: string;
  interaction?: Interaction;
  interaction_id?: string;
  status?: string;
  continuation_token?: string;
  usage?: InteractionUsage;
  index?: number;
  step?: InteractionStep;
  delta?: InteractionDelta;
  error?: InteractionError;
  metadata?: { total_usage?: InteractionUsage; [key: string]: unknown };
  [key: string]: unknown;
}

/** What an interaction is asked: text, content, or the steps so far. */
export type InteractionInput =
  | string
  | InteractionContent
  | readonly (InteractionContent | InteractionStep)[];

/** The body of `POST …/interactions`. */
export interface InteractionRequest {
  model?: string;
  agent?: string;
  input?: InteractionInput;
  stream?: boolean;
  /** Runs on at Google whether anybody reads or not. */
  background?: boolean;
  /** Default: true. */
  store?: boolean;
  previous_interaction_id?: string;
  continuation_token?: string;
  system_instruction?: string;
  tools?: Record<string, unknown>[];
  generation_config?: {
    max_output_tokens?: number;
    seed?: number;
    stop_sequences?: string[];
    temperature?: number;
    top_p?: number;
    thinking_level?: string;
    thinking_summaries?: string;
    tool_choice?: unknown;
    [key: string]: unknown;
  };
  response_format?: unknown;
  response_mime_type?: string;
  [key: string]: unknown;
}

/** Statuses after which nothing more comes. */
export const INTERACTION_ENDS: readonly string[] = Object.freeze([
  "completed",
  "requires_action",
  "failed",
  "cancelled",
  "incomplete",
  "budget_exceeded",
  "requires_continuation",
]);

/** One event in the API's own framing: LF, named, its id inside the JSON. */
export function encodeInteraction(event: InteractionEvent): string {
  return encodeNamed(event.event_type, JSON.stringify(event));
}

/** What stands after the last event. */
export const INTERACTION_DONE: string = encodeNamed("done", "[DONE]");

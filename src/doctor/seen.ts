// What a request of the doctor brought back.
import type { Failure } from "../core/failures.ts";

export interface Reply {
  status: number;
  headers: Headers;
  body: string;
  ms: number;
}

export interface StreamSeen {
  failure?: Failure;
  /** When each chunk came, since the request. */
  atMs: number[];
  chars: number;
  finishReason?: string;
  usage: boolean;
  totalMs: number;
  stalled: boolean;
  compressed?: string;
  responseId?: string;
  modelVersion?: string;
  /** What was said instead of an answer, as it came. */
  body?: string;
}

// What was asked, in the shape in which the log keeps it: enough for another process to go on.
import type { GeminiRequest } from "../wire/index.ts";

export interface Ask {
  model: string;
  request: GeminiRequest;
  /** The API version of the path it came by, such as `v1beta`. */
  version: string;
  /** Headers of the client that the upstream is to see. */
  headers: Record<string, string>;
  requestId: string;
  /** The client's own patience, where it said so. */
  deadlineMs?: number | undefined;
  maxAttempts?: number | undefined;
  resume?: "auto" | "off" | undefined;
}

export function packAsk(ask: Ask): string {
  return JSON.stringify(ask);
}

export function unpackAsk(json: string): Ask {
  return JSON.parse(json) as Ask;
}

// What was asked, in the shape in which the log keeps it: enough for another process to go on.
import type { InteractRequest } from "../core/interactions.ts";
import type { GeminiRequest } from "../wire/index.ts";

export interface Ask {
  model: string;
  request: GeminiRequest;
  /** What is asked of the Interactions API, in place of `request`. */
  interact?: InteractRequest | undefined;
  /** The only way that leads to what it speaks of, such as one of several keys. */
  via?: string | undefined;
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

/** Google keeps it and goes on with it, whether anybody reads or not; so does the gateway. */
export function isLasting({ interact }: Ask): boolean {
  if (!interact || interact.interaction !== undefined) return false;
  return interact.store !== false || interact.background === true;
}

export function packAsk(ask: Ask): string {
  return JSON.stringify(ask);
}

export function unpackAsk(json: string): Ask {
  return JSON.parse(json) as Ask;
}

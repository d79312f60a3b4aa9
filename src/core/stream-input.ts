// Everything a stream needs to know before it begins.
import type { GeminiRequest } from "../wire/index.ts";
import type { Upstream } from "./attempt.ts";
import type { RetryBudget } from "./budget.ts";
import type { Clock } from "./clock.ts";
import type { Clocks } from "./models.ts";

export interface StreamInput {
  id: string;
  model: string;
  request: GeminiRequest;
  /** Dresses a request for the network; looks up the key. */
  dress(request: GeminiRequest): Upstream | Promise<Upstream>;
  clock: Clock;
  fetch: typeof globalThis.fetch;
  clocks: Clocks;
  deadlineMs: number;
  maxAttempts: number;
  resume: "auto" | "off";
  eventBytesMax: number;
  budget: RetryBudget;
  /** Models that were seen to refuse a last `model` turn. */
  noPrefill: Set<string>;
  prefill: boolean;
}

// Everything a stream needs to know before it begins.
import type { GeminiChunk, GeminiRequest } from "../wire/index.ts";
import type { Upstream } from "./attempt.ts";
import type { RetryBudget } from "./budget.ts";
import type { Clock } from "./clock.ts";
import type { Failure } from "./failure-table.ts";
import type { Life } from "./life.ts";
import type { Clocks } from "./models.ts";
import type { Ways } from "./ways.ts";

/** Everything that a stream needs to run. */
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
  /** What the stream was in another process, if it began there. */
  life?: Life | undefined;
  /** Whether another credential may do what failed with this one. */
  another?: ((failure: Failure) => boolean) | undefined;
  /** How to go on, where an API has ways of its own. */
  ways?: Ways | undefined;
  /** Told the JSON that a chunk came as, so that nobody needs to write it again. */
  keep?: ((chunk: GeminiChunk, json: string) => void) | undefined;
}

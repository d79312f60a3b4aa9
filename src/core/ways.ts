// How a stream goes on where an API has ways of its own to do so. A stream without one climbs down the
// ladder that is made for generateContent.
import type { GeminiRequest } from "../wire/index.ts";
import type { Upstream } from "./attempt.ts";
import type { Delivered } from "./delivered.ts";
import type { How } from "./event.ts";
import type { Failure } from "./failure-table.ts";
import type { Checkpoint, NotResumed } from "./resume.ts";
import type { Seam } from "./seam.ts";

/** Where one stream asks, when there is more than one place to do so. */
export interface Way {
  /** The URL of a path below the API's version, for the next attempt. */
  url(path: string): string;
  /** Whether another place may do what failed in this one; the next attempt asks there. */
  another(failure: Failure): boolean;
}

export interface Trouble {
  failure: Failure;
  /** The way the failed attempt was sent. */
  how: How;
  /** Whether it brought new text. */
  grew: boolean;
  delivered: Delivered;
  checkpoint: Checkpoint | undefined;
}

export interface Ways {
  dress(request: GeminiRequest): Promise<Upstream>;
  /** The next way; `shown` where a fresh start is no longer an innocent thing. */
  next(trouble: Trouble): { shown: boolean; way: How | NotResumed };
  plan(
    how: How,
    delivered: Delivered,
    checkpoint: Checkpoint | undefined,
  ): { request: GeminiRequest; seam: Seam | undefined };
  /** The reader stopped. */
  stopped(): void;
}

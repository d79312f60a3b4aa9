// What a stream has been so far, over all attempts. It can be made again from the stream's own events,
// so another process may go on where one died.
import type { GeminiUsage } from "../wire/index.ts";
import { Delivered } from "./delivered.ts";
import type { AttemptRecord, Splice } from "./event.ts";
import type { Checkpoint } from "./resume.ts";

/** What a stream has been so far, over all attempts. */
export class Life {
  readonly delivered = new Delivered();
  readonly records: AttemptRecord[] = [];
  /** Of each ended attempt, its last count. */
  readonly usages: (GeminiUsage | undefined)[] = [];
  readonly splices: Splice[] = [];
  readonly firsts = new Set<string>();
  checkpoint: Checkpoint | undefined;
  /** The next event's place in the order. */
  seq = 0;
  /** Milliseconds it had lived when this process took it. */
  ageMs = 0;
  ttftMs: number | undefined;
  hops = 0;
  retried = false;
  recovered = false;
}

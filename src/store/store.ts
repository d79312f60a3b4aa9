// What an engine brings: the log, the counts, the shelf and the tapes, behind one life.
import type { StreamLog } from "./log.ts";
import type { Shelf } from "./shelf.ts";
import type { Tally } from "./tally.ts";
import type { Tapes } from "./tape.ts";

/** What a gateway keeps: the log, the counts and the shelf. */
export interface Store {
  readonly kind: "memory" | "sqlite" | "redis";
  readonly log: StreamLog;
  readonly tally: Tally;
  readonly shelf: Shelf;
  readonly tapes: Tapes;
  /** Resolves when the engine answers and takes writes; rejects with a StoreError that says why not. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Which engine keeps it, and where. */
export type StoreOptions =
  | { kind: "memory"; now?: () => number }
  | { kind: "sqlite"; folder: string; now?: () => number }
  | { kind: "redis"; url: string; prefix?: string; now?: () => number };

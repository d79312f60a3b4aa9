// Group commit: what all streams said in one turn of the event loop goes into the log at once, and is
// passed on to readers only when it is kept there.
import type { Clock } from "../core/index.ts";
import { StoreError, type StreamLog, type Write } from "../store/index.ts";
import type { Kept } from "./kept.ts";

/** How long the log may be out of reach before streams are given up. */
const PATIENCE_MS = 20_000;
const RETRY_MS = [50, 100, 250, 500, 1_000];

/** Who writes through it. */
export interface Writer {
  readonly id: string;
  kept(entries: readonly Kept[]): void;
  /** Another process owns the stream now. */
  lost(): void;
  /** The log stayed out of reach. */
  unkept(error: unknown): void;
}

interface FlushOptions {
  log: StreamLog;
  owner: string;
  clock: Clock;
  /** Runs `fn` when this turn of the event loop is over. */
  defer(fn: () => void): void;
  /** Told when the log fails and when it works again. */
  onHealth?(error: unknown): void;
}

export class Flush {
  private readonly options: FlushOptions;
  private queue = new Map<Writer, Kept[]>();
  private busy = false;
  private failingSince: number | undefined;
  private idle: (() => void)[] = [];

  constructor(options: FlushOptions) {
    this.options = options;
  }

  add(writer: Writer, entry: Kept): void {
    const waiting = this.queue.get(writer);
    if (waiting) {
      waiting.push(entry);
      return;
    }
    this.queue.set(writer, [entry]);
    if (this.busy) return;
    this.busy = true;
    this.options.defer(() => void this.run());
  }

  /** Resolves when nothing waits to be written. */
  settled(): Promise<void> {
    if (!this.busy) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  private async run(): Promise<void> {
    while (this.queue.size > 0) {
      const batch = this.queue;
      this.queue = new Map();
      await this.write(batch);
    }
    this.busy = false;
    for (const resolve of this.idle.splice(0)) resolve();
  }

  private async write(batch: Map<Writer, Kept[]>): Promise<void> {
    const { log, owner, clock, onHealth } = this.options;
    const writes: Write[] = [];
    for (const [{ id }, entries] of batch) {
      const end = entries.at(-1)?.end;
      writes.push({ id, owner, entries, ...(end && { end }) });
    }
    for (let tries = 0; ; tries += 1) {
      try {
        const written = await log.append(writes);
        if (this.failingSince !== undefined) onHealth?.(undefined);
        this.failingSince = undefined;
        let i = 0;
        for (const [writer, entries] of batch) {
          if (written[i] === "kept") writer.kept(entries);
          else writer.lost();
          i += 1;
        }
        return;
      } catch (error) {
        this.failingSince ??= clock.now();
        onHealth?.(error);
        const isFinal = !(error instanceof StoreError);
        if (isFinal || clock.now() - this.failingSince > PATIENCE_MS) {
          for (const writer of batch.keys()) writer.unkept(error);
          return;
        }
        const ms = RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] as number;
        await new Promise<void>((resolve) => clock.setTimer(resolve, ms));
      }
    }
  }
}

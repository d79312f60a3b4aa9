// One reader of one stream, from a cursor to the end: fresh entries as they are kept, older ones from
// the log, in order, each once, at the reader's own speed.

import { type Failure, failure } from "../core/failures.ts";
import type { Clock } from "../core/index.ts";
import { StoreError, type StreamLog } from "../store/index.ts";
import { isEnd, type Kept } from "./kept.ts";
import type { Publication } from "./publication.ts";

const PAGE_BYTES = 64 * 1024;
/** How long the log may be out of reach before a reader is told. */
const PATIENCE_MS = 25_000;
const RETRY_MS = 500;

/** Where entries go. */
export interface Sink {
  /** False: no more until `ready` is called. After an end nothing follows. */
  take(entries: readonly Kept[]): boolean;
  /** The stream cannot be read on, and it did not end. */
  fail(problem: Failure): void;
  /** Called about once a second while the reader is here. */
  beat(nowMs: number): void;
}

interface ReaderOptions {
  id: string;
  after: number;
  sink: Sink;
  log: StreamLog;
  clock: Clock;
  /** The stream, if this process reads it from upstream. */
  local(): Publication | undefined;
  onDone(): void;
}

export class Reader {
  readonly id: string;
  cursor: number;
  private readonly options: ReaderOptions;
  private blocked = false;
  private loading = false;
  private done = false;
  /** Something came while entries were being loaded. */
  private again = false;
  private failingSince: number | undefined;
  private cancelRetry: (() => void) | undefined;

  constructor(options: ReaderOptions) {
    this.options = options;
    this.id = options.id;
    this.cursor = options.after;
  }

  get isDone(): boolean {
    return this.done;
  }

  /** Fresh entries of this process's own publication. */
  push(entries: readonly Kept[]): void {
    const first = entries[0];
    if (!first || this.done) return;
    const inStep = !this.blocked && !this.loading && first.seq <= this.cursor + 1;
    if (inStep) this.give(first.seq === this.cursor + 1 ? entries : entries.filter(this.isNew));
    else this.pump();
  }

  /** There may be more. */
  pump(): void {
    if (this.done || this.blocked) return;
    if (this.loading) {
      this.again = true;
      return;
    }
    const recent = this.options.local()?.recentAfter(this.cursor);
    if (recent) this.give(recent);
    else void this.load();
  }

  /** The sink can take more. */
  ready(): void {
    this.blocked = false;
    this.pump();
  }

  /** The reader left. */
  close(): void {
    if (this.done) return;
    this.done = true;
    this.cancelRetry?.();
    this.options.onDone();
  }

  /** The stream cannot be read here any more; the reader may come back with its cursor. */
  abandon(problem: Failure): void {
    if (this.done) return;
    this.options.sink.fail(problem);
    this.close();
  }

  beat(nowMs: number): void {
    if (!this.done) this.options.sink.beat(nowMs);
  }

  private readonly isNew = (entry: Kept) => entry.seq > this.cursor;

  private give(entries: readonly Kept[]): void {
    const last = entries.at(-1);
    if (!last) return;
    this.cursor = last.seq;
    try {
      this.blocked = !this.options.sink.take(entries);
    } catch {
      // What upstream said cannot be written in this reader's form. It is no other stream's business.
      this.abandon(failure("malformed_response"));
      return;
    }
    if (isEnd(last)) this.close();
  }

  private async load(): Promise<void> {
    const { log, id } = this.options;
    this.loading = true;
    try {
      while (!this.done && !this.blocked) {
        this.again = false;
        const page = await log.read(id, this.cursor, PAGE_BYTES);
        this.failingSince = undefined;
        if (this.done) return;
        if (!page) return this.abandon(failure("stream_expired"));
        if (page.entries.length > 0) this.give(page.entries);
        else if (page.head.state !== "live" && page.head.lastSeq <= this.cursor)
          return this.abandon(failure("stream_expired", "The log of this stream has no end."));
        else if (!this.again) return;
      }
    } catch (error) {
      this.stumble(error);
    } finally {
      this.loading = false;
    }
    if (this.again) this.pump();
  }

  private stumble(error: unknown): void {
    const { clock } = this.options;
    this.failingSince ??= clock.now();
    const isFinal = !(error instanceof StoreError);
    if (isFinal || clock.now() - this.failingSince > PATIENCE_MS) {
      this.abandon(
        failure("store_unavailable", error instanceof Error ? error.message : undefined),
      );
      return;
    }
    this.cancelRetry = clock.setTimer(() => this.pump(), RETRY_MS);
  }
}

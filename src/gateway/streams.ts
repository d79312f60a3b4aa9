// START HERE. All streams of this gateway: begun, read, stopped, and taken over from processes that
// died. A stream lives in the log; this process owns some of them and reads those from upstream.

import { failure } from "../core/failures.ts";
import type { Clock, StreamEvent, TerminalEvent } from "../core/index.ts";
import { type Head, type Owned, StoreError, type StreamLog } from "../store/index.ts";
import { type Ask, isLasting, packAsk, unpackAsk } from "./ask.ts";
import { Flush } from "./flush.ts";
import { type Kept, viaOf } from "./kept.ts";
import { Publication, type PublicationOptions } from "./publication.ts";
import { Reader, type Sink } from "./reader.ts";
import { Refusal } from "./refusal.ts";
import type { StreamInfo, Watcher } from "./watcher.ts";

/** How many orphans one look takes; the next look comes soon. */
const CLAIM_MAX = 32;
const RESTORE_PAGE_BYTES = 1024 * 1024;

/** A stream to begin. */
export interface Order {
  client: string;
  door: string;
  ask: Ask;
  idempotencyKey?: string | undefined;
  traceparent?: string | undefined;
  /** How long it waited for room. */
  waitedMs?: number | undefined;
  /** Frees what the client's limits hold for this stream. */
  onEnd?: ((end: TerminalEvent | undefined) => void) | undefined;
}

/** What a stream was in the process that began it. */
export interface Past {
  events: readonly StreamEvent[];
  ageMs: number;
  via: string | undefined;
}

export type Drive = Pick<PublicationOptions, "input" | "via" | "leaving">;

interface StreamsOptions {
  log: StreamLog;
  clock: Clock;
  owner: string;
  leaseMs: number;
  /** How long a stream that only one request reads goes on when that reader has left. */
  graceMs: number;
  watcher: Watcher;
  defer(fn: () => void): void;
  /** What the core needs to ask upstream; of a stream that another process began, with its events. */
  driveOf(id: string, ask: Ask, past: Past | undefined): Drive;
  onFailure(info: StreamInfo, event: Extract<StreamEvent, { type: "failure" }>): void;
  /** It is over in this process: ended, lost, or handed over. */
  onOver(info: StreamInfo, end: TerminalEvent | undefined): void;
  onHealth?(error: unknown): void;
  /** Something that must not happen, did; it is logged. */
  onError(error: unknown): void;
}

interface Running {
  publication: Publication;
  onEnd?: Order["onEnd"];
  /** It goes on when nobody reads it. */
  lasting: boolean;
  /** Ends the stream when its only kind of reader has been away too long. */
  cancelGrace?: (() => void) | undefined;
  unwatch: () => void;
}

export class Streams {
  private readonly options: StreamsOptions;
  private readonly flush: Flush;
  private readonly running = new Map<string, Running>();
  private readonly readers = new Map<string, Set<Reader>>();
  /** Ends the news about a stream that another process reads from upstream. */
  private readonly watches = new Map<string, () => void>();
  private draining = false;
  private empty: (() => void)[] = [];

  constructor(options: StreamsOptions) {
    this.options = options;
    const { log, owner, clock, defer, onHealth } = options;
    this.flush = new Flush({ log, owner, clock, defer, ...(onHealth && { onHealth }) });
  }

  get inFlight(): number {
    return this.running.size;
  }

  get readerCount(): number {
    let count = 0;
    for (const set of this.readers.values()) count += set.size;
    return count;
  }

  owns(id: string): boolean {
    return this.running.has(id);
  }

  /** Begins it, or finds the one that this idempotency key began. */
  async start(order: Order): Promise<{ head: Head; created: boolean }> {
    const { log, clock, owner, leaseMs } = this.options;
    if (this.draining) throw new Refusal("gateway_draining", undefined, 1_000);
    const { client, door, ask, idempotencyKey } = order;
    const startedAtMs = clock.date().getTime();
    const packed = packAsk(ask);
    const { head, created } = await log.create(
      {
        id: clock.id(),
        client,
        model: ask.model,
        door,
        startedAtMs,
        ask: packed,
        ...(idempotencyKey && { idempotencyKey }),
      },
      owner,
      leaseMs,
    );
    if (!created && !sameRequest(unpackAsk(head.ask), ask))
      throw new Refusal("idempotency_conflict");
    if (created) this.publish(head, ask, order, undefined);
    return { head, created };
  }

  /** Reads a stream from a cursor, wherever it is produced. */
  follow(id: string, client: string, after: number, sink: Sink): Reader {
    const { log, clock, watcher } = this.options;
    const reader = new Reader({
      id,
      after,
      sink,
      log,
      clock,
      local: () => this.running.get(id)?.publication,
      onDone: () => {
        this.forget(reader);
        watcher.reader?.({ id, client }, "left", reader.cursor);
      },
    });
    const set = this.readers.get(id);
    if (set) set.add(reader);
    else this.readers.set(id, new Set([reader]));
    watcher.reader?.({ id, client }, "came", after);
    const running = this.running.get(id);
    running?.cancelGrace?.();
    if (!running) this.watch(id);
    reader.pump();
    return reader;
  }

  /** Ends it, whoever owns it. False: it is not running. */
  async stop(id: string): Promise<boolean> {
    const mine = this.running.get(id);
    if (mine) {
      mine.publication.stop("signal");
      return true;
    }
    return this.options.log.askStop(id);
  }

  /** Heartbeats, and a look for readers of others' streams in case news was lost. */
  beat(nowMs: number): void {
    for (const [id, set] of this.readers) {
      const isMine = this.running.has(id);
      for (const reader of set) {
        reader.beat(nowMs);
        if (!isMine) reader.pump();
      }
    }
  }

  /** Holds on to what is owned, and takes what nobody owns any more. */
  async tend(): Promise<void> {
    const { log, owner, leaseMs } = this.options;
    const ids = [...this.running.keys()];
    if (ids.length > 0) {
      for (const id of await log.renew(owner, ids, leaseMs))
        this.running.get(id)?.publication.lost();
    }
    if (this.draining) return;
    for (const head of await log.claim(owner, leaseMs, CLAIM_MAX)) await this.adopt(head);
  }

  /** No new streams; those that run may end within `ms`, the rest is handed over. */
  async drain(ms: number): Promise<void> {
    const { clock, log, owner } = this.options;
    this.draining = true;
    if (this.running.size > 0) {
      await new Promise<void>((resolve) => {
        const cancel = clock.setTimer(resolve, ms);
        this.empty.push(() => {
          cancel();
          resolve();
        });
      });
    }
    await this.flush.settled();
    const left = [...this.running.values()];
    for (const { publication } of left) publication.lost();
    await log
      .release(
        owner,
        left.map(({ publication }) => publication.id),
      )
      .catch(() => {});
    const gone = failure("gateway_draining");
    for (const set of this.readers.values()) for (const reader of set) reader.abandon(gone);
  }

  private async adopt(head: Owned): Promise<void> {
    const { log, clock, onError } = this.options;
    if (this.running.has(head.id)) return;
    try {
      const ageMs = Math.max(0, clock.date().getTime() - head.startedAtMs);
      const past = { ageMs, ...(await this.pastOf(head.id)) };
      const ask = unpackAsk(head.ask);
      this.publish(head, ask, undefined, past);
      if (head.stopAsked) this.running.get(head.id)?.publication.stop("signal");
    } catch (error) {
      // The lease runs out, and somebody tries again.
      onError(error);
      if (error instanceof StoreError)
        await log.release(this.options.owner, [head.id]).catch(() => {});
    }
  }

  private async pastOf(id: string): Promise<Omit<Past, "ageMs">> {
    const events: StreamEvent[] = [];
    let via: string | undefined;
    for (let after = -1; ; ) {
      const page = await this.options.log.read(id, after, RESTORE_PAGE_BYTES);
      const last = page?.entries.at(-1);
      if (!page || !last) return { events, via };
      for (const entry of page.entries) {
        events.push(JSON.parse(entry.json) as StreamEvent);
        via = viaOf(entry) ?? via;
      }
      after = last.seq;
    }
  }

  private publish(head: Head, ask: Ask, order: Order | undefined, past: Past | undefined): void {
    const { clock, watcher, log, driveOf, onError, onFailure } = this.options;
    const { id, client, model, door, startedAtMs } = head;
    const info: StreamInfo = {
      id,
      requestId: ask.requestId,
      client,
      model,
      door,
      startedAtMs,
      traceparent: order?.traceparent,
      waitedMs: order?.waitedMs,
      takenOver: past !== undefined,
    };
    const publication = new Publication({
      info,
      ...driveOf(id, ask, past),
      flush: this.flush,
      watcher,
      deliver: (entries) => this.deliver(id, entries),
      onLost: (error) => this.lose(id, error),
      onEnd: (end) => this.leave(id, end),
      onFailure: (event) => onFailure(info, event),
      now: () => clock.date().getTime(),
    });
    const unwatch = log.watch(
      id,
      (news) => {
        if (news === "stop") publication.stop("signal");
        if (news === "gone") publication.lost();
      },
      "orders",
    );
    this.unwatch(id);
    const lasting = door === "streams" || isLasting(ask);
    this.running.set(id, { publication, unwatch, lasting, onEnd: order?.onEnd });
    publication.run().catch((error) => {
      onError(error);
      publication.lost();
    });
  }

  private deliver(id: string, entries: readonly Kept[]): void {
    const set = this.readers.get(id);
    if (set) for (const reader of set) reader.push(entries);
  }

  private leave(id: string, end: TerminalEvent | undefined): void {
    const running = this.running.get(id);
    if (!running) return;
    running.cancelGrace?.();
    running.unwatch();
    running.onEnd?.(end);
    const { info } = running.publication;
    if (!end) this.options.watcher.lost?.(info);
    this.options.onOver(info, end);
    this.running.delete(id);
    if (this.running.size === 0) for (const resolve of this.empty.splice(0)) resolve();
  }

  private lose(id: string, error: unknown): void {
    this.leave(id, undefined);
    const set = this.readers.get(id);
    if (!set) return;
    if (error !== undefined) {
      const problem = failure(
        "store_unavailable",
        error instanceof Error ? error.message : undefined,
      );
      for (const reader of set) reader.abandon(problem);
      return;
    }
    this.watch(id);
    for (const reader of set) reader.pump();
  }

  private watch(id: string): void {
    if (this.watches.has(id)) return;
    const stop = this.options.log.watch(id, () => {
      for (const reader of this.readers.get(id) ?? []) reader.pump();
    });
    this.watches.set(id, stop);
  }

  private unwatch(id: string): void {
    this.watches.get(id)?.();
    this.watches.delete(id);
  }

  private forget(reader: Reader): void {
    const { id } = reader;
    const set = this.readers.get(id);
    set?.delete(reader);
    if (set && set.size > 0) return;
    this.readers.delete(id);
    this.unwatch(id);
    const running = this.running.get(id);
    if (!running || running.lasting) return;
    const { clock, graceMs } = this.options;
    running.cancelGrace?.();
    running.cancelGrace = clock.setTimer(() => {
      if (!this.readers.has(id)) running.publication.stop("reader");
    }, graceMs);
  }
}

/** Ids of requests differ each time; what is asked must not. */
function sameRequest(a: Ask, b: Ask): boolean {
  return (
    a.model === b.model &&
    a.version === b.version &&
    JSON.stringify(a.interact) === JSON.stringify(b.interact) &&
    JSON.stringify(a.request) === JSON.stringify(b.request)
  );
}

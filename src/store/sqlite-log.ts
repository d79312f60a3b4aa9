// The log in SQLite: heads in a table, entries in the journal while they are fresh and in pages when there
// are enough of them. So an event costs a share of one insert, a reader finds a stream in few rows, and
// nothing is written twice for long.
import type { DatabaseSync } from "node:sqlite";
import type {
  Entry,
  Head,
  ListQuery,
  NewHead,
  News,
  Owned,
  Page,
  Retention,
  StreamLog,
  Write,
  Written,
} from "./log.ts";
import { erase, type Guarded, transaction } from "./sqlite-file.ts";
import { Journal, type Part } from "./sqlite-journal.ts";
import { headOf, prepare, type Row, type Statements } from "./sqlite-statements.ts";
import { cut, emptyTail, goingOn, unpackEntries } from "./tail.ts";
import { ordersOnly, Watchers } from "./watchers.ts";

/** Whoever appends waits for one step of a sweep: a few milliseconds. */
const SWEEP_STEP = 20;

export class SqliteLog implements StreamLog {
  private readonly db: DatabaseSync;
  private readonly now: () => number;
  private readonly guarded: Guarded;
  private readonly watchers = new Watchers();
  private readonly statements: Statements;
  private readonly journal: Journal;
  /** Of all streams; what live ones have said is added at their end. */
  private readonly total: { bytes: number; count: number };

  constructor(db: DatabaseSync, now: () => number, guarded: Guarded) {
    this.db = db;
    this.now = now;
    this.guarded = guarded;
    this.statements = prepare(db);
    this.journal = new Journal(db, this.statements);
    this.total = { ...(this.statements.total.get() as { bytes: number; count: number }) };
  }

  close(): void {
    this.watchers.clear();
  }

  async create(head: NewHead, owner: string, leaseMs: number) {
    const { id, client, model, door, startedAtMs, ask, idempotencyKey } = head;
    return this.guarded(() => {
      if (idempotencyKey !== undefined) {
        const row = this.statements.byKey.get(client, idempotencyKey) as Row | undefined;
        if (row) {
          const known = this.journal.live.get(String(row.id))?.head ?? headOf(row);
          return { head: { ...known, ask: this.askOf(known.id) }, created: false };
        }
      }
      const asked = Buffer.byteLength(ask);
      const { create, keepAsk } = this.statements;
      transaction(this.db, () => {
        create.run(id, client, model, door, startedAtMs, idempotencyKey ?? null, asked);
        keepAsk.run(id, ask);
      });
      this.total.bytes += asked;
      this.total.count += 1;
      const made: Owned = {
        ...head,
        state: "live",
        lastSeq: -1,
        bytes: 0,
        stopAsked: false,
        owner,
      };
      const { ask: _, ...known } = made;
      const leaseUntilMs = this.now() + leaseMs;
      this.journal.live.set(id, { head: known, tail: emptyTail(), leaseUntilMs });
      return { head: made, created: true };
    });
  }

  async append(writes: readonly Write[]): Promise<Written[]> {
    const written: Written[] = [];
    let parts = new Map<string, Part>();
    for (const write of writes) {
      if (parts.has(write.id)) {
        this.commit(parts);
        parts = new Map();
      }
      const live = this.journal.live.get(write.id);
      const isOwner = live?.head.owner === write.owner;
      const entries = live && isOwner ? goingOn(write.entries, live.head.lastSeq) : undefined;
      written.push(entries ? "kept" : "lost");
      if (live && entries && (entries.length > 0 || write.end))
        parts.set(write.id, { live, write, entries });
    }
    this.commit(parts);
    return written;
  }

  async read(id: string, after: number, bytesMax: number): Promise<Page | undefined> {
    const live = this.journal.live.get(id);
    const first = live?.tail.entries[0];
    if (live && first && first.seq <= after + 1)
      return { head: { ...live.head }, entries: cut(live.tail.entries, after, bytesMax) };
    return this.guarded(() => {
      const head = live?.head ?? this.stored(id);
      if (!head) return undefined;
      const entries: Entry[] = [];
      let chars = 0;
      for (const row of this.statements.pages.iterate({ stream: id, from: after + 1 })) {
        const body = (row as { body: string }).body;
        if (chars > 0 && chars + body.length > bytesMax) return { head: { ...head }, entries };
        entries.push(...unpackEntries(body, after));
        chars += body.length;
      }
      const seen = entries.at(-1)?.seq ?? after;
      if (live && chars < bytesMax) entries.push(...cut(live.tail.entries, seen, bytesMax - chars));
      return { head: { ...head }, entries };
    });
  }

  async head(id: string): Promise<Head | undefined> {
    const live = this.journal.live.get(id);
    return live ? { ...live.head } : this.guarded(() => this.stored(id));
  }

  async list({ client, state, beforeMs, limit }: ListQuery): Promise<Head[]> {
    const { list, listOf } = this.statements;
    const query = { state: state ?? null, before: beforeMs ?? Number.MAX_SAFE_INTEGER, limit };
    const rows = this.guarded(() =>
      client === undefined ? list.all(query) : listOf.all({ ...query, client }),
    );
    return rows.map((row) => {
      const { id } = row as { id: string };
      const live = this.journal.live.get(id);
      return live ? { ...live.head } : headOf(row as Row);
    });
  }

  async remove(id: string): Promise<void> {
    this.guarded(() => this.drop([id]));
  }

  async askStop(id: string): Promise<boolean> {
    const live = this.journal.live.get(id);
    if (!live) return false;
    this.guarded(() => this.statements.stop.run(id));
    live.head.stopAsked = true;
    this.watchers.tell(id, "stop");
    return true;
  }

  async renew(owner: string, ids: readonly string[], leaseMs: number): Promise<string[]> {
    return ids.filter((id) => {
      const live = this.journal.live.get(id);
      if (live?.head.owner !== owner) return true;
      live.leaseUntilMs = this.now() + leaseMs;
      return false;
    });
  }

  async claim(owner: string, leaseMs: number, limit: number): Promise<Owned[]> {
    const claimed: Owned[] = [];
    const now = this.now();
    for (const live of this.journal.live.values()) {
      if (claimed.length >= limit) break;
      if (live.leaseUntilMs > now) continue;
      live.head.owner = owner;
      live.leaseUntilMs = now + leaseMs;
      claimed.push({ ...live.head, ask: this.askOf(live.head.id) });
    }
    return claimed;
  }

  async release(owner: string, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const live = this.journal.live.get(id);
      if (live?.head.owner === owner) live.leaseUntilMs = 0;
    }
  }

  /** One process has the file, so all news is its own. */
  watch(id: string, told: (news: News) => void, what: "all" | "orders" = "all"): () => void {
    return this.watchers.add(id, ordersOnly(told, what));
  }

  async sweep(retention: Retention, nowMs: number, limit: number): Promise<number> {
    let gone = 0;
    while (gone < limit) {
      const step = Math.min(SWEEP_STEP, limit - gone);
      const some = this.guarded(() => this.sweepSome(retention, nowMs, step));
      gone += some;
      if (some < step) break;
      // Streams are waiting to be written.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return gone;
  }

  private sweepSome({ ageMs, bytesMax, streamsMax }: Retention, nowMs: number, step: number) {
    let { bytes, count } = this.total;
    const gone: string[] = [];
    for (const row of this.statements.oldest.iterate(step) as Iterable<Row>) {
      const isOld = nowMs - Number(row.ended) > ageMs;
      if (!isOld && bytes <= bytesMax && count <= streamsMax) break;
      bytes -= Number(row.bytes);
      count -= 1;
      gone.push(String(row.id));
    }
    if (gone.length > 0) this.drop(gone);
    return gone.length;
  }

  private commit(parts: Map<string, Part>): void {
    if (parts.size === 0) return;
    this.guarded(() => this.journal.commit([...parts.values()]));
    for (const { live, write } of parts.values())
      if (write.end) this.total.bytes += live.head.bytes;
    for (const id of parts.keys()) this.watchers.tell(id, "entries");
  }

  private drop(ids: readonly string[]): void {
    const { dropPages, dropHead, dropAsk, sizeOf } = this.statements;
    const sizes = ids.flatMap((id) => (sizeOf.get(id) as { bytes: number } | undefined) ?? []);
    erase(this.db, () => {
      transaction(this.db, () => {
        for (const id of ids) for (const drop of [dropPages, dropAsk, dropHead]) drop.run(id);
      });
      for (const { bytes } of sizes) this.total.bytes -= bytes;
      this.total.count -= sizes.length;
      this.journal.forget(ids);
    });
    for (const id of ids) this.watchers.tell(id, "gone");
  }

  private stored(id: string): Head | undefined {
    const row = this.statements.head.get(id) as Row | undefined;
    return row && headOf(row);
  }

  private askOf(id: string): string {
    const row = this.guarded(() => this.statements.ask.get(id)) as { ask: string } | undefined;
    return row?.ask ?? "";
  }
}

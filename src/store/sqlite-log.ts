// The log in SQLite. One row a commit holds what all streams said in it (the journal); a stream's newest
// entries also stay in memory, and move to pages of its own when there are enough of them. So an event
// costs a share of one insert, a reader finds a stream in few rows, and nothing is written twice for long.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type {
  Entry,
  Head,
  ListQuery,
  NewHead,
  News,
  Page,
  Retention,
  StreamLog,
  Write,
  Written,
} from "./log.ts";
import {
  charsOf,
  cut,
  packCommit,
  packEntries,
  type Tail,
  unpackCommit,
  unpackEntries,
} from "./tail.ts";

const PAGE_CHARS = 16 * 1024;
/** Commits after which a quiet stream's tail becomes a page, so that the journal can be cut. */
const JOURNAL_ROWS_MAX = 4_096;
const CUT_EVERY = 256;
const VACUUM_PAGES = 200;

interface Live {
  head: Head;
  tail: Tail;
  leaseUntilMs: number;
}

type Row = Record<string, string | number | null>;

export class SqliteLog implements StreamLog {
  private readonly db: DatabaseSync;
  private readonly now: () => number;
  private readonly guarded: <T>(work: () => T) => T;
  private readonly live = new Map<string, Live>();
  private readonly watchers = new Map<string, Set<(news: News) => void>>();
  private readonly statements: ReturnType<typeof prepare>;
  private commits = 0;
  private sinceCut = 0;

  constructor(db: DatabaseSync, now: () => number, guarded: <T>(work: () => T) => T) {
    this.db = db;
    this.now = now;
    this.guarded = guarded;
    this.statements = prepare(db);
    this.replay();
  }

  close(): void {
    this.live.clear();
    this.watchers.clear();
  }

  async create(head: NewHead, owner: string, leaseMs: number) {
    const { id, client, model, door, startedAtMs, ask, idempotencyKey } = head;
    return this.guarded(() => {
      if (idempotencyKey !== undefined) {
        const known = this.statements.byKey.get(client, idempotencyKey) as Row | undefined;
        if (known) return { head: this.headOf(known), created: false };
      }
      this.statements.create.run(id, client, model, door, startedAtMs, ask, idempotencyKey ?? null);
      const made: Head = { ...head, state: "live", lastSeq: -1, bytes: 0, stopAsked: false, owner };
      this.live.set(id, { head: made, tail: emptyTail(), leaseUntilMs: this.now() + leaseMs });
      return { head: { ...made }, created: true };
    });
  }

  async append(writes: readonly Write[]): Promise<Written[]> {
    const written: Written[] = [];
    const kept: { write: Write; live: Live }[] = [];
    for (const write of writes) {
      const live = this.live.get(write.id);
      const isOwner = live?.head.owner === write.owner;
      written.push(isOwner ? "kept" : "lost");
      if (live && isOwner) kept.push({ write, live });
    }
    if (kept.length > 0) this.guarded(() => this.commit(kept));
    return written;
  }

  async read(id: string, after: number, bytesMax: number): Promise<Page | undefined> {
    const live = this.live.get(id);
    const first = live?.tail.entries[0];
    if (live && first && first.seq <= after + 1)
      return { head: { ...live.head }, entries: cut(live.tail.entries, after, bytesMax) };
    return this.guarded(() => {
      const head = live?.head ?? this.stored(id);
      if (!head) return undefined;
      const entries: Entry[] = [];
      let chars = 0;
      for (const row of this.statements.pages.iterate(id, after)) {
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
    const live = this.live.get(id);
    return live ? { ...live.head } : this.guarded(() => this.stored(id));
  }

  async list({ client, state, beforeMs, limit }: ListQuery): Promise<Head[]> {
    const rows = this.guarded(() =>
      this.statements.list.all({
        client: client ?? null,
        state: state ?? null,
        before: beforeMs ?? Number.MAX_SAFE_INTEGER,
        limit,
      }),
    );
    return rows.map((row) => this.headOf(row as Row));
  }

  async remove(id: string): Promise<void> {
    this.guarded(() => this.transaction(() => this.drop(id)));
    this.live.delete(id);
    this.tell(id, "gone");
  }

  async askStop(id: string): Promise<boolean> {
    const live = this.live.get(id);
    if (!live) return false;
    this.guarded(() => this.statements.stop.run(id));
    live.head.stopAsked = true;
    this.tell(id, "stop");
    return true;
  }

  async renew(owner: string, ids: readonly string[], leaseMs: number): Promise<string[]> {
    return ids.filter((id) => {
      const live = this.live.get(id);
      if (live?.head.owner !== owner) return true;
      live.leaseUntilMs = this.now() + leaseMs;
      return false;
    });
  }

  async claim(owner: string, leaseMs: number, limit: number): Promise<Head[]> {
    const claimed: Head[] = [];
    const now = this.now();
    for (const live of this.live.values()) {
      if (claimed.length >= limit) break;
      if (live.leaseUntilMs > now) continue;
      live.head.owner = owner;
      live.leaseUntilMs = now + leaseMs;
      claimed.push({ ...live.head });
    }
    return claimed;
  }

  async release(owner: string, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const live = this.live.get(id);
      if (live?.head.owner === owner) live.leaseUntilMs = 0;
    }
  }

  /** One process has the file, so all news is its own. */
  watch(id: string, told: (news: News) => void): () => void {
    const set = this.watchers.get(id) ?? new Set();
    this.watchers.set(id, set);
    set.add(told);
    return () => {
      set.delete(told);
      if (set.size === 0) this.watchers.delete(id);
    };
  }

  async sweep({ ageMs, bytesMax, streamsMax }: Retention, nowMs: number, limit: number) {
    return this.guarded(() => {
      const total = this.statements.total.get() as { bytes: number; count: number };
      const gone: string[] = [];
      for (const row of this.statements.oldest.iterate(limit) as Iterable<Row>) {
        const isOld = nowMs - Number(row.ended) > ageMs;
        if (!isOld && total.bytes <= bytesMax && total.count <= streamsMax) break;
        total.bytes -= Number(row.bytes);
        total.count -= 1;
        gone.push(String(row.id));
      }
      if (gone.length === 0) return 0;
      this.transaction(() => {
        for (const id of gone) this.drop(id);
      });
      this.db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
      for (const id of gone) this.tell(id, "gone");
      return gone.length;
    });
  }

  private commit(kept: readonly { write: Write; live: Live }[]): void {
    const body = packCommit(kept.map(({ write }) => write));
    const full = kept.filter(({ write, live }) => write.end || isFull(live.tail, write));
    const n = this.commits + 1;
    // Nearly always one insert, which is a transaction of its own.
    if (full.length === 0) this.statements.journal.run(n, body);
    else
      this.transaction(() => {
        this.statements.journal.run(n, body);
        for (const { write, live } of full) {
          this.page(live, [...live.tail.entries, ...write.entries]);
          const last = write.entries.at(-1);
          const bytes = live.head.bytes + charsOf(write.entries);
          if (write.end)
            this.statements.end.run(
              write.end.state,
              write.end.atMs,
              last?.seq ?? live.head.lastSeq,
              bytes,
              write.id,
            );
        }
      });
    // From here on nothing can fail: memory follows what is on disk.
    this.commits = n;
    for (const { write, live } of kept)
      this.follow(
        live,
        write,
        n,
        full.some((one) => one.live === live),
      );
    this.cutJournal();
  }

  private follow(live: Live, write: Write, n: number, isPaged: boolean): void {
    const { head, tail } = live;
    const chars = charsOf(write.entries);
    head.lastSeq = write.entries.at(-1)?.seq ?? head.lastSeq;
    head.bytes += chars;
    if (isPaged) live.tail = emptyTail();
    else {
      if (tail.entries.length === 0) tail.journalFrom = n;
      for (const { seq, type, json } of write.entries) tail.entries.push({ seq, type, json });
      tail.chars += chars;
    }
    if (write.end) this.live.delete(write.id);
    this.tell(write.id, "entries");
  }

  private page({ head }: Live, entries: readonly Entry[]): void {
    const [first, last] = [entries[0], entries.at(-1)];
    if (first && last) this.statements.page.run(head.id, first.seq, last.seq, packEntries(entries));
  }

  /** Commits that no tail needs any more go; the tails of quiet streams must not keep them all. */
  private cutJournal(): void {
    this.sinceCut += 1;
    if (this.sinceCut < CUT_EVERY) return;
    this.sinceCut = 0;
    const oldest = this.commits - JOURNAL_ROWS_MAX;
    const quiet: Live[] = [];
    let needed = this.commits + 1;
    for (const live of this.live.values()) {
      if (live.tail.entries.length === 0) continue;
      if (live.tail.journalFrom < oldest) quiet.push(live);
      else needed = Math.min(needed, live.tail.journalFrom);
    }
    try {
      this.transaction(() => {
        for (const live of quiet) this.page(live, live.tail.entries);
        this.statements.cut.run(needed);
      });
      for (const live of quiet) live.tail = emptyTail();
    } catch {
      // Only tidying: what was to be kept is kept, and the next time comes soon.
    }
  }

  /** What a process left when it died: live streams, and the entries that were in no page yet. */
  private replay(): void {
    for (const row of this.statements.live.all() as Row[]) {
      const head = this.headOf(row);
      const paged = (this.statements.lastPaged.get(head.id) as { last: number | null }).last ?? -1;
      head.lastSeq = paged;
      this.live.set(head.id, { head, tail: emptyTail(), leaseUntilMs: 0 });
    }
    for (const { n, body } of this.statements.journalAll.iterate() as Iterable<{
      n: number;
      body: string;
    }>) {
      this.commits = n;
      for (const { id, entries } of unpackCommit(body)) {
        const live = this.live.get(id);
        const fresh = live ? entries.filter(({ seq }) => seq > live.head.lastSeq) : [];
        if (!live || fresh.length === 0) continue;
        if (live.tail.entries.length === 0) live.tail.journalFrom = n;
        live.tail.entries.push(...fresh);
        live.tail.chars += charsOf(fresh);
        live.head.lastSeq = fresh.at(-1)?.seq ?? live.head.lastSeq;
      }
    }
    for (const { head, tail } of this.live.values()) {
      const pages = this.statements.pagedChars.get(head.id) as { chars: number | null };
      head.bytes = (pages.chars ?? 0) + tail.chars;
    }
  }

  private drop(id: string): void {
    this.statements.dropPages.run(id);
    this.statements.dropHead.run(id);
  }

  private stored(id: string): Head | undefined {
    const row = this.statements.head.get(id) as Row | undefined;
    return row && this.headOf(row);
  }

  private headOf(row: Row): Head {
    const live = this.live.get(String(row.id));
    if (live) return { ...live.head };
    return {
      id: String(row.id),
      client: String(row.client),
      model: String(row.model),
      door: String(row.door),
      startedAtMs: Number(row.started),
      ask: String(row.ask),
      ...(row.ikey !== null && { idempotencyKey: String(row.ikey) }),
      state: String(row.state) as Head["state"],
      ...(row.ended !== null && { endedAtMs: Number(row.ended) }),
      lastSeq: Number(row.last_seq),
      bytes: Number(row.bytes),
      stopAsked: row.stop === 1,
    };
  }

  private transaction(work: () => void): void {
    this.db.exec("BEGIN");
    try {
      work();
      this.db.exec("COMMIT");
    } catch (error) {
      // Some errors roll back by themselves.
      if (this.db.isTransaction) this.db.exec("ROLLBACK");
      throw error;
    }
  }

  private tell(id: string, news: News): void {
    for (const told of this.watchers.get(id) ?? []) told(news);
  }
}

function prepare(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  return {
    create: sql(
      "INSERT INTO heads (id, client, model, door, started, ask, ikey, state, last_seq, bytes, stop) VALUES (?, ?, ?, ?, ?, ?, ?, 'live', -1, 0, 0)",
    ),
    byKey: sql("SELECT * FROM heads WHERE client = ? AND ikey = ?"),
    head: sql("SELECT * FROM heads WHERE id = ?"),
    live: sql("SELECT * FROM heads WHERE state = 'live'"),
    list: sql(
      "SELECT * FROM heads WHERE (:client IS NULL OR client = :client) AND (:state IS NULL OR state = :state OR (:state = 'ended' AND state <> 'live')) AND started < :before ORDER BY started DESC, id DESC LIMIT :limit",
    ),
    stop: sql("UPDATE heads SET stop = 1 WHERE id = ?"),
    end: sql("UPDATE heads SET state = ?, ended = ?, last_seq = ?, bytes = ? WHERE id = ?"),
    dropHead: sql("DELETE FROM heads WHERE id = ?"),
    dropPages: sql("DELETE FROM pages WHERE stream = ?"),
    page: sql("INSERT INTO pages (stream, first, last, body) VALUES (?, ?, ?, ?)"),
    pages: sql("SELECT body FROM pages WHERE stream = ? AND last > ? ORDER BY first"),
    lastPaged: sql("SELECT max(last) AS last FROM pages WHERE stream = ?"),
    pagedChars: sql("SELECT sum(length(body)) AS chars FROM pages WHERE stream = ?"),
    journal: sql("INSERT INTO journal (n, body) VALUES (?, ?)"),
    journalAll: sql("SELECT n, body FROM journal ORDER BY n"),
    cut: sql("DELETE FROM journal WHERE n < ?"),
    total: sql("SELECT coalesce(sum(bytes), 0) AS bytes, count(*) AS count FROM heads"),
    oldest: sql(
      "SELECT id, ended, bytes FROM heads WHERE ended IS NOT NULL ORDER BY ended LIMIT ?",
    ),
  };
}

function emptyTail(): Tail {
  return { entries: [], chars: 0, journalFrom: 0 };
}

function isFull(tail: Tail, { entries }: Write): boolean {
  return tail.chars + charsOf(entries) > PAGE_CHARS;
}

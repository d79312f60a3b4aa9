// The newest entries of all live streams: one row a commit (the journal) so that they are safe, and in
// memory so that they are at hand. When a stream has enough of them they become a page of its own, and
// the journal forgets them. At any moment an entry stands in the journal or in a page.
import type { DatabaseSync } from "node:sqlite";
import type { Entry, Head, Write } from "./log.ts";
import { transaction } from "./sqlite-file.ts";
import { headOf, type Row, type Statements } from "./sqlite-statements.ts";
import { charsOf, emptyTail, packCommit, packEntries, type Tail, unpackCommit } from "./tail.ts";

const PAGE_CHARS = 16 * 1024;
/** Streams that began together fill their pages together: the work is spread over several commits. */
const PAGES_A_COMMIT = 8;
/** What a tail may grow to while it waits for its turn. */
const TAIL_CHARS_MAX = 48 * 1024;
/** After so much the tails of quiet streams become pages, so that the journal can be cut. */
const JOURNAL_ROWS_MAX = 4_096;
const JOURNAL_CHARS_MAX = 8 * 1024 * 1024;
/** Often and little: whoever appends waits for it. What has piled up goes three times as fast as it comes. */
const CUT_EVERY = 32;
const CUT_ROWS_MAX = 3 * CUT_EVERY;
const QUIET_PAGES_A_CUT = 16;

interface Live {
  head: Head;
  tail: Tail;
  leaseUntilMs: number;
}

/** What one stream adds to a commit. */
export interface Part {
  live: Live;
  write: Write;
  entries: readonly Entry[];
}

export class Journal {
  readonly live = new Map<string, Live>();
  /** Streams that are over, and the commit that still holds their last entries. */
  private readonly over = new Map<string, number>();
  private readonly db: DatabaseSync;
  private readonly statements: Statements;
  private commits = 0;
  /** Commits before this one are gone. */
  private first = 1;
  private chars = 0;
  private sinceCut = 0;

  constructor(db: DatabaseSync, statements: Statements) {
    this.db = db;
    this.statements = statements;
    this.replay();
  }

  /** All parts or, if it throws, none. A stream stands in it once. */
  commit(parts: readonly Part[]): void {
    const body = packCommit(parts.map(({ live, entries }) => ({ id: live.head.id, entries })));
    const n = this.commits + 1;
    const full = fullOf(parts);
    // Nearly always one insert, which is a transaction of its own.
    if (full.size === 0) this.statements.journal.run(n, body);
    else
      transaction(this.db, () => {
        this.statements.journal.run(n, body);
        for (const part of full) this.page(part);
      });
    // From here on nothing can fail: memory follows what is on disk.
    this.commits = n;
    for (const part of parts) this.follow(part, full.has(part));
    this.chars += body.length;
    this.cut();
  }

  /** Nothing of this stream stays in the journal; its pages and its head are the caller's to drop. */
  forget(ids: readonly string[]): void {
    if (!ids.some((id) => this.live.has(id) || this.over.has(id))) return;
    for (const id of ids) this.live.delete(id);
    this.settle([...this.live.values()]);
  }

  private page({ live: { head, tail }, write, entries }: Part): void {
    this.keep(head.id, tail.entries, entries);
    if (!write.end) return;
    const last = entries.at(-1)?.seq ?? head.lastSeq;
    const { state, atMs } = write.end;
    this.statements.end.run(state, atMs, last, head.bytes + charsOf(entries), head.id);
  }

  private keep(id: string, older: readonly Entry[], newer: readonly Entry[] = []): void {
    const first = older[0] ?? newer[0];
    const last = newer.at(-1) ?? older.at(-1);
    if (!first || !last) return;
    const body = packEntries(older) + packEntries(newer);
    this.statements.page.run(id, first.seq, last.seq, charsOf(older) + charsOf(newer), body);
  }

  private follow({ live, write, entries }: Part, isPaged: boolean): void {
    const { head, tail } = live;
    const chars = charsOf(entries);
    head.lastSeq = entries.at(-1)?.seq ?? head.lastSeq;
    head.bytes += chars;
    if (isPaged) live.tail = emptyTail();
    else {
      if (tail.entries.length === 0) this.mark(tail, this.commits);
      for (const { seq, type, json } of entries) tail.entries.push({ seq, type, json });
      tail.chars += chars;
    }
    if (!write.end) return;
    this.live.delete(head.id);
    this.over.set(head.id, this.commits);
  }

  private mark(tail: Tail, n: number): void {
    tail.journalFrom = n;
    tail.journalCharsFrom = this.chars;
  }

  /** Commits that no tail needs any more go; quiet streams must not keep them all. */
  private cut(): void {
    this.sinceCut += 1;
    if (this.sinceCut < CUT_EVERY) return;
    this.sinceCut = 0;
    const quiet: Live[] = [];
    for (const live of this.live.values()) {
      if (quiet.length < QUIET_PAGES_A_CUT && this.isQuiet(live.tail)) quiet.push(live);
    }
    try {
      this.settle(quiet, CUT_ROWS_MAX);
    } catch {
      // Only tidying: what was to be kept is kept, and the next time comes soon.
    }
  }

  private isQuiet({ entries, journalFrom, journalCharsFrom }: Tail): boolean {
    if (entries.length === 0) return false;
    const rows = this.commits - journalFrom;
    return rows > JOURNAL_ROWS_MAX || this.chars - journalCharsFrom > JOURNAL_CHARS_MAX;
  }

  /** The tails of these become pages, and the journal is cut to what the others need. */
  private settle(some: readonly Live[], rowsMax = Number.POSITIVE_INFINITY): void {
    const settled = new Set(some);
    let needed = Math.min(this.commits + 1, this.first + rowsMax);
    for (const live of this.live.values()) {
      if (live.tail.entries.length > 0 && !settled.has(live))
        needed = Math.min(needed, live.tail.journalFrom);
    }
    transaction(this.db, () => {
      for (const { head, tail } of some) this.keep(head.id, tail.entries);
      this.statements.cut.run(needed);
    });
    for (const live of some) live.tail = emptyTail();
    this.first = needed;
    for (const [id, n] of this.over) if (n < needed) this.over.delete(id);
  }

  /** What a process left when it died: live streams, and entries that were in no page yet. */
  private replay(): void {
    const { live, paged, journalAll } = this.statements;
    for (const row of live.all() as Row[]) {
      const head = headOf(row);
      const { last, chars } = paged.get(head.id) as { last: number | null; chars: number | null };
      head.lastSeq = last ?? -1;
      head.bytes = chars ?? 0;
      this.live.set(head.id, { head, tail: emptyTail(), leaseUntilMs: 0 });
    }
    for (const row of journalAll.iterate()) {
      const { n, body } = row as { n: number; body: string };
      if (this.commits === 0) this.first = n;
      this.commits = n;
      for (const { id, entries } of unpackCommit(body)) this.restore(id, entries);
    }
    // All into pages: the journal begins anew.
    if (this.commits > 0) this.settle([...this.live.values()]);
  }

  private restore(id: string, entries: readonly Entry[]): void {
    const live = this.live.get(id);
    if (!live) return;
    const { head, tail } = live;
    for (const entry of entries) {
      // It may be in a page already.
      if (entry.seq <= head.lastSeq) continue;
      tail.entries.push(entry);
      tail.chars += entry.json.length;
      head.lastSeq = entry.seq;
      head.bytes += entry.json.length;
    }
  }
}

function fullOf(parts: readonly Part[]): Set<Part> {
  const full = new Set<Part>();
  let more = PAGES_A_COMMIT;
  for (const part of parts) {
    const chars = part.live.tail.chars + charsOf(part.entries);
    if (part.write.end || chars > TAIL_CHARS_MAX) full.add(part);
    else if (chars > PAGE_CHARS && more > 0) {
      full.add(part);
      more -= 1;
    }
  }
  return full;
}

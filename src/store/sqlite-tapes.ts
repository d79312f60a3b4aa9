// Tapes in SQLite: one row a tape, one row a message, both changed in one transaction.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { erase, type Guarded, transaction } from "./sqlite-file.ts";
import type { Allowance, Committed, Tape, TapeChange, Tapes } from "./tape.ts";
import { added, cutMessages, roomFor } from "./tape-page.ts";
import { Watchers } from "./watchers.ts";

export class SqliteTapes implements Tapes {
  private readonly db: DatabaseSync;
  private readonly guarded: Guarded;
  private readonly watchers = new Watchers();
  /** Summed up when an owner is first met: one process has the file. */
  private readonly used = new Map<string, Allowance>();
  private readonly statements: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync, guarded: Guarded) {
    this.db = db;
    this.guarded = guarded;
    this.statements = prepare(db);
  }

  async get(name: string): Promise<Tape | undefined> {
    return this.guarded(() => this.one(name));
  }

  async commit(changes: readonly TapeChange[], allowance: Allowance): Promise<Committed> {
    const committed = this.guarded(() => this.tryCommit(changes, allowance));
    if (committed === "kept") for (const { name } of changes) this.watchers.tell(name, "entries");
    return committed;
  }

  async read(id: string, from: number, to: number, bytesMax: number): Promise<Uint8Array[]> {
    return this.guarded(() => {
      const rows = this.statements.messages.iterate(id, from, to) as Iterable<{ body: Uint8Array }>;
      return cutMessages(bodies(rows), bytesMax);
    });
  }

  async touch(name: string, id: string, expiresAtMs: number): Promise<void> {
    this.guarded(() => this.statements.touch.run(expiresAtMs, name, id, expiresAtMs));
  }

  async expired(nowMs: number, limit: number): Promise<string[]> {
    const rows = this.guarded(() => this.statements.expired.all(nowMs, limit));
    return rows.map(({ name }) => String(name));
  }

  /** One process has the file, so all news is its own. */
  watch(name: string, told: () => void): () => void {
    return this.watchers.add(name, told);
  }

  private tryCommit(changes: readonly TapeChange[], allowance: Allowance): Committed {
    const known = new Map(changes.map(({ name }) => [name, this.one(name)]));
    for (const { name, seen } of changes) if (known.get(name)?.mark !== seen) return "stale";
    const refused = roomFor(changes, (owner) => this.usedBy(owner), allowance);
    if (refused) return refused;
    const work = () =>
      transaction(this.db, () => {
        for (const change of changes) this.apply(change, known.get(change.name));
      });
    try {
      if (changes.some(({ next }) => !next)) erase(this.db, work);
      else work();
    } catch (error) {
      // It may have been kept all the same: what is used is summed up anew.
      this.used.clear();
      throw error;
    }
    for (const change of changes) this.count(change, known.get(change.name));
    return "kept";
  }

  private apply({ name, next, messages = [] }: TapeChange, known: Tape | undefined): void {
    const { drop, dropMessages, insert, update, append } = this.statements;
    if (!next) {
      if (!known) return;
      dropMessages.run(known.id);
      drop.run(name);
      return;
    }
    const { id, owner, mark, about, expiresAtMs = null } = next;
    let { length, bytes } = known ?? { length: 0, bytes: 0 };
    for (const message of messages) {
      append.run(id, length, message);
      length += 1;
      bytes += message.length;
    }
    if (known) update.run(mark, about, length, bytes, expiresAtMs, name);
    else insert.run(name, id, owner, mark, about, length, bytes, expiresAtMs);
  }

  private one(name: string): Tape | undefined {
    const row = this.statements.one.get(name);
    if (!row) return undefined;
    const { expires, ...rest } = row;
    const tape = { ...rest } as unknown as Tape;
    return expires === null ? tape : { ...tape, expiresAtMs: Number(expires) };
  }

  private count(change: TapeChange, known: Tape | undefined): void {
    const owner = change.next?.owner ?? known?.owner;
    if (owner === undefined) return;
    const { tapes, bytes } = change.next
      ? added(change)
      : { tapes: -1, bytes: -(known?.bytes ?? 0) };
    const used = this.used.get(owner);
    if (used) this.used.set(owner, { tapes: used.tapes + tapes, bytes: used.bytes + bytes });
  }

  private usedBy(owner: string): Allowance {
    const known = this.used.get(owner);
    if (known) return known;
    const { tapes, bytes } = this.statements.used.get(owner) as unknown as Allowance;
    const used = { tapes, bytes };
    this.used.set(owner, used);
    return used;
  }
}

function* bodies(rows: Iterable<{ body: Uint8Array }>): Iterable<Uint8Array> {
  for (const { body } of rows) yield body;
}

function prepare(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  return {
    one: sql(
      "SELECT name, id, owner, mark, about, length, bytes, expires FROM tapes WHERE name = ?",
    ),
    used: sql(
      "SELECT count(*) AS tapes, coalesce(sum(bytes), 0) AS bytes FROM tapes WHERE owner = ?",
    ),
    insert: sql(
      "INSERT INTO tapes (name, id, owner, mark, about, length, bytes, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    update: sql(
      "UPDATE tapes SET mark = ?, about = ?, length = ?, bytes = ?, expires = ? WHERE name = ?",
    ),
    append: sql("INSERT INTO messages (tape, place, body) VALUES (?, ?, ?)"),
    messages: sql(
      "SELECT body FROM messages WHERE tape = ? AND place >= ? AND place < ? ORDER BY place",
    ),
    touch: sql(
      "UPDATE tapes SET expires = ? WHERE name = ? AND id = ? AND (expires IS NULL OR expires < ?)",
    ),
    expired: sql(
      "SELECT name FROM tapes WHERE expires IS NOT NULL AND expires <= ? ORDER BY expires LIMIT ?",
    ),
    drop: sql("DELETE FROM tapes WHERE name = ?"),
    dropMessages: sql("DELETE FROM messages WHERE tape = ?"),
  };
}

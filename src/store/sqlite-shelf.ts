// Documents in SQLite. What is deleted is overwritten in the file.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Kept, Shelf } from "./shelf.ts";
import { erase, type Guarded } from "./sqlite-file.ts";

export class SqliteShelf implements Shelf {
  private readonly db: DatabaseSync;
  private readonly run: Guarded;
  private readonly insert: StatementSync;
  private readonly update: StatementSync;
  private readonly one: StatementSync;
  private readonly newest: StatementSync;
  private readonly drop: StatementSync;

  constructor(db: DatabaseSync, run: Guarded) {
    this.db = db;
    this.run = run;
    const columns = "id, body, changed AS changedAtMs, version";
    this.insert = db.prepare(
      "INSERT INTO docs (owner, kind, id, body, changed, version) VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT DO NOTHING",
    );
    this.update = db.prepare(
      "UPDATE docs SET body = ?, changed = ?, version = version + 1 WHERE owner = ? AND kind = ? AND id = ? AND version = ?",
    );
    this.one = db.prepare(`SELECT ${columns} FROM docs WHERE owner = ? AND kind = ? AND id = ?`);
    this.newest = db.prepare(
      `SELECT ${columns} FROM docs WHERE owner = ? AND kind = ? AND changed < ? ORDER BY changed DESC LIMIT ?`,
    );
    this.drop = db.prepare("DELETE FROM docs WHERE owner = ? AND kind = ? AND id = ?");
  }

  async put(owner: string, kind: string, doc: Kept): Promise<boolean> {
    const { id, body, changedAtMs, version } = doc;
    const { changes } = this.run(() =>
      version === 0
        ? this.insert.run(owner, kind, id, body, changedAtMs)
        : this.update.run(body, changedAtMs, owner, kind, id, version),
    );
    return Number(changes) > 0;
  }

  async get(owner: string, kind: string, id: string): Promise<Kept | undefined> {
    const row = this.run(() => this.one.get(owner, kind, id));
    return row && ({ ...row } as unknown as Kept);
  }

  async list(owner: string, kind: string, limit: number, beforeMs?: number): Promise<Kept[]> {
    const before = beforeMs ?? Number.MAX_SAFE_INTEGER;
    const rows = this.run(() => this.newest.all(owner, kind, before, limit));
    return rows.map((row) => ({ ...row }) as unknown as Kept);
  }

  async remove(owner: string, kind: string, id: string): Promise<boolean> {
    return this.run(() => {
      let isGone = false;
      erase(this.db, () => {
        isGone = Number(this.drop.run(owner, kind, id).changes) > 0;
      });
      return isGone;
    });
  }
}

// What the log asks of SQLite, and how its rows read.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Head } from "./log.ts";

export type Row = Record<string, string | number | null>;

export function prepare(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  return {
    create: sql(
      "INSERT INTO heads (id, client, model, door, started, ikey, asked, state, last_seq, bytes, stop) VALUES (?, ?, ?, ?, ?, ?, ?, 'live', -1, 0, 0)",
    ),
    // Requests may be large: apart from the heads, which are looked through.
    keepAsk: sql("INSERT INTO asks (id, ask) VALUES (?, ?)"),
    ask: sql("SELECT ask FROM asks WHERE id = ?"),
    dropAsk: sql("DELETE FROM asks WHERE id = ?"),
    byKey: sql("SELECT * FROM heads WHERE client = ? AND ikey = ?"),
    head: sql("SELECT * FROM heads WHERE id = ?"),
    live: sql("SELECT * FROM heads WHERE state = 'live'"),
    list: listing(sql, ""),
    listOf: listing(sql, "client = :client AND"),
    stop: sql("UPDATE heads SET stop = 1 WHERE id = ?"),
    end: sql("UPDATE heads SET state = ?, ended = ?, last_seq = ?, bytes = ? WHERE id = ?"),
    dropHead: sql("DELETE FROM heads WHERE id = ?"),
    dropPages: sql("DELETE FROM pages WHERE stream = ?"),
    page: sql("INSERT INTO pages (stream, first, last, chars, body) VALUES (?, ?, ?, ?, ?)"),
    // Beginning with the page that holds the cursor.
    pages: sql(
      "SELECT body FROM pages WHERE stream = :stream AND first >= coalesce((SELECT max(first) FROM pages WHERE stream = :stream AND first <= :from), 0) ORDER BY first",
    ),
    paged: sql("SELECT max(last) AS last, sum(chars) AS chars FROM pages WHERE stream = ?"),
    journal: sql("INSERT INTO journal (n, body) VALUES (?, ?)"),
    journalAll: sql("SELECT n, body FROM journal ORDER BY n"),
    cut: sql("DELETE FROM journal WHERE n < ?"),
    total: sql("SELECT coalesce(sum(bytes + asked), 0) AS bytes, count(*) AS count FROM heads"),
    sizeOf: sql("SELECT bytes + asked AS bytes FROM heads WHERE id = ?"),
    oldest: sql(
      "SELECT id, ended, bytes + asked AS bytes FROM heads WHERE ended IS NOT NULL ORDER BY ended LIMIT ?",
    ),
  };
}

export type Statements = ReturnType<typeof prepare>;

function listing(sql: (text: string) => StatementSync, which: string): StatementSync {
  return sql(
    `SELECT * FROM heads WHERE ${which} (:state IS NULL OR state = :state OR (:state = 'ended' AND state <> 'live')) AND started < :before ORDER BY started DESC, id DESC LIMIT :limit`,
  );
}

export function headOf(row: Row): Head {
  return {
    id: String(row.id),
    client: String(row.client),
    model: String(row.model),
    door: String(row.door),
    startedAtMs: Number(row.started),
    ...(row.ikey !== null && { idempotencyKey: String(row.ikey) }),
    state: String(row.state) as Head["state"],
    ...(row.ended !== null && { endedAtMs: Number(row.ended) }),
    lastSeq: Number(row.last_seq),
    bytes: Number(row.bytes),
    stopAsked: row.stop === 1,
  };
}

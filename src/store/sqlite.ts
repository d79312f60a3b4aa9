// A folder on disk: one file, one process. What `append` resolved for survives the death of the process
// at any moment; the lock on the file dies with it, so its successor may go on at once.
import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "./log.ts";
import { memoryTally } from "./memory-tally.ts";
import { SqliteLog } from "./sqlite-log.ts";
import { SqliteShelf } from "./sqlite-shelf.ts";
import type { Store } from "./store.ts";

const FILE = "streams.db";
const CHECK_ROW = "check";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS heads (
    id TEXT PRIMARY KEY, client TEXT NOT NULL, model TEXT NOT NULL, door TEXT NOT NULL,
    started INTEGER NOT NULL, ask TEXT NOT NULL, ikey TEXT, state TEXT NOT NULL, ended INTEGER,
    last_seq INTEGER NOT NULL, bytes INTEGER NOT NULL, stop INTEGER NOT NULL) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS heads_by_key ON heads (client, ikey) WHERE ikey IS NOT NULL;
  CREATE INDEX IF NOT EXISTS heads_by_start ON heads (started);
  CREATE INDEX IF NOT EXISTS heads_by_end ON heads (ended) WHERE ended IS NOT NULL;
  CREATE INDEX IF NOT EXISTS heads_live ON heads (state) WHERE state = 'live';
  CREATE TABLE IF NOT EXISTS pages (
    stream TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (stream, first)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS journal (n INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS docs (
    owner TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
    changed INTEGER NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (owner, kind, id)) STRICT;
  CREATE TABLE IF NOT EXISTS checks (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
`;

export async function sqliteStore(options: { folder: string; now?: () => number }): Promise<Store> {
  const { folder, now = Date.now } = options;
  const db = guarded(folder, () => open(folder));
  const run = <T>(work: () => T): T => guarded(folder, work);
  const log = guarded(folder, () => new SqliteLog(db, now, run));
  const mark = db.prepare("INSERT OR REPLACE INTO checks (id, at) VALUES (?, ?)");
  return {
    kind: "sqlite",
    log,
    tally: memoryTally(now),
    shelf: new SqliteShelf(db, run),
    check: async () => {
      run(() => mark.run(CHECK_ROW, now()));
    },
    close: async () => {
      if (!db.isOpen) return;
      log.close();
      db.close();
    },
  };
}

function open(folder: string): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, FILE);
  // Made by us, so that nobody else may read it; its companions take over its mode.
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
  const db = new DatabaseSync(path);
  try {
    // Exclusive before WAL: one process, no shared memory, and the lock dies with its holder.
    db.exec("PRAGMA busy_timeout = 250; PRAGMA locking_mode = EXCLUSIVE");
    db.exec(
      "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL",
    );
    db.exec(
      "PRAGMA secure_delete = FAST; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 2000",
    );
    db.exec("BEGIN IMMEDIATE");
    db.exec(SCHEMA);
    db.exec("COMMIT");
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

const NEXT: Readonly<Record<number, [what: string, next: string]>> = {
  5: [
    "is in use by another process",
    "Stop the other gateway, or give this one a folder of its own.",
  ],
  8: [
    "cannot be written",
    "Give the gateway's user the right to write there, or choose another folder.",
  ],
  10: ["had a read or write error", "Look at the disk and at the system's log."],
  11: ["is damaged", "Move the file away; the gateway makes a new one. Keep it for the evidence."],
  13: ["is on a full disk", "Free some space; the gateway goes on by itself."],
  14: ["cannot be opened", "Check that the folder exists and belongs to the gateway's user."],
  26: ["is no log of this gateway", "Move the file away, or choose another folder."],
};

/** What the engine throws, in words an operator can act on. */
function guarded<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, errcode, message } = error as Error & { code?: string; errcode?: number };
    if (code === "ERR_SQLITE_ERROR" && errcode !== undefined) {
      const [what, next] = NEXT[errcode & 0xff] ?? [
        `failed: ${message}`,
        "Look at the system's log.",
      ];
      throw new StoreError(`The log in ${folder} ${what}.`, next, { cause: error });
    }
    if (code && /^E(ACCES|PERM|ROFS)$/.test(code)) throw told(folder, 8, error);
    if (code === "ENOSPC" || code === "EDQUOT") throw told(folder, 13, error);
    if (code && /^E(NOENT|NOTDIR|EXIST|ISDIR)$/.test(code)) throw told(folder, 14, error);
    throw error;
  }
}

function told(folder: string, code: number, cause: unknown): StoreError {
  const [what, next] = NEXT[code] as [string, string];
  return new StoreError(`The log in ${folder} ${what}.`, next, { cause });
}

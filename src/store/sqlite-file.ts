// The file of the log: held by one process alone, readable by its user alone; and what the engine says
// when it fails, in words an operator can act on.
import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "./log.ts";

const FILE = "streams.db";
/** Rises when a gateway could no longer read what an older one wrote. */
const FORMAT = 1;
const LOCK_WAIT_MS = 250;
const CACHE_KIB = 16_384;
/** Small, since who appends waits for it: about 2 MiB. */
const CHECKPOINT_PAGES = 500;
/** How much of the file's free space one removal gives back: 16 MiB. */
const VACUUM_PAGES = 4_096;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS heads (
    id TEXT PRIMARY KEY, client TEXT NOT NULL, model TEXT NOT NULL, door TEXT NOT NULL,
    started INTEGER NOT NULL, ikey TEXT, state TEXT NOT NULL, ended INTEGER,
    last_seq INTEGER NOT NULL, bytes INTEGER NOT NULL, stop INTEGER NOT NULL,
    asked INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS asks (id TEXT PRIMARY KEY, ask TEXT NOT NULL) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS heads_by_key ON heads (client, ikey) WHERE ikey IS NOT NULL;
  CREATE INDEX IF NOT EXISTS heads_by_start ON heads (started);
  CREATE INDEX IF NOT EXISTS heads_by_client ON heads (client, started);
  CREATE INDEX IF NOT EXISTS heads_by_end ON heads (ended) WHERE ended IS NOT NULL;
  CREATE INDEX IF NOT EXISTS heads_live ON heads (state) WHERE state = 'live';
  CREATE TABLE IF NOT EXISTS pages (
    stream TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, chars INTEGER NOT NULL,
    body TEXT NOT NULL, PRIMARY KEY (stream, first)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS journal (n INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS docs (
    owner TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, changed INTEGER NOT NULL,
    version INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (owner, kind, id)) STRICT;
  CREATE INDEX IF NOT EXISTS docs_by_change ON docs (owner, kind, changed);
  CREATE TABLE IF NOT EXISTS tapes (
    name TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, mark TEXT NOT NULL,
    about TEXT NOT NULL, length INTEGER NOT NULL, bytes INTEGER NOT NULL, expires INTEGER) STRICT;
  CREATE INDEX IF NOT EXISTS tapes_by_owner ON tapes (owner);
  CREATE INDEX IF NOT EXISTS tapes_by_expiry ON tapes (expires) WHERE expires IS NOT NULL;
  CREATE TABLE IF NOT EXISTS messages (
    tape TEXT NOT NULL, place INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS messages_by_place ON messages (tape, place);
  CREATE TABLE IF NOT EXISTS checks (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
  PRAGMA user_version = ${FORMAT};
`;

export function openFile(folder: string): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, FILE);
  // Made by us, so that nobody else may read it; its companions take over its mode.
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
  const db = new DatabaseSync(path);
  try {
    // Exclusive before WAL: one process, no shared memory, and the lock dies with its holder.
    db.exec(`PRAGMA busy_timeout = ${LOCK_WAIT_MS}; PRAGMA locking_mode = EXCLUSIVE`);
    db.exec("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL");
    db.exec("PRAGMA synchronous = NORMAL; PRAGMA secure_delete = FAST");
    db.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    transaction(db, () => {
      const { user_version } = db.prepare("PRAGMA user_version").get() as { user_version: number };
      const tables = db.prepare("SELECT count(*) AS count FROM sqlite_schema").get();
      if (user_version !== FORMAT && tables?.count !== 0) throw told(folder, OTHER_FORMAT);
      db.exec(SCHEMA);
    });
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

export function transaction(db: DatabaseSync, work: () => void): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    work();
    db.exec("COMMIT");
  } catch (error) {
    try {
      // Some errors roll back by themselves.
      if (db.isTransaction) db.exec("ROLLBACK");
    } catch {
      // What went wrong first is what matters.
    }
    throw error;
  }
}

/**
 * For what people or the limits want gone. The rows are overwritten, and so is what is free in the file,
 * where copies from the journal may be, and the write-ahead log. Too dear for every deletion.
 */
export function erase(db: DatabaseSync, work: () => void): void {
  db.exec("PRAGMA secure_delete = ON");
  try {
    work();
  } finally {
    db.exec("PRAGMA secure_delete = FAST");
  }
  db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES}); PRAGMA wal_checkpoint(TRUNCATE)`);
}

const OTHER_FORMAT = -1;
const FAILED = -2;

const NEXT: Readonly<Record<number, [what: string, next: string]>> = {
  [OTHER_FORMAT]: [
    "was written by another version of this gateway",
    "Use that version, or move the file away; the gateway makes a new one.",
  ],
  [FAILED]: ["failed", "Look at the system's log."],
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

/** Engine's codes for errors of the file system. */
const SYSTEM: Readonly<Record<string, number>> = {
  EACCES: 8,
  EPERM: 8,
  EROFS: 8,
  EIO: 10,
  ENOSPC: 13,
  EDQUOT: 13,
  ENOENT: 14,
  ENOTDIR: 14,
  EEXIST: 14,
  EISDIR: 14,
};

export type Guarded = <T>(work: () => T) => T;

/** What the engine throws, told as what it means for this folder. */
export function guard(folder: string): Guarded {
  return (work) => {
    try {
      return work();
    } catch (error) {
      if (error instanceof StoreError) throw error;
      const { code = "", errcode } = error as { code?: string; errcode?: number };
      if (code === "ERR_SQLITE_ERROR") throw told(folder, (errcode ?? FAILED) & 0xff, error);
      const known = SYSTEM[code];
      if (known !== undefined) throw told(folder, known, error);
      throw error;
    }
  };
}

function told(folder: string, code: number, cause?: unknown): StoreError {
  const { [code]: row = NEXT[FAILED] } = NEXT;
  const [what, next] = row as [string, string];
  const why = row === NEXT[FAILED] ? `: ${(cause as Error).message}` : "";
  return new StoreError(`The log in ${folder} ${what}${why}.`, next, { cause });
}

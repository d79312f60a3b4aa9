// What only the engine on disk must show: every moment is a good one to die, what is removed is gone from
// the files too, and what is wrong with the folder is said.
import assert from "node:assert/strict";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, StatementSync } from "node:sqlite";
import { after, test } from "node:test";
import { type Entry, StoreError, type Write } from "./log.ts";
import { openStore } from "./open.ts";
import { guard, openFile } from "./sqlite-file.ts";
import { SqliteLog } from "./sqlite-log.ts";

const LEASE_MS = 60_000;
const NOBODY = 65_534;
const FILES = ["streams.db", "streams.db-wal"];
const root = mkdtempSync(join(tmpdir(), "pollux-sqlite-"));
after(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

function newFolder(): string {
  folders += 1;
  return join(root, `${folders}`);
}

const open = (folder: string) => openStore({ kind: "sqlite", folder });

function head(id: string, ask = "{}") {
  return { id, client: "c", model: "m", door: "streams", startedAtMs: 1, ask };
}

function entry(seq: number, text: string): Entry {
  return { seq, type: "chunk", json: JSON.stringify({ seq, text }) };
}

async function fails(work: () => Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof StoreError, String(error));
    assert.match(error.message, message);
    assert.ok(error.next.length > 10);
    return true;
  });
}

/** Calls `before` before each thing that is done to a database. */
function spy(before: () => void): () => void {
  const { run } = StatementSync.prototype;
  const { exec } = DatabaseSync.prototype;
  StatementSync.prototype.run = function (this: StatementSync, ...args: never[]) {
    before();
    return Reflect.apply(run, this, args);
  } as typeof run;
  DatabaseSync.prototype.exec = function (sql: string) {
    before();
    return exec.call(this, sql);
  };
  return () => {
    StatementSync.prototype.run = run;
    DatabaseSync.prototype.exec = exec;
  };
}

test("at whatever statement the process dies, what was kept before it is there", async () => {
  const folder = newFolder();
  const { log, close } = await open(folder);
  const kept = new Map<string, number>();
  const moments: { copy: string; kept: Map<string, number> }[] = [];
  const restore = spy(() => {
    // What a kill leaves behind is what the files hold at that moment.
    const copy = newFolder();
    mkdirSync(copy);
    for (const file of FILES) copyFileSync(join(folder, file), join(copy, file));
    moments.push({ copy, kept: new Map(kept) });
  });
  const seqs = new Map<string, number>();
  for (let round = 0; round < 40; round += 1) {
    const writes: Write[] = [];
    for (const i of [0, 1, 2]) {
      const id = `s${i}-${Math.floor(round / 17)}`;
      const seq = seqs.get(id) ?? 0;
      if (seq === 0) await log.create(head(id), "a", LEASE_MS);
      const end = seq === 16 - i ? { state: "done" as const, atMs: 1 } : undefined;
      if (seq <= 16 - i)
        writes.push({ id, owner: "a", entries: [entry(seq, "x".repeat(6_000 * i))], end });
      seqs.set(id, seq + 1);
    }
    const written = await log.append(writes);
    assert.ok(written.every((one) => one === "kept"));
    for (const { id, entries } of writes) kept.set(id, entries.at(-1)?.seq ?? -1);
  }
  restore();
  await close();
  assert.ok(moments.length > 100, `${moments.length}`);
  for (const moment of moments) {
    const again = await open(moment.copy);
    for (const [id, seq] of moment.kept) {
      const page = await again.log.read(id, -1, Number.MAX_SAFE_INTEGER);
      const { lastSeq = -2, bytes } = page?.head ?? {};
      assert.ok(lastSeq >= seq, `${id}: ${lastSeq} < ${seq}`);
      assert.deepEqual(
        page?.entries.map((one) => one.seq),
        Array.from({ length: lastSeq + 1 }, (_, i) => i),
      );
      assert.equal(
        bytes,
        page?.entries.reduce((sum, { json }) => sum + json.length, 0),
      );
    }
    await again.close();
    rmSync(moment.copy, { recursive: true });
  }
});

test("a full disk is named, and the log goes on when there is room again", async () => {
  const folder = newFolder();
  const db = openFile(folder);
  const log = new SqliteLog(db, Date.now, guard(folder));
  for (const id of ["one", "two"]) await log.create(head(id), "a", LEASE_MS);
  const put = (id: string, seq: number) =>
    log.append([{ id, owner: "a", entries: [entry(seq, "x".repeat(4_000))] }]);
  const { page_count } = db.prepare("PRAGMA page_count").get() as { page_count: number };
  db.exec(`PRAGMA max_page_count = ${page_count + 40}`);
  let seq = 0;
  await fails(async () => {
    for (; seq < 1_000; seq += 1) await put("one", seq);
  }, /is on a full disk/);
  assert.ok(seq > 4);
  await fails(() => put("two", 0), /is on a full disk/);
  // What was kept is read all the same.
  assert.equal((await log.read("one", -1, 10_000_000))?.entries.length, seq);
  db.exec("PRAGMA max_page_count = 100000");
  for (; seq < 100; seq += 1) assert.deepEqual(await put("one", seq), ["kept"]);
  assert.deepEqual(await put("two", 0), ["kept"]);
  assert.equal((await log.read("one", -1, 10_000_000))?.entries.length, 100);
  db.close();
});

test("a folder that only others may write is named", async () => {
  const folder = newFolder();
  mkdirSync(folder, { mode: 0o500 });
  // The administrator may write everywhere, so somebody else tries.
  const isRoot = process.geteuid?.() === 0;
  const opening = () => {
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      return openFile(folder);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  };
  await fails(async () => guard(folder)(opening), /cannot be written/);
});

test("nobody else may read the folder and its files", async () => {
  const folder = newFolder();
  const store = await open(folder);
  await store.log.create(head("one"), "a", LEASE_MS);
  const modeOf = (path: string) => statSync(path).mode & 0o777;
  assert.equal(modeOf(folder), 0o700);
  for (const file of readdirSync(folder)) assert.equal(modeOf(join(folder, file)), 0o600, file);
  await store.close();
});

test("a damaged file is named, when it is opened or when the damage is met", async () => {
  const folder = newFolder();
  const path = join(folder, "streams.db");
  const store = await open(folder);
  await store.log.create(head("one"), "a", LEASE_MS);
  const entries = Array.from({ length: 60 }, (_, seq) => entry(seq, "x".repeat(4_000)));
  const end = { state: "done", atMs: 1 } as const;
  await store.log.append([{ id: "one", owner: "a", entries, end }]);
  await store.close();
  const whole = readFileSync(path);
  const damaged = Buffer.from(whole);
  damaged.fill(0xa5, 4_096); // all but the first page
  writeFileSync(path, damaged);
  await fails(async () => {
    const again = await open(folder);
    await again.log.read("one", -1, 1_000_000).finally(again.close);
  }, /is damaged/);
  writeFileSync(path, whole);
  truncateSync(path, Math.floor(whole.length / 2));
  await fails(async () => {
    const again = await open(folder);
    await again.log.read("one", -1, 1_000_000).finally(again.close);
  }, /is damaged|read or write error/);
  writeFileSync(path, whole);
  const mended = await open(folder);
  assert.equal((await mended.log.read("one", -1, 1_000_000))?.entries.length, 60);
  await mended.close();
});

test("a file of another version is not touched", async () => {
  const folder = newFolder();
  await (await open(folder)).close();
  const db = new DatabaseSync(join(folder, "streams.db"));
  db.exec("PRAGMA user_version = 99");
  db.close();
  await fails(() => open(folder), /another version/);
});

test("what is removed is in none of the files any more", async () => {
  const folder = newFolder();
  const { log, shelf, close } = await open(folder);
  const secret = "canary-in-a-cage";
  const isThere = () =>
    FILES.some((file) => {
      const path = join(folder, file);
      return existsSync(path) && readFileSync(path).includes(secret);
    });
  await log.create(head("quiet"), "a", LEASE_MS);
  for (const id of ["one", "two"]) {
    await log.create(head(id, JSON.stringify(secret)), "a", LEASE_MS);
    for (let seq = 0; seq < 70; seq += 1) {
      const text = `${secret} ${"x".repeat(500)}`;
      // Another stream's entries stand in the same commits, and it lives on.
      const writes: Write[] = [{ id, owner: "a", entries: [entry(seq, text)] }];
      if (id === "one" && seq < 10)
        writes.push({ id: "quiet", owner: "a", entries: [entry(seq, "-")] });
      await log.append(writes);
    }
  }
  const end = { state: "done", atMs: 1 } as const;
  await log.append([{ id: "one", owner: "a", entries: [entry(70, secret)], end }]);
  const doc = { id: "d", body: `"${secret} ${"y".repeat(50_000)}"`, changedAtMs: 1, version: 0 };
  await shelf.put("me", "chat", doc);
  assert.ok(isThere());
  await log.remove("one");
  await log.remove("two");
  await shelf.remove("me", "chat", "d");
  assert.equal(isThere(), false);
  assert.equal((await log.read("quiet", -1, 100_000))?.entries.length, 10);
  await close();
});

test("the journal stays short, also beside streams that say nothing for long", async () => {
  const folder = newFolder();
  const db = openFile(folder);
  const log = new SqliteLog(db, Date.now, guard(folder));
  for (const id of ["quiet", "busy"]) await log.create(head(id), "a", LEASE_MS);
  await log.append([{ id: "quiet", owner: "a", entries: [entry(0, "here")] }]);
  for (let seq = 0; seq < 3_000; seq += 1)
    await log.append([{ id: "busy", owner: "a", entries: [entry(seq, "x".repeat(6_000))] }]);
  const rows = db.prepare("SELECT count(*) AS count FROM journal").get();
  assert.ok(Number(rows?.count) < 1_800, `${rows?.count}`);
  assert.equal((await log.read("quiet", -1, 1_000))?.entries.length, 1);
  assert.equal(statSync(join(folder, "streams.db-wal")).size < 16 * 1024 * 1024, true);
  db.close();
});

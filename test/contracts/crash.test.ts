// kill -9 while a log in SQLite is written: whatever was told to be kept is there afterwards, in order,
// and the next process goes on from it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openStore, type StreamLog } from "../../src/store/index.ts";
import { textOf } from "./crash-text.ts";

const WRITER = join(import.meta.dirname, "writer.ts");
const FLAGS = ["--conditions=pollux-source", "--disable-warning=ExperimentalWarning"];
/** Killed after so many lines: early, in the midst of ends and pages, late. */
const KILLS = [13, 700, 1_200, 2_500];
const PAGE_BYTES = 50_000;

async function writeUntilKilled(folder: string, lines: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [...FLAGS, WRITER, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  let seen = 0;
  for await (const text of child.stdout.setEncoding("utf8")) {
    said += text;
    seen += (text as string).split("\n").length - 1;
    if (seen >= lines) child.kill("SIGKILL");
  }
  assert.equal(child.signalCode ?? "SIGKILL", "SIGKILL");
  const safe = new Map<string, number>();
  for (const line of said.slice(0, said.lastIndexOf("\n")).split("\n")) {
    const [id = "", seq] = line.split(" ");
    safe.set(id, Number(seq));
  }
  return safe;
}

async function assertKept(log: StreamLog, id: string, atLeast: number): Promise<void> {
  const head = await log.head(id);
  assert.ok(head, id);
  assert.ok(head.lastSeq >= atLeast, `${id}: ${head.lastSeq} < ${atLeast}`);
  let seq = 0;
  for (let after = -1; after < head.lastSeq; ) {
    const page = await log.read(id, after, PAGE_BYTES);
    assert.ok(page && page.entries.length > 0, `${id} after ${after}`);
    for (const entry of page.entries) {
      assert.deepEqual(entry, { seq, type: entry.type, json: textOf(id, seq) });
      after = seq;
      seq += 1;
    }
  }
  assert.equal(seq, head.lastSeq + 1);
}

test("kill -9 at any moment loses nothing that was kept", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pollux-crash-"));
  try {
    const safe = new Map<string, number>();
    for (const lines of KILLS) {
      const more = await writeUntilKilled(folder, lines);
      assert.ok(more.size > 0);
      for (const [id, seq] of more) safe.set(id, seq);
      const store = await openStore({ kind: "sqlite", folder });
      for (const [id, seq] of safe) await assertKept(store.log, id, seq);
      await store.close();
    }
    assert.ok(safe.size > 24, "streams ended and others began");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

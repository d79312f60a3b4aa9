// Appends to a log in SQLite until somebody kills it, and says each time what is safe: for the crash test.
import { writeSync } from "node:fs";
import { openStore, type Write } from "../../src/store/index.ts";
import { textOf } from "./crash-text.ts";

const STREAMS = 12;
const LENGTH = 60;
const OWNER = `writer-${process.pid}`;

const [folder = ""] = process.argv.slice(2);
const store = await openStore({ kind: "sqlite", folder });
const next = new Map<string, number>();
let made = 0;

for (const head of await store.log.claim(OWNER, 60_000, 1_000)) next.set(head.id, head.lastSeq + 1);
for (;;) {
  while (next.size < STREAMS) {
    made += 1;
    const id = `${OWNER}-${made}`;
    const about = { id, client: "c", model: "m", door: "streams", startedAtMs: made, ask: "{}" };
    await store.log.create(about, OWNER, 60_000);
    next.set(id, 0);
  }
  const writes: Write[] = [];
  for (const [id, seq] of next) {
    const isEnd = seq === LENGTH;
    const entry = { seq, type: isEnd ? "done" : "chunk", json: textOf(id, seq) };
    const write: Write = { id, owner: OWNER, entries: [entry] };
    if (isEnd) write.end = { state: "done", atMs: 1 };
    writes.push(write);
  }
  await store.log.append(writes);
  let said = "";
  for (const { id, entries, end } of writes) {
    const seq = entries[0]?.seq ?? 0;
    said += `${id} ${seq}\n`;
    if (end) next.delete(id);
    else next.set(id, seq + 1);
  }
  writeSync(1, said);
}

// A folder on disk: one file, one process. What `append` resolved for survives the death of the process
// at any moment; the lock on the file dies with it, so its successor may go on at once.
import { memoryTally } from "./memory-tally.ts";
import { guard, openFile } from "./sqlite-file.ts";
import { SqliteLog } from "./sqlite-log.ts";
import { SqliteShelf } from "./sqlite-shelf.ts";
import { SqliteTapes } from "./sqlite-tapes.ts";
import type { Store } from "./store.ts";

const CHECK_ROW = "check";

export async function sqliteStore(options: { folder: string; now?: () => number }): Promise<Store> {
  const { folder, now = Date.now } = options;
  const run = guard(folder);
  const db = run(() => openFile(folder));
  const log = run(() => {
    try {
      return new SqliteLog(db, now, run);
    } catch (error) {
      db.close();
      throw error;
    }
  });
  const mark = db.prepare("INSERT OR REPLACE INTO checks (id, at) VALUES (?, ?)");
  return {
    kind: "sqlite",
    log,
    tally: memoryTally(now),
    shelf: new SqliteShelf(db, run),
    tapes: new SqliteTapes(db, run),
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

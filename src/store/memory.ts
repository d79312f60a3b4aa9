// The log, the counts, the shelf and the tapes in this process's memory: for trying out, for tests, and for those
// who need no durability. It ends with the process.
import type {
  Entry,
  Head,
  ListQuery,
  NewHead,
  News,
  Owned,
  Page,
  Retention,
  StreamLog,
  Write,
  Written,
} from "./log.ts";
import { memoryTally } from "./memory-tally.ts";
import { MemoryTapes } from "./memory-tapes.ts";
import type { Kept, Shelf } from "./shelf.ts";
import type { Store } from "./store.ts";
import { cut, goingOn } from "./tail.ts";
import { ordersOnly, Watchers } from "./watchers.ts";

interface Row {
  head: Owned;
  entries: Entry[];
  leaseUntilMs: number;
}

export function memoryStore(now: () => number = Date.now): Store {
  return {
    kind: "memory",
    log: new MemoryLog(now),
    tally: memoryTally(now),
    shelf: new MemoryShelf(),
    tapes: new MemoryTapes(),
    check: async () => {},
    close: async () => {},
  };
}

class MemoryLog implements StreamLog {
  private readonly rows = new Map<string, Row>();
  private readonly keys = new Map<string, string>();
  private readonly watchers = new Watchers();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  async create(head: NewHead, owner: string, leaseMs: number) {
    const key = keyOf(head);
    const known = key === undefined ? undefined : this.rows.get(this.keys.get(key) ?? "");
    if (known) return { head: { ...known.head }, created: false };
    const made: Owned = {
      ...head,
      state: "live",
      lastSeq: -1,
      bytes: 0,
      stopAsked: false,
      owner,
    };
    this.rows.set(head.id, { head: made, entries: [], leaseUntilMs: this.now() + leaseMs });
    if (key !== undefined) this.keys.set(key, head.id);
    return { head: { ...made }, created: true };
  }

  async append(writes: readonly Write[]): Promise<Written[]> {
    return writes.map(({ id, owner, entries, end }) => {
      const row = this.rows.get(id);
      if (!row || row.head.owner !== owner || row.head.state !== "live") return "lost";
      const { head } = row;
      const fresh = goingOn(entries, head.lastSeq);
      if (!fresh) return "lost";
      for (const { seq, type, json } of fresh) {
        row.entries.push({ seq, type, json });
        head.lastSeq = seq;
        head.bytes += json.length;
      }
      if (end) {
        head.state = end.state;
        head.endedAtMs = end.atMs;
      }
      this.watchers.tell(id, "entries");
      return "kept";
    });
  }

  async read(id: string, after: number, bytesMax: number): Promise<Page | undefined> {
    const row = this.rows.get(id);
    if (!row) return undefined;
    const entries = cut(row.entries, after, bytesMax);
    return { head: shown(row.head), entries };
  }

  async head(id: string): Promise<Head | undefined> {
    const row = this.rows.get(id);
    return row && shown(row.head);
  }

  async list({ client, state, beforeMs, limit }: ListQuery): Promise<Head[]> {
    const heads = [...this.rows.values()]
      .map(({ head }) => head)
      .filter(
        (head) =>
          (client === undefined || head.client === client) &&
          (state === undefined ||
            head.state === state ||
            (state === "ended" && head.state !== "live")) &&
          (beforeMs === undefined || head.startedAtMs < beforeMs),
      );
    heads.sort((a, b) => b.startedAtMs - a.startedAtMs || (a.id < b.id ? 1 : -1));
    return heads.slice(0, limit).map(shown);
  }

  async remove(id: string): Promise<void> {
    const row = this.rows.get(id);
    if (!row) return;
    this.rows.delete(id);
    const key = keyOf(row.head);
    if (key !== undefined) this.keys.delete(key);
    this.watchers.tell(id, "gone");
  }

  async askStop(id: string): Promise<boolean> {
    const row = this.rows.get(id);
    if (row?.head.state !== "live") return false;
    row.head.stopAsked = true;
    this.watchers.tell(id, "stop");
    return true;
  }

  async renew(owner: string, ids: readonly string[], leaseMs: number): Promise<string[]> {
    return ids.filter((id) => {
      const row = this.rows.get(id);
      if (!row || row.head.owner !== owner || row.head.state !== "live") return true;
      row.leaseUntilMs = this.now() + leaseMs;
      return false;
    });
  }

  async claim(owner: string, leaseMs: number, limit: number): Promise<Owned[]> {
    const claimed: Owned[] = [];
    const now = this.now();
    for (const row of this.rows.values()) {
      if (claimed.length >= limit) break;
      if (row.head.state !== "live" || row.leaseUntilMs > now) continue;
      row.head.owner = owner;
      row.leaseUntilMs = now + leaseMs;
      claimed.push({ ...row.head });
    }
    return claimed;
  }

  async release(owner: string, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const row = this.rows.get(id);
      if (row?.head.owner === owner) row.leaseUntilMs = 0;
    }
  }

  watch(id: string, told: (news: News) => void, what: "all" | "orders" = "all"): () => void {
    return this.watchers.add(id, ordersOnly(told, what));
  }

  async sweep(retention: Retention, nowMs: number, limit: number): Promise<number> {
    const heads = [...this.rows.values()].map(({ head }) => head);
    const ended = heads
      .filter(({ state }) => state !== "live")
      .sort((a, b) => (a.endedAtMs ?? 0) - (b.endedAtMs ?? 0));
    let bytes = heads.reduce((sum, head) => sum + sizeOf(head), 0);
    let count = this.rows.size;
    let removed = 0;
    for (const head of ended) {
      if (removed >= limit) break;
      const isOld = nowMs - (head.endedAtMs ?? 0) > retention.ageMs;
      if (!isOld && bytes <= retention.bytesMax && count <= retention.streamsMax) break;
      await this.remove(head.id);
      bytes -= sizeOf(head);
      count -= 1;
      removed += 1;
    }
    return removed;
  }
}

function shown({ ask: _, ...head }: Owned): Head {
  return head;
}

function sizeOf({ bytes, ask }: Owned): number {
  return bytes + ask.length;
}

function keyOf({ client, idempotencyKey }: NewHead): string | undefined {
  return idempotencyKey === undefined ? undefined : JSON.stringify([client, idempotencyKey]);
}

class MemoryShelf implements Shelf {
  private readonly docs = new Map<string, Map<string, Kept>>();

  async put(owner: string, kind: string, doc: Kept): Promise<boolean> {
    const place = JSON.stringify([owner, kind]);
    const docs = this.docs.get(place) ?? new Map<string, Kept>();
    this.docs.set(place, docs);
    if ((docs.get(doc.id)?.version ?? 0) !== doc.version) return false;
    docs.set(doc.id, { ...doc, version: doc.version + 1 });
    return true;
  }

  async get(owner: string, kind: string, id: string): Promise<Kept | undefined> {
    const doc = this.docs.get(JSON.stringify([owner, kind]))?.get(id);
    return doc && { ...doc };
  }

  async list(owner: string, kind: string, limit: number, beforeMs?: number): Promise<Kept[]> {
    const docs = [...(this.docs.get(JSON.stringify([owner, kind]))?.values() ?? [])];
    return docs
      .filter(({ changedAtMs }) => beforeMs === undefined || changedAtMs < beforeMs)
      .sort((a, b) => b.changedAtMs - a.changedAtMs)
      .slice(0, limit)
      .map((doc) => ({ ...doc }));
  }

  async remove(owner: string, kind: string, id: string): Promise<boolean> {
    return this.docs.get(JSON.stringify([owner, kind]))?.delete(id) ?? false;
  }
}

// The log in Redis. A stream is a hash and a list whose places are the entries' seqs; who owns it, and
// until when, stands beside it and is checked in the same step as every write.
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
import type { RedisLine, Script } from "./redis-line.ts";
import * as lua from "./redis-scripts.ts";
import { charsOf } from "./tail.ts";
import { ordersOnly } from "./watchers.ts";

const LIST_SCAN_MAX = 2_000;
const LIST_STEP_MIN = 50;
/** One script for all would keep Redis from everything else for too long. */
const SCRIPT_ARGS_MAX = 2_000;
const SCRIPT_CHARS_MAX = 1024 * 1024;

/** All of a head but the ask, which may be large. */
const FIELDS = [
  ...["client", "model", "door", "startedAtMs", "key", "state"],
  ...["endedAtMs", "lastSeq", "bytes", "stop", "owner"],
] as const;

export class RedisLog implements StreamLog {
  private readonly line: RedisLine;
  private readonly scripts: Readonly<Record<Step, Script>>;

  constructor(line: RedisLine) {
    this.line = line;
    this.scripts = {
      create: line.script("polluxCreate", lua.CREATE),
      append: line.script("polluxAppend", lua.APPEND),
      read: line.script("polluxRead", lua.READ),
      renew: line.script("polluxRenew", lua.RENEW),
      claim: line.script("polluxClaim", lua.CLAIM),
      release: line.script("polluxRelease", lua.RELEASE),
      stop: line.script("polluxStop", lua.STOP),
      remove: line.script("polluxRemove", lua.REMOVE),
      sweep: line.script("polluxSweep", lua.SWEEP),
    };
  }

  async create(head: NewHead, owner: string, leaseMs: number) {
    const { id, client, model, door, startedAtMs, ask, idempotencyKey = "" } = head;
    const about = [leaseMs, owner, startedAtMs, id, client, idempotencyKey, ask.length];
    const fields = ["model", model, "door", door, "ask", ask];
    const known = (await this.scripts.create([...about, ...fields])) as string;
    const found = known === "" ? undefined : await this.owned(known);
    if (found) return { head: found, created: false };
    const made: Owned = { ...head, state: "live", lastSeq: -1, bytes: 0, stopAsked: false, owner };
    return { head: made, created: true };
  }

  async append(writes: readonly Write[]): Promise<Written[]> {
    const batches: (string | number)[][] = [[]];
    let chars = 0;
    for (const { id, owner, entries, end } of writes) {
      const bytes = charsOf(entries);
      const last = batches.at(-1) as (string | number)[];
      const isFull =
        chars + bytes > SCRIPT_CHARS_MAX || last.length + entries.length > SCRIPT_ARGS_MAX;
      const args = isFull && last.length > 0 ? [] : last;
      if (args !== last) {
        batches.push(args);
        chars = 0;
      }
      chars += bytes;
      args.push(id, owner, entries[0]?.seq ?? 0, entries.length, bytes);
      args.push(end?.state ?? "", end?.atMs ?? 0);
      for (const { seq, type, json } of entries) args.push(`${seq} ${type} ${json}`);
    }
    // Sent together; each stream's part is kept whole or not at all.
    const kept = await Promise.all(batches.map((args) => this.scripts.append(args)));
    return (kept as number[][]).flat().map((one) => (one === 1 ? "kept" : "lost"));
  }

  async read(id: string, after: number, bytesMax: number): Promise<Page | undefined> {
    const seen = await this.scripts.read([id, after, bytesMax, ...FIELDS]);
    if (seen === null) return undefined;
    const [fields, lines] = seen as [(string | null)[], string[]];
    const head = headOf(id, fields);
    return head && { head, entries: lines.map(unpack) };
  }

  async head(id: string): Promise<Head | undefined> {
    return this.line.run(() => this.load(id));
  }

  async list({ client, state, beforeMs, limit }: ListQuery): Promise<Head[]> {
    return this.line.run(async () => {
      const { redis } = this.line;
      const order = client === undefined ? this.key("started") : this.key("client", client);
      const before = beforeMs === undefined ? "+inf" : `(${beforeMs}`;
      const step = Math.max(limit, LIST_STEP_MIN);
      const heads: Head[] = [];
      for (let at = 0; at < LIST_SCAN_MAX && heads.length < limit; at += step) {
        const ids = await redis.zrevrangebyscore(order, before, "-inf", "LIMIT", at, step);
        for (const head of await Promise.all(ids.map((id) => this.load(id)))) {
          if (head && fits(head, state) && heads.length < limit) heads.push(head);
        }
        if (ids.length < step) break;
      }
      return heads;
    });
  }

  async remove(id: string): Promise<void> {
    await this.scripts.remove([id]);
  }

  async askStop(id: string): Promise<boolean> {
    return (await this.scripts.stop([id])) === 1;
  }

  async renew(owner: string, ids: readonly string[], leaseMs: number): Promise<string[]> {
    if (ids.length === 0) return [];
    return (await this.scripts.renew([owner, leaseMs, ...ids])) as string[];
  }

  /**
   * While Redis was out of reach nobody could renew: after a break the owners get one lease's time to
   * come back before their streams count as orphans.
   */
  async claim(owner: string, leaseMs: number, limit: number): Promise<Owned[]> {
    const releasedOnly = this.line.backForMs() < leaseMs ? 1 : 0;
    const ids = await this.scripts.claim([owner, leaseMs, limit, releasedOnly]);
    const heads = await Promise.all((ids as string[]).map((id) => this.owned(id)));
    return heads.flatMap((head) => head ?? []);
  }

  async release(owner: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.scripts.release([owner, ...ids]);
  }

  watch(id: string, told: (news: News) => void, what: "all" | "orders" = "all"): () => void {
    if (what === "all") {
      const stops = ["orders", "news"].map((kind) => this.line.watch(this.key(kind, id), told));
      return () => {
        for (const stop of stops) stop();
      };
    }
    const toldOrders = ordersOnly(told, "orders");
    let isOver = false;
    const stop = this.line.watch(this.key("orders", id), (news) => {
      if (news !== "entries") toldOrders(news);
      // Nobody publishes entries here: it means that an order may have been missed.
      else void this.missedOrder(id).then((missed) => missed && !isOver && told(missed));
    });
    return () => {
      isOver = true;
      stop();
    };
  }

  async sweep({ ageMs, bytesMax, streamsMax }: Retention, nowMs: number, limit: number) {
    return (await this.scripts.sweep([ageMs, bytesMax, streamsMax, nowMs, limit])) as number;
  }

  private async missedOrder(id: string): Promise<News | undefined> {
    try {
      const head = await this.load(id);
      if (!head) return "gone";
      return head.stopAsked && head.state === "live" ? "stop" : undefined;
    } catch {
      return undefined; // the next connection looks again
    }
  }

  private async owned(id: string): Promise<Owned | undefined> {
    return this.line.run(async () => {
      const [head, ask] = await Promise.all([
        this.load(id),
        this.line.redis.hget(this.key("head", id), "ask"),
      ]);
      return head && { ...head, ask: ask ?? "" };
    });
  }

  private async load(id: string): Promise<Head | undefined> {
    return headOf(id, await this.line.redis.hmget(this.key("head", id), ...FIELDS));
  }

  private key(kind: string, name?: string): string {
    return `${this.line.prefix}${kind}${name === undefined ? "" : `:${name}`}`;
  }
}

type Step =
  | "create"
  | "append"
  | "read"
  | "renew"
  | "claim"
  | "release"
  | "stop"
  | "remove"
  | "sweep";

function headOf(id: string, values: readonly (string | null)[]): Head | undefined {
  const seen = Object.fromEntries(FIELDS.map((field, i) => [field, values[i] ?? undefined]));
  if (seen.client === undefined || seen.state === undefined) return undefined;
  return {
    id,
    client: seen.client,
    model: seen.model ?? "",
    door: seen.door ?? "",
    startedAtMs: Number(seen.startedAtMs),
    ...(seen.key !== undefined && { idempotencyKey: seen.key }),
    state: seen.state as Head["state"],
    ...(seen.endedAtMs !== undefined && { endedAtMs: Number(seen.endedAtMs) }),
    lastSeq: Number(seen.lastSeq),
    bytes: Number(seen.bytes),
    stopAsked: seen.stop === "1",
    ...(seen.owner !== undefined && { owner: seen.owner }),
  };
}

function unpack(line: string): Entry {
  const first = line.indexOf(" ");
  const second = line.indexOf(" ", first + 1);
  return {
    seq: Number(line.slice(0, first)),
    type: line.slice(first + 1, second),
    json: line.slice(second + 1),
  };
}

function fits(head: Head, state: ListQuery["state"]): boolean {
  return (
    state === undefined || head.state === state || (state === "ended" && head.state !== "live")
  );
}

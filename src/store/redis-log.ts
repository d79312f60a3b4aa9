// The log in Redis. A stream is a hash and a list whose places are the entries' seqs; who owns it, and
// until when, stands beside it and is checked in the same step as every write.
import type {
  Entry,
  Head,
  ListQuery,
  NewHead,
  News,
  Page,
  Retention,
  StreamLog,
  Write,
  Written,
} from "./log.ts";
import type { RedisLine } from "./redis-line.ts";
import { APPEND, CLAIM, CREATE, RELEASE, REMOVE, RENEW, STOP } from "./redis-scripts.ts";
import { charsOf } from "./tail.ts";

const READ_ENTRIES = 128;
const LIST_SCAN_MAX = 2_000;

export class RedisLog implements StreamLog {
  private readonly line: RedisLine;

  constructor(line: RedisLine) {
    this.line = line;
    const { redis } = line;
    redis.defineCommand("polluxAppend", { numberOfKeys: 5, lua: APPEND });
  }

  async create(head: NewHead, owner: string, leaseMs: number) {
    const { id, client, model, door, startedAtMs, ask, idempotencyKey } = head;
    const fields = { id, client, model, door, startedAtMs: String(startedAtMs), ask };
    const flat = Object.entries(fields).flat();
    if (idempotencyKey !== undefined) flat.push("key", idempotencyKey);
    const known = (await this.line.run(() =>
      this.line.redis.eval(
        CREATE,
        5,
        this.key("head", id),
        this.key("live"),
        this.key("started"),
        this.key("client", client),
        this.key("key", `${client}/${idempotencyKey ?? ""}`),
        leaseMs,
        owner,
        startedAtMs,
        id,
        idempotencyKey === undefined ? 0 : 1,
        ...flat,
      ),
    )) as string;
    const found = known === "" ? undefined : await this.head(known);
    if (found) return { head: found, created: false };
    const made: Head = { ...head, state: "live", lastSeq: -1, bytes: 0, stopAsked: false, owner };
    return { head: made, created: true };
  }

  async append(writes: readonly Write[]): Promise<Written[]> {
    const batch = this.line.redis.pipeline();
    const command = batch as unknown as { polluxAppend: (...args: (string | number)[]) => void };
    for (const { id, owner, entries, end } of writes) {
      command.polluxAppend(
        this.key("head", id),
        this.key("entries", id),
        this.key("live"),
        this.key("ended"),
        this.key("size"),
        owner,
        id,
        this.key("news", id),
        entries.at(-1)?.seq ?? -1,
        charsOf(entries),
        end?.state ?? "",
        end?.atMs ?? 0,
        ...entries.map(({ seq, type, json }) => `${seq} ${type} ${json}`),
      );
    }
    const results = await this.line.run(async () => {
      const all = await batch.exec();
      for (const [error] of all ?? []) if (error) throw error;
      return all ?? [];
    });
    return results.map(([, kept]) => (kept === 1 ? "kept" : "lost"));
  }

  async read(id: string, after: number, bytesMax: number): Promise<Page | undefined> {
    return this.line.run(async () => {
      const head = await this.load(id);
      if (!head) return undefined;
      const entries: Entry[] = [];
      let bytes = 0;
      for (let at = after + 1; bytes < bytesMax; at += READ_ENTRIES) {
        const lines = await this.line.redis.lrange(
          this.key("entries", id),
          at,
          at + READ_ENTRIES - 1,
        );
        for (const line of lines) {
          if (bytes > 0 && bytes + line.length > bytesMax) return { head, entries };
          entries.push(unpack(line));
          bytes += line.length;
        }
        if (lines.length < READ_ENTRIES) break;
      }
      return { head, entries };
    });
  }

  async head(id: string): Promise<Head | undefined> {
    return this.line.run(() => this.load(id));
  }

  async list({ client, state, beforeMs, limit }: ListQuery): Promise<Head[]> {
    return this.line.run(async () => {
      const { redis } = this.line;
      const order = client === undefined ? this.key("started") : this.key("client", client);
      const before = beforeMs === undefined ? "+inf" : `(${beforeMs}`;
      const heads: Head[] = [];
      for (let at = 0; at < LIST_SCAN_MAX && heads.length < limit; at += limit) {
        const ids = await redis.zrevrangebyscore(order, before, "-inf", "LIMIT", at, limit);
        for (const head of await Promise.all(ids.map((id) => this.load(id)))) {
          if (head && fits(head, state) && heads.length < limit) heads.push(head);
        }
        if (ids.length < limit) break;
      }
      return heads;
    });
  }

  async remove(id: string): Promise<void> {
    await this.line.run(() =>
      this.line.redis.eval(
        REMOVE,
        6,
        this.key("head", id),
        this.key("entries", id),
        this.key("live"),
        this.key("started"),
        this.key("ended"),
        this.key("size"),
        id,
        this.key("client", ""),
        this.key("key", ""),
        this.key("orders", id),
      ),
    );
  }

  async askStop(id: string): Promise<boolean> {
    const asked = await this.line.run(() =>
      this.line.redis.eval(STOP, 1, this.key("head", id), this.key("orders", id)),
    );
    return asked === 1;
  }

  async renew(owner: string, ids: readonly string[], leaseMs: number): Promise<string[]> {
    if (ids.length === 0) return [];
    return (await this.line.run(() =>
      this.line.redis.eval(
        RENEW,
        1,
        this.key("live"),
        this.key("head", ""),
        owner,
        leaseMs,
        ...ids,
      ),
    )) as string[];
  }

  async claim(owner: string, leaseMs: number, limit: number): Promise<Head[]> {
    return this.line.run(async () => {
      const ids = (await this.line.redis.eval(
        CLAIM,
        1,
        this.key("live"),
        this.key("head", ""),
        owner,
        leaseMs,
        limit,
      )) as string[];
      const heads = await Promise.all(ids.map((id) => this.load(id)));
      return heads.flatMap((head) => head ?? []);
    });
  }

  async release(owner: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.line.run(() =>
      this.line.redis.eval(RELEASE, 1, this.key("live"), this.key("head", ""), owner, ...ids),
    );
  }

  watch(id: string, told: (news: News) => void, what: "all" | "orders" = "all"): () => void {
    const stops = [this.line.watch(this.key("orders", id), told)];
    if (what === "all") stops.push(this.line.watch(this.key("news", id), told));
    return () => {
      for (const stop of stops) stop();
    };
  }

  async sweep({ ageMs, bytesMax, streamsMax }: Retention, nowMs: number, limit: number) {
    const { redis } = this.line;
    return this.line.run(async () => {
      const oldest = await redis.zrange(this.key("ended"), "0", String(limit - 1), "WITHSCORES");
      let bytes = Number((await redis.get(this.key("size"))) ?? 0);
      let count = await redis.zcard(this.key("started"));
      let removed = 0;
      for (let i = 0; i < oldest.length; i += 2) {
        const id = oldest[i] as string;
        const isOld = nowMs - Number(oldest[i + 1]) > ageMs;
        if (!isOld && bytes <= bytesMax && count <= streamsMax) break;
        bytes -= (await this.load(id))?.bytes ?? 0;
        count -= 1;
        removed += 1;
        await this.remove(id);
      }
      return removed;
    });
  }

  private async load(id: string): Promise<Head | undefined> {
    const seen: Record<string, string | undefined> = await this.line.redis.hgetall(
      this.key("head", id),
    );
    if (seen.client === undefined) return undefined;
    return {
      id,
      client: seen.client,
      model: seen.model ?? "",
      door: seen.door ?? "",
      startedAtMs: Number(seen.startedAtMs),
      ask: seen.ask ?? "",
      ...(seen.key !== undefined && { idempotencyKey: seen.key }),
      state: seen.state as Head["state"],
      ...(seen.endedAtMs !== undefined && { endedAtMs: Number(seen.endedAtMs) }),
      lastSeq: Number(seen.lastSeq),
      bytes: Number(seen.bytes),
      stopAsked: seen.stop === "1",
      ...(seen.owner !== undefined && { owner: seen.owner }),
    };
  }

  private key(kind: string, name?: string): string {
    return `${this.line.prefix}${kind}${name === undefined ? "" : `:${name}`}`;
  }
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

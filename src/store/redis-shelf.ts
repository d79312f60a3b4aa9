// Documents in Redis: one hash for the bodies of an owner's kind, one sorted set for their order.
import type { RedisLine, Script } from "./redis-line.ts";
import { PUT } from "./redis-scripts.ts";
import type { Kept, Shelf } from "./shelf.ts";

export class RedisShelf implements Shelf {
  private readonly line: RedisLine;
  private readonly putting: Script;

  constructor(line: RedisLine) {
    this.line = line;
    this.putting = line.script("polluxPut", PUT);
  }

  async put(owner: string, kind: string, doc: Kept): Promise<boolean> {
    const { id, version, body, changedAtMs } = doc;
    const args = [placeOf(owner, kind), id, version, body, changedAtMs];
    return (await this.putting(args)) === 1;
  }

  async get(owner: string, kind: string, id: string): Promise<Kept | undefined> {
    const [docs] = this.keys(owner, kind);
    return unpack(id, await this.line.run(() => this.line.redis.hget(docs, id)));
  }

  async list(owner: string, kind: string, limit: number, beforeMs?: number): Promise<Kept[]> {
    const [docs, order] = this.keys(owner, kind);
    const { redis } = this.line;
    const before = beforeMs === undefined ? "+inf" : `(${beforeMs}`;
    return this.line.run(async () => {
      const ids = await redis.zrevrangebyscore(order, before, "-inf", "LIMIT", 0, limit);
      if (ids.length === 0) return [];
      const bodies = await redis.hmget(docs, ...ids);
      return ids.flatMap((id, i) => unpack(id, bodies[i]) ?? []);
    });
  }

  async remove(owner: string, kind: string, id: string): Promise<boolean> {
    const [docs, order] = this.keys(owner, kind);
    return this.line.run(async () => {
      const done = await this.line.redis.multi().hdel(docs, id).zrem(order, id).exec();
      return done?.[0]?.[1] === 1;
    });
  }

  private keys(owner: string, kind: string): [docs: string, order: string] {
    const { prefix } = this.line;
    const place = placeOf(owner, kind);
    return [`${prefix}docs:${place}`, `${prefix}order:${place}`];
  }
}

function placeOf(owner: string, kind: string): string {
  return `${kind}:${owner}`;
}

/** `version changedAt body` */
function unpack(id: string, line: string | null | undefined): Kept | undefined {
  const seen = /^(\d+) (\d+) /.exec(line ?? "");
  if (!seen || typeof line !== "string") return undefined;
  return {
    id,
    version: Number(seen[1]),
    changedAtMs: Number(seen[2]),
    body: line.slice(seen[0].length),
  };
}

// Counts that replicas share.
import type { RedisLine } from "./redis-line.ts";
import { HOLD, TAKE } from "./redis-scripts.ts";
import type { Taken, Tally } from "./tally.ts";

export class RedisTally implements Tally {
  private readonly line: RedisLine;

  constructor(line: RedisLine) {
    this.line = line;
  }

  async take(key: string, cost: number, limit: number, windowMs: number): Promise<Taken> {
    const { redis, prefix } = this.line;
    const [ok, left, retryAfterMs] = (await this.line.run(() =>
      redis.eval(TAKE, 1, `${prefix}take:${key}`, cost, limit, windowMs),
    )) as [number, string, number];
    return { ok: ok === 1, left: Number(left), retryAfterMs };
  }

  async hold(key: string, holder: string, limit: number, leaseMs: number): Promise<boolean> {
    const { redis, prefix } = this.line;
    return (
      (await this.line.run(() =>
        redis.eval(HOLD, 1, `${prefix}hold:${key}`, holder, limit, leaseMs),
      )) === 1
    );
  }

  async release(key: string, holder: string): Promise<void> {
    const { redis, prefix } = this.line;
    await this.line.run(() => redis.zrem(`${prefix}hold:${key}`, holder));
  }
}

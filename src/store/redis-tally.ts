// Counts that replicas share.
import type { RedisLine, Script } from "./redis-line.ts";
import { HOLD, TAKE } from "./redis-scripts.ts";
import type { Taken, Tally } from "./tally.ts";

export class RedisTally implements Tally {
  private readonly line: RedisLine;
  private readonly taking: Script;
  private readonly holding: Script;

  constructor(line: RedisLine) {
    this.line = line;
    this.taking = line.script("polluxTake", TAKE);
    this.holding = line.script("polluxHold", HOLD);
  }

  async take(key: string, cost: number, limit: number, windowMs: number): Promise<Taken> {
    const taken = (await this.taking([key, cost, limit, windowMs])) as [number, string, number];
    const [ok, left, retryAfterMs] = taken;
    return { ok: ok === 1, left: Number(left), retryAfterMs };
  }

  async owe(key: string, cost: number, limit: number, windowMs: number): Promise<void> {
    await this.taking([key, cost, limit, windowMs, "owe"]);
  }

  async hold(key: string, holder: string, limit: number, leaseMs: number): Promise<boolean> {
    return (await this.holding([key, holder, limit, leaseMs])) === 1;
  }

  async release(key: string, holder: string): Promise<void> {
    const { redis, prefix } = this.line;
    await this.line.run(() => redis.zrem(`${prefix}hold:${key}`, holder));
  }
}

// Counts of one process.
import type { Taken, Tally } from "./tally.ts";

const KEYS_MAX = 10_000;

export function memoryTally(now: () => number): Tally {
  return new MemoryTally(now);
}

class MemoryTally implements Tally {
  private readonly buckets = new Map<string, { left: number; atMs: number }>();
  private readonly places = new Map<string, Map<string, number>>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  async take(key: string, cost: number, limit: number, windowMs: number): Promise<Taken> {
    const now = this.now();
    const bucket = this.buckets.get(key) ?? { left: limit, atMs: now };
    const back = ((now - bucket.atMs) / windowMs) * limit;
    const left = Math.min(limit, bucket.left + back);
    const ok = cost <= 0 || left >= Math.min(cost, limit);
    const after = ok ? Math.min(limit, left - cost) : left;
    this.buckets.delete(key);
    this.buckets.set(key, { left: after, atMs: now });
    if (this.buckets.size > KEYS_MAX)
      this.buckets.delete(this.buckets.keys().next().value as string);
    const missing = Math.min(cost, limit) - left;
    return { ok, left: after, retryAfterMs: ok ? 0 : Math.ceil((missing / limit) * windowMs) };
  }

  async hold(key: string, holder: string, limit: number, leaseMs: number): Promise<boolean> {
    const now = this.now();
    const held = this.places.get(key) ?? new Map<string, number>();
    for (const [who, until] of held) if (until <= now) held.delete(who);
    const ok = held.has(holder) || held.size < limit;
    if (ok) held.set(holder, now + leaseMs);
    if (held.size > 0) this.places.set(key, held);
    return ok;
  }

  async release(key: string, holder: string): Promise<void> {
    const held = this.places.get(key);
    held?.delete(holder);
    if (held?.size === 0) this.places.delete(key);
  }
}

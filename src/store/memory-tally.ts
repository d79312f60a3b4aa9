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
    const left = this.leftOf(key, limit, windowMs);
    const need = Math.min(cost, limit);
    const ok = cost <= 0 || left >= need;
    const after = ok ? Math.min(limit, left - cost) : left;
    this.keep(key, after, limit);
    return {
      ok,
      left: after,
      retryAfterMs: ok ? 0 : Math.ceil(((need - left) / limit) * windowMs),
    };
  }

  async owe(key: string, cost: number, limit: number, windowMs: number): Promise<void> {
    this.keep(key, this.leftOf(key, limit, windowMs) - cost, limit);
  }

  private leftOf(key: string, limit: number, windowMs: number): number {
    const now = this.now();
    const { left, atMs } = this.buckets.get(key) ?? { left: limit, atMs: now };
    return Math.min(limit, left + (Math.max(0, now - atMs) / windowMs) * limit);
  }

  private keep(key: string, left: number, limit: number): void {
    this.buckets.delete(key);
    this.buckets.set(key, { left: Math.max(-limit, Math.min(limit, left)), atMs: this.now() });
    if (this.buckets.size > KEYS_MAX)
      this.buckets.delete(this.buckets.keys().next().value as string);
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

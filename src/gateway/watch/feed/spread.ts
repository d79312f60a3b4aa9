// How durations spread: counted in slots that grow by a tenth, so that quantiles of any set of minutes
// are at most five in a hundred off, and one more costs nothing.
import type { Quantiles } from "./shape.ts";

const GROWTH = 1.1;
/** The last slot begins at about half an hour. */
const SLOTS = 152;
const PER_LOG = 1 / Math.log(GROWTH);

export class Spread {
  private readonly slots = new Uint32Array(SLOTS);
  private count = 0;

  add(ms: number): void {
    const slot = ms <= 1 ? 0 : Math.min(SLOTS - 1, Math.ceil(Math.log(ms) * PER_LOG));
    (this.slots[slot] as number)++;
    this.count++;
  }

  addAll(other: Spread): void {
    this.count += other.count;
    for (let i = 0; i < SLOTS; i++) (this.slots[i] as number) += other.slots[i] as number;
  }

  get quantiles(): Quantiles | undefined {
    const { count } = this;
    if (count === 0) return undefined;
    return { count, p50: this.at(0.5), p95: this.at(0.95), p99: this.at(0.99) };
  }

  /** Below which a share of them lies: the middle of the slot in which it falls. */
  private at(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.count));
    let seen = 0;
    let slot = 0;
    for (; slot < SLOTS - 1; slot++) {
      seen += this.slots[slot] as number;
      if (seen >= rank) break;
    }
    const ms = slot === 0 ? 0.5 : GROWTH ** (slot - 0.5);
    return ms < 100 ? Math.round(ms * 10) / 10 : Math.round(ms);
  }
}

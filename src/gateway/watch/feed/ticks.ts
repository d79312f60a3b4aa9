// The chunks of a stream, however many, in a bounded number of equal slots: when they are full, two
// become one, and each lasts twice as long.
import type { Ticks } from "./shape.ts";

const SLOTS_MAX = 240;
const WIDTH_MS = 10;

export class TickSlots {
  private widthMs = WIDTH_MS;
  private chunks: number[] = [];
  private chars: number[] = [];

  add(t: number, chars: number): void {
    let slot = Math.floor(t / this.widthMs);
    while (slot >= SLOTS_MAX) {
      this.widthMs *= 2;
      this.chunks = halved(this.chunks);
      this.chars = halved(this.chars);
      slot = Math.floor(t / this.widthMs);
    }
    // Without holes, so that the lists stay small and quick.
    while (this.chunks.length <= slot) {
      this.chunks.push(0);
      this.chars.push(0);
    }
    (this.chunks[slot] as number)++;
    (this.chars[slot] as number) += chars;
  }

  get shown(): Ticks {
    return { widthMs: this.widthMs, chunks: [...this.chunks], chars: [...this.chars] };
  }
}

function halved(list: readonly number[]): number[] {
  const half: number[] = [];
  for (let i = 0; i < list.length; i += 2) half.push((list[i] as number) + (list[i + 1] ?? 0));
  return half;
}

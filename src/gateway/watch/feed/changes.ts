// What the feed's watchers have not been told yet, and how much may be said at a time.
import type { Growth, StreamNow, StreamRow } from "./shape.ts";
import type { Tracked } from "./tracked.ts";

/** Rows that one delta brings or changes; the rest waits for the next one. */
const ROWS_MAX = 100;

interface RowNews {
  begun?: StreamRow[];
  changed?: [number, StreamNow][];
  grown?: Growth[];
  gone?: number[];
}

export class Changes {
  private isOn = false;
  private readonly altered = new Set<Tracked>();
  private grown: Tracked[] = [];
  private gone: number[] = [];

  /** Somebody listens from now on, and knows everything; or nobody does. */
  listen(isOn: boolean): void {
    this.isOn = isOn;
    for (const one of this.altered) one.news = undefined;
    for (const one of this.grown) one.grew = false;
    this.altered.clear();
    this.grown = [];
    this.gone = [];
  }

  begun(one: Tracked): void {
    if (!this.isOn || !one.isListed) return;
    one.news = "begun";
    this.altered.add(one);
  }

  changed(one: Tracked): void {
    if (!this.isOn || !one.isListed) return;
    one.news ??= "changed";
    this.altered.add(one);
  }

  grew(one: Tracked): void {
    if (one.grew || !this.isOn || !one.isListed) return;
    one.grew = true;
    this.grown.push(one);
  }

  left(one: Tracked): void {
    if (!this.isOn || !one.isListed) return;
    this.altered.delete(one);
    // Whom nobody was told of needs no goodbye.
    if (one.news !== "begun") this.gone.push(one.row.n);
  }

  take(withGrowth: boolean): RowNews {
    const begun: StreamRow[] = [];
    const changed: [number, StreamNow][] = [];
    let room = ROWS_MAX;
    for (const one of this.altered) {
      if (room-- === 0) break;
      if (one.news === "begun") begun.push(one.row);
      else changed.push([one.row.n, one.row.now]);
      one.news = undefined;
      this.altered.delete(one);
    }
    const grown = withGrowth ? this.takeGrown() : [];
    const { gone } = this;
    this.gone = [];
    return {
      ...(begun.length > 0 && { begun }),
      ...(changed.length > 0 && { changed }),
      ...(grown.length > 0 && { grown }),
      ...(gone.length > 0 && { gone }),
    };
  }

  private takeGrown(): Growth[] {
    const told: Growth[] = [];
    for (const one of this.grown) {
      one.grew = false;
      // What will be told whole needs no numbers beside it.
      if (one.news === undefined) told.push(one.growth);
    }
    this.grown = [];
    return told;
  }
}

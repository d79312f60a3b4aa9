// Waits for more of a source: nothing that happens after it was made is missed.
import type { Clock } from "../../core/index.ts";
import type { Source } from "./source.ts";

type Heard = "news" | "nothing" | "over";

export class Ear {
  private readonly clock: Clock;
  private readonly unwatch: () => void;
  private isTold = false;
  private isOver = false;
  private wake: (() => void) | undefined;

  private readonly onClose: () => void;

  constructor(source: Source, clock: Clock, onClose: () => void) {
    this.clock = clock;
    this.onClose = onClose;
    this.unwatch = source.watch(() => {
      this.isTold = true;
      this.wake?.();
    });
  }

  /** Whoever listened has left, or is to go. */
  get isClosed(): boolean {
    return this.isOver;
  }

  /** Waits no longer than `ms`. */
  async hear(ms: number): Promise<Heard> {
    if (!this.isTold && !this.isOver) {
      await new Promise<void>((resolve) => {
        const cancel = this.clock.setTimer(resolve, ms);
        this.wake = () => {
          cancel();
          resolve();
        };
      });
      this.wake = undefined;
    }
    if (this.isOver) return "over";
    const told = this.isTold;
    this.isTold = false;
    return told ? "news" : "nothing";
  }

  /** Whoever waits waits no longer. */
  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.unwatch();
    this.onClose();
    this.wake?.();
  }
}

/** All who wait at this door. */
export class Ears {
  private readonly clock: Clock;
  private readonly open = new Set<Ear>();
  private isOver = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  listen(source: Source): Ear {
    const ear: Ear = new Ear(source, this.clock, () => this.open.delete(ear));
    this.open.add(ear);
    if (this.isOver) ear.close();
    return ear;
  }

  /** Nobody waits from now on: they come back to whoever is there then. */
  drain(): void {
    this.isOver = true;
    for (const ear of [...this.open]) ear.close();
  }
}

// Waits for more of a source: nothing that happens after it was made is missed.
import type { Clock } from "../../core/index.ts";
import type { Source } from "./source.ts";

export type Heard = "news" | "nothing" | "over";

export class Ear {
  private readonly clock: Clock;
  private readonly unwatch: () => void;
  private isTold = false;
  private isOver = false;
  private wake: (() => void) | undefined;

  constructor(source: Source, clock: Clock) {
    this.clock = clock;
    this.unwatch = source.watch(() => {
      this.isTold = true;
      this.wake?.();
    });
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
    this.wake?.();
  }
}

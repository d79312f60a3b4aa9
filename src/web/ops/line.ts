// The one connection: it brings a snapshot and then deltas, comes back by itself when it breaks, and is
// closed for good while nobody wants to see anything.
import type { OpsDelta, OpsSnapshot } from "../../gateway/index.ts";
import { Refused, signedIn, whoAmI } from "../shared/house.ts";

/** The gateway says something every 5 s; after so long its silence means that it is gone. */
const STALE_MS = 12_000;
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 10_000;
/** A tab that nobody sees needs no feed. */
const HIDDEN_MS = 15_000;

export type Link = "live" | "lost" | "paused";

interface LineParts {
  snapshot(value: OpsSnapshot): void;
  delta(value: OpsDelta): void;
  turned(link: Link): void;
}

export class Line {
  link: Link = "lost";
  lastMs = 0;
  isPaused = false;
  private readonly parts: LineParts;
  private source: EventSource | undefined;
  private retryMs = RETRY_MS_MIN;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hidden: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: LineParts) {
    this.parts = parts;
    document.addEventListener("visibilitychange", () => this.look());
  }

  open(): void {
    this.close();
    const source = new EventSource("/ops/feed");
    this.source = source;
    source.addEventListener("snapshot", ({ data }) => {
      this.heard();
      this.retryMs = RETRY_MS_MIN;
      this.parts.snapshot(JSON.parse(data) as OpsSnapshot);
    });
    source.addEventListener("delta", ({ data }) => {
      this.heard();
      this.parts.delta(JSON.parse(data) as OpsDelta);
    });
    source.addEventListener("error", () => this.broke());
    this.watch();
  }

  pause(isPaused: boolean): void {
    if (isPaused === this.isPaused) return;
    this.isPaused = isPaused;
    if (isPaused) {
      this.close();
      this.turn("paused");
    } else this.open();
  }

  private close(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = undefined;
  }

  private heard(): void {
    this.lastMs = Date.now();
    this.turn("live");
    this.watch();
  }

  private watch(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.broke(), STALE_MS);
  }

  private broke(): void {
    this.close();
    this.turn("lost");
    this.timer = setTimeout(() => void this.again(), this.retryMs);
    this.retryMs = Math.min(RETRY_MS_MAX, this.retryMs * 2);
  }

  /** What broke it may be that nobody is signed in any more. */
  private async again(): Promise<void> {
    try {
      const me = await whoAmI();
      if (!me.operator) await signedIn(true);
      if (!this.isPaused) this.open();
    } catch (error) {
      if (error instanceof Refused || !this.isPaused) this.broke();
    }
  }

  private look(): void {
    clearTimeout(this.hidden);
    if (this.isPaused) return;
    if (document.hidden) this.hidden = setTimeout(() => this.close(), HIDDEN_MS);
    else if (!this.source) this.open();
  }

  private turn(link: Link): void {
    if (link === this.link) return;
    this.link = link;
    this.parts.turned(link);
  }
}

// One running answer: asked for and read whatever becomes of the connection, and stopped at any time,
// also before it has begun.
import type { StreamEvent } from "../../core/index.ts";
import { hold, isPassing, pause } from "./line.ts";
import { Telling } from "./telling.ts";
import { type Asked, begin, stop as stopStream } from "./wire.ts";

export type Link = "live" | "lost";

const AGAIN_MS = 1_500;
/** How long the gateway has to say that it stopped. */
const CONFIRM_MS = 2_000;
const STOP_TRIES_MAX = 20;

export class Run {
  /** Under which the stream was asked for: asking again with it asks for the same one. */
  readonly key: string;
  readonly telling = new Telling();
  onEvent: (event: StreamEvent) => void = () => {};
  onLink: (link: Link) => void = () => {};
  streamId = "";
  /** The text when somebody pressed stop; what comes later is not shown. */
  stoppedText: string | undefined;
  private isLost = false;
  private readonly off = new AbortController();

  constructor(key: string) {
    this.key = key;
  }

  get isStopped(): boolean {
    return this.stoppedText !== undefined;
  }

  /** The page went on to something else, and the stream runs on without it. */
  get isLeft(): boolean {
    return this.off.signal.aborted && !this.isStopped;
  }

  /** The stream's id; empty when it was stopped before it could begin. */
  async begin(asked: Asked): Promise<string> {
    const { signal } = this.off;
    while (!signal.aborted) {
      try {
        const id = await begin(asked, this.key);
        this.becomes("live");
        return id;
      } catch (error) {
        if (!isPassing(error)) throw error;
        this.becomes("lost");
        await pause(AGAIN_MS, signal);
      }
    }
    return "";
  }

  /** Resolves at the terminal event, when a stop was not confirmed in time, or when it was left. */
  async read(streamId: string): Promise<void> {
    this.streamId = streamId;
    if (this.isStopped) void this.sendStop();
    const { telling } = this;
    await hold(
      streamId,
      {
        seq: () => telling.seq,
        take: (event) => void (telling.take(event) && this.onEvent(event)),
        lives: () => this.becomes("live"),
        lost: () => this.becomes("lost"),
      },
      this.off.signal,
    );
  }

  stop(): void {
    if (this.isStopped || this.telling.isOver) return;
    this.stoppedText = this.telling.text;
    setTimeout(() => this.off.abort(), CONFIRM_MS);
    if (this.streamId !== "") void this.sendStop();
  }

  leave(): void {
    this.off.abort();
  }

  /** Tried again while the gateway is not reached: a stop that is lost costs money. */
  private async sendStop(): Promise<void> {
    for (let tries = 0; tries < STOP_TRIES_MAX; tries += 1) {
      try {
        return await stopStream(this.streamId);
      } catch (error) {
        if (!isPassing(error)) return;
        await pause(AGAIN_MS, new AbortController().signal);
      }
    }
  }

  private becomes(link: Link): void {
    if (this.isLost === (link === "lost")) return;
    this.isLost = link === "lost";
    this.onLink(link);
  }
}

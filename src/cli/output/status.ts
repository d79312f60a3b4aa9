// The status line on stderr: what the stream is doing, in the words that every surface uses. It
// moves on a terminal, and is a line now and then elsewhere.

import { FAILURES } from "../../core/failures.ts";
import { isTerminal, type StreamEvent } from "../../core/index.ts";
import type { Paint } from "./paint.ts";
import { FRAME_MS, seconds, spinner } from "./tell.ts";

type Phase =
  | "connecting"
  | "waiting"
  | "thinking"
  | "streaming"
  | "stalled"
  | "recovering"
  | "ended";

export class Status {
  private readonly out: NodeJS.WriteStream;
  private readonly paint: Paint;
  private readonly on: boolean;
  private readonly moving: boolean;
  private phase: Phase = "connecting";
  private detail = "";
  private startedAt = performance.now();
  private resumeAt = 0;
  private shown = false;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(out: NodeJS.WriteStream, paint: Paint, how: { on: boolean; moving: boolean }) {
    this.out = out;
    this.paint = paint;
    this.on = how.on;
    this.moving = how.moving;
    if (this.on && this.moving) {
      this.timer = setInterval(() => this.draw(), FRAME_MS);
      this.timer.unref();
    }
  }

  event(event: StreamEvent): void {
    if (event.type === "attempt")
      this.become(
        event.n === 1 ? "waiting" : this.phase === "recovering" ? "recovering" : "waiting",
        "",
      );
    else if (event.type === "first")
      this.become(
        event.kind === "thought" ? "thinking" : event.kind === "text" ? "streaming" : this.phase,
        "",
      );
    else if (event.type === "chunk") {
      if (this.phase === "stalled" || this.phase === "recovering") this.become("streaming", "");
    } else if (event.type === "stall")
      this.become("stalled", `no data for ${seconds(event.silentMs)}`);
    else if (event.type === "failure" && event.verdict !== "stop") {
      this.resumeAt = performance.now() + (event.delayMs ?? 0);
      const why = FAILURES[event.failure.code].meaning.replace(/\.$/, "").toLowerCase();
      this.become("recovering", `recovering · ${why}`);
    } else if (isTerminal(event)) this.become("ended", "");
  }

  /** A whole line among the status, such as a seam. */
  note(line: string): void {
    if (!this.on) return;
    this.clear();
    this.out.write(`${line}\n`);
  }

  clear(): void {
    if (!this.shown) return;
    this.shown = false;
    this.out.write("\r\x1b[K");
  }

  end(): void {
    clearInterval(this.timer);
    this.clear();
  }

  private become(phase: Phase, detail: string): void {
    if (phase === this.phase && detail === this.detail) return;
    this.phase = phase;
    this.detail = detail;
    if (this.on && !this.moving && detail) this.out.write(`${detail}\n`);
  }

  private draw(): void {
    // While text flows the text itself is the status; the cursor stands in it.
    if (this.phase === "streaming" || this.phase === "ended") return;
    const leftMs = this.resumeAt - performance.now();
    const wait =
      this.phase === "recovering" && leftMs > 300 ? ` · next try in ${seconds(leftMs)}` : "";
    const since = seconds(performance.now() - this.startedAt);
    const words = {
      connecting: "connecting…",
      waiting: `waiting for first token ${since}`,
      thinking: `thinking ${since}`,
      stalled: this.detail,
      recovering: this.detail + wait,
      streaming: "",
      ended: "",
    }[this.phase];
    this.shown = true;
    this.out.write(`\r\x1b[K${this.paint.dim(`${spinner()} ${words} · Ctrl-C stops`)}`);
  }
}

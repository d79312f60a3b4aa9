// The answer of one reader on its way out: opened by the first piece, silent for no longer than allowed,
// and waited for when the reader does not keep up.
import type { Exchange, Outlet } from "../exchange.ts";

export interface SinkOptions {
  exchange: Exchange;
  /** Sent with every answer. */
  headers: Record<string, string>;
  nowMs: number;
  heartbeatMs: number;
  /** Silence after which a comment opens the answer. */
  firstCommentMs: number;
  /** Told when the reader can take more. */
  onReady(): void;
  /** Told once, with the status the answer had. */
  onAnswered(status: number, refused?: string): void;
}

export class Sending {
  private readonly options: SinkOptions;
  private readonly contentType: string;
  private outlet: Outlet | undefined;
  private blocked = false;
  private wroteAtMs: number;
  private nowMs: number;

  constructor(options: SinkOptions, contentType: string) {
    this.options = options;
    this.contentType = contentType;
    this.nowMs = options.nowMs;
    this.wroteAtMs = options.nowMs;
  }

  get isOpen(): boolean {
    return this.outlet !== undefined;
  }

  /** False: no more until `onReady` is called. */
  write(text: string): boolean {
    const { exchange, headers, onReady, onAnswered } = this.options;
    if (!this.outlet) {
      onAnswered(200);
      this.outlet = exchange.open(200, { ...headers, "content-type": this.contentType });
    }
    this.wroteAtMs = this.nowMs;
    if (this.outlet.write(text)) return true;
    this.blocked = true;
    this.outlet.onDrain(() => {
      this.blocked = false;
      onReady();
    });
    return false;
  }

  /** Says `text` if nothing was said for too long. */
  beat(nowMs: number, text: string): void {
    this.nowMs = nowMs;
    const { firstCommentMs, heartbeatMs } = this.options;
    const patience = this.isOpen ? heartbeatMs : firstCommentMs;
    if (!this.blocked && nowMs - this.wroteAtMs >= patience) this.write(text);
  }

  /** The last piece, or all of it where nothing was sent before. */
  end(text: string): void {
    const { exchange, headers, onAnswered } = this.options;
    if (this.outlet) {
      this.outlet.end(text);
      return;
    }
    onAnswered(200);
    exchange.reply(200, { ...headers, "content-type": this.contentType }, text);
  }

  refuse(
    refusal: { status: number; headers: Record<string, string>; body: string },
    code: string,
  ): void {
    const { exchange, headers, onAnswered } = this.options;
    onAnswered(refusal.status, code);
    exchange.reply(refusal.status, { ...headers, ...refusal.headers }, refusal.body);
  }

  /** The reader must see that this is not the end. */
  breakOff(): void {
    this.outlet?.destroy();
  }
}

// A stream as its own events: what pages, terminals and other programs follow with a cursor. Ends after
// the terminal event; a connection that ends before it is to be made again.

import { refusalOf } from "../../core/engine.ts";
import type { Failure } from "../../core/failures.ts";
import { encodeComment } from "../../wire/index.ts";
import type { Outlet } from "../exchange.ts";
import { isEnd, type Kept } from "../kept.ts";
import type { Sink } from "../reader.ts";
import type { SinkOptions } from "./form-sink.ts";

export class RelaySink implements Sink {
  private readonly options: SinkOptions;
  private outlet: Outlet | undefined;
  private over = false;
  private wroteAtMs: number;
  private blocked = false;
  private nowMs: number;

  constructor(options: SinkOptions) {
    this.options = options;
    this.nowMs = options.nowMs;
    this.wroteAtMs = options.nowMs;
  }

  take(entries: readonly Kept[]): boolean {
    let text = "";
    for (const { seq, type, json } of entries)
      text += `id: ${seq}\nevent: ${type}\ndata: ${json}\n\n`;
    const last = entries.at(-1);
    const ready = this.write(text);
    if (last && isEnd(last)) {
      this.over = true;
      this.outlet?.end();
    }
    return ready;
  }

  fail(problem: Failure): void {
    if (this.over) return;
    this.over = true;
    if (this.outlet) {
      this.outlet.destroy();
      return;
    }
    const { exchange, headers, onAnswered } = this.options;
    const refusal = refusalOf(problem, "gemini");
    onAnswered(refusal.status, problem.code);
    exchange.reply(refusal.status, { ...headers, ...refusal.headers }, refusal.body);
  }

  /** Sends the headers, so that a reader of a silent stream knows that it is attached. */
  open(): void {
    this.write(encodeComment("pollux"));
  }

  beat(nowMs: number): void {
    this.nowMs = nowMs;
    if (this.over || this.blocked) return;
    const { heartbeatMs } = this.options;
    if (nowMs - this.wroteAtMs >= heartbeatMs) this.write(encodeComment("pollux"));
  }

  private write(text: string): boolean {
    const { exchange, headers, onAnswered, onReady } = this.options;
    if (!this.outlet) {
      onAnswered(200);
      this.outlet = exchange.open(200, { ...headers, "content-type": "text/event-stream" });
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
}

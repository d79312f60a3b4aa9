// A stream as its own events: what pages, terminals and other programs follow with a cursor. Ends after
// the terminal event; a connection that ends before it is to be made again.
import { refusalOf } from "../../core/engine.ts";
import type { Failure } from "../../core/failures.ts";
import { encodeComment } from "../../wire/index.ts";
import { isEnd, type Kept } from "../kept.ts";
import type { Sink } from "../reader.ts";
import { Sending, type SinkOptions } from "./sending.ts";

const COMMENT = encodeComment("pollux");

export class RelaySink implements Sink {
  private readonly sending: Sending;
  private over = false;

  constructor(options: SinkOptions) {
    this.sending = new Sending(options, "text/event-stream");
  }

  take(entries: readonly Kept[]): boolean {
    let text = "";
    for (const { seq, type, json } of entries)
      text += `id: ${seq}\nevent: ${type}\ndata: ${json}\n\n`;
    const last = entries.at(-1);
    const ready = this.sending.write(text);
    if (last && isEnd(last)) {
      this.over = true;
      this.sending.end("");
    }
    return ready;
  }

  fail(problem: Failure): void {
    if (this.over) return;
    this.over = true;
    if (this.sending.isOpen) this.sending.breakOff();
    else this.sending.refuse(refusalOf(problem, "gemini"), problem.code);
  }

  /** Sends the headers, so that a reader of a silent stream knows that it is attached. */
  open(): void {
    if (!this.sending.isOpen) this.sending.write(COMMENT);
  }

  beat(nowMs: number): void {
    if (!this.over) this.sending.beat(nowMs, COMMENT);
  }
}

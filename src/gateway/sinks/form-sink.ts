// A stream as a client of Gemini's or OpenAI's API expects it. Nothing is sent before the first content,
// so an early failure is an HTTP error; unless silence lasts, and then a comment opens the answer.
import { contentTypeOf, type Form, FormEncode, refusalOf } from "../../core/engine.ts";
import type { Failure } from "../../core/failures.ts";
import type { TerminalEvent } from "../../core/index.ts";
import { encodeComment } from "../../wire/index.ts";
import type { Exchange, Outlet } from "../exchange.ts";
import { chunkJsonOf, chunkOf, endOf, eventOf, isEnd, type Kept } from "../kept.ts";
import type { Sink } from "../reader.ts";

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

export class FormSink implements Sink {
  private readonly options: SinkOptions;
  private readonly form: Form;
  private readonly encode: FormEncode;
  private outlet: Outlet | undefined;
  private over = false;
  private wroteAtMs: number;
  private blocked = false;
  private nowMs: number;

  constructor(
    form: Form,
    name: { model: string; id: string; created: number },
    options: SinkOptions,
  ) {
    this.form = form;
    this.options = options;
    this.encode = new FormEncode(form, name);
    this.nowMs = options.nowMs;
    this.wroteAtMs = options.nowMs;
  }

  take(entries: readonly Kept[]): boolean {
    let text = "";
    for (const entry of entries) {
      if (entry.type === "chunk")
        text += this.encode.take(() => chunkOf(entry), chunkJsonOf(entry));
      else if (entry.type === "splice") text += this.mark(entry);
      else if (isEnd(entry)) {
        this.end(endOf(entry), text);
        return true;
      }
    }
    return text === "" || this.write(text);
  }

  fail(problem: Failure): void {
    if (this.over) return;
    if (!this.outlet) {
      this.refuse(problem);
      return;
    }
    this.over = true;
    if (this.form.shape === "whole") this.outlet.destroy();
    else this.outlet.end(this.encode.error(problem));
  }

  beat(nowMs: number): void {
    this.nowMs = nowMs;
    if (this.over) return;
    const { firstCommentMs, heartbeatMs } = this.options;
    const patience = this.outlet ? heartbeatMs : firstCommentMs;
    if (nowMs - this.wroteAtMs < patience || this.blocked || this.form.shape === "whole") return;
    // Between elements of an array and between lines, white space says nothing, as a comment does.
    this.write(this.form.shape === "sse" ? encodeComment("pollux") : "\n");
  }

  private write(text: string): boolean {
    const { exchange, headers, onReady, onAnswered } = this.options;
    if (!this.outlet) {
      onAnswered(200);
      this.outlet = exchange.open(200, { ...headers, "content-type": contentTypeOf(this.form) });
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

  /**
   * Where two attempts were joined; a comment, which Gemini's clients pass over. Scripts that speak
   * OpenAI's format by hand often take every line for data, so they get none.
   */
  private mark(entry: Kept): string {
    const event = eventOf(entry);
    const { api, shape } = this.form;
    if (api !== "gemini" || shape !== "sse" || event.type !== "splice") return "";
    const { at, how, cause, confidence } = event;
    return encodeComment(
      `pollux splice at=${at} how=${how} cause=${cause} confidence=${confidence}`,
    );
  }

  private end(end: TerminalEvent, text: string): void {
    if (this.over) return;
    const problem = this.encode.problem(end);
    if (!this.outlet && text === "" && problem) {
      this.refuse(problem);
      return;
    }
    const last = text + this.encode.end(end);
    this.over = true;
    if (this.outlet) {
      this.outlet.end(last);
      return;
    }
    const { exchange, headers, onAnswered } = this.options;
    onAnswered(200);
    exchange.reply(200, { ...headers, "content-type": contentTypeOf(this.form) }, last);
  }

  private refuse(problem: Failure): void {
    this.over = true;
    const { exchange, headers, onAnswered } = this.options;
    const refusal = refusalOf(problem, this.form.api);
    onAnswered(refusal.status, problem.code);
    exchange.reply(refusal.status, { ...headers, ...refusal.headers }, refusal.body);
  }
}

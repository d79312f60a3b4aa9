// A stream as a client of Gemini's or OpenAI's API expects it. Nothing is sent before the first content,
// so an early failure is an HTTP error; unless silence lasts, and then a comment opens the answer.
import { contentTypeOf, type Form, FormEncode, refusalOf } from "../../core/engine.ts";
import type { Failure } from "../../core/failures.ts";
import type { TerminalEvent } from "../../core/index.ts";
import { encodeComment } from "../../wire/index.ts";
import { chunkJsonOf, chunkOf, endOf, eventOf, isEnd, type Kept } from "../kept.ts";
import type { Sink } from "../reader.ts";
import { Sending, type SinkOptions } from "./sending.ts";

export class FormSink implements Sink {
  private readonly form: Form;
  private readonly encode: FormEncode;
  private readonly sending: Sending;
  private over = false;

  constructor(
    form: Form,
    name: { model: string; id: string; created: number },
    options: SinkOptions,
  ) {
    this.form = form;
    this.encode = new FormEncode(form, name);
    this.sending = new Sending(options, contentTypeOf(form));
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
    return text === "" || this.sending.write(text);
  }

  fail(problem: Failure): void {
    if (this.over) return;
    this.over = true;
    if (!this.sending.isOpen) this.refuse(problem);
    else if (this.form.shape === "whole") this.sending.breakOff();
    else this.sending.end(this.encode.error(problem));
  }

  beat(nowMs: number): void {
    const { shape } = this.form;
    if (this.over || shape === "whole") return;
    // Between elements of an array and between lines, white space says nothing, as a comment does.
    this.sending.beat(nowMs, shape === "sse" ? encodeComment("pollux") : "\n");
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
    const refused = !this.sending.isOpen && text === "" ? problem : undefined;
    // Before it is over: what cannot be written fails in place of it.
    const rest = refused ? "" : text + this.encode.end(end);
    this.over = true;
    if (refused) this.refuse(refused);
    else this.sending.end(rest);
  }

  private refuse(problem: Failure): void {
    this.sending.refuse(refusalOf(problem, this.form.api), problem.code);
  }
}

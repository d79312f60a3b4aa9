// A stream as a client of the Interactions API expects it: its events, each with an id to come back
// with, or the whole resource. What a reader has seen already is told to nobody, but followed.
import { type Api, failureOf, refusalOf } from "../../core/engine.ts";
import type { Failure } from "../../core/failures.ts";
import type { StreamEvent, TerminalEvent } from "../../core/index.ts";
import { mayHaveBegun } from "../../core/interactions.ts";
import { encodeComment } from "../../wire/index.ts";
import {
  encodeInteraction,
  INTERACTION_DONE,
  type InteractionEvent,
  interactionEventOf,
} from "../../wire/interactions.ts";
import { isAfter, type Place, placeId } from "../interactions/name.ts";
import { Retell } from "../interactions/retell.ts";
import { WholeInteraction } from "../interactions/whole.ts";
import { chunkOf, endOf, eventOf, isEnd, type Kept } from "../kept.ts";
import type { Sink } from "../reader.ts";
import { Sending, type SinkOptions } from "./sending.ts";

export interface InteractionForm {
  /** `begun`: the resource as soon as it exists, for a run in the background. */
  shape: "stream" | "whole" | "begun";
  /** The last event that the reader has. */
  after: Place;
  stream: string;
  /** The client knows it by Google's name alone, so the places tell the stream. */
  attached: boolean;
  /** Nobody may ask for it again as if it were new: it is kept at Google. */
  stored: boolean;
  /** The answer is given before the stream has ended. */
  onOver(): void;
}

const EVENT_KEY = '"interactionEvent":';
const API: Api = "interactions";
/** Failures on the way or at the other end; the others were seen before anything was sent. */
const REACHED: ReadonlySet<string> = new Set(["network", "upstream", "stream", "limit", "unknown"]);
/** The status of a failure after which an interaction may exist: no client repeats it by itself. */
const MAY_EXIST = 424;
const REPEATED = /^(408|409|429|5\d\d)$/;

export class InteractionSink implements Sink {
  private readonly form: InteractionForm;
  private readonly retell: Retell;
  private readonly whole: WholeInteraction | undefined;
  private readonly sending: Sending;
  private over = false;
  /** The newest event that Google has an id for. */
  private google: string | undefined;

  constructor(form: InteractionForm, options: SinkOptions) {
    this.form = form;
    this.retell = new Retell(form.stream);
    const streamed = form.shape === "stream";
    if (!streamed) this.whole = new WholeInteraction();
    const type = streamed ? "text/event-stream" : "application/json; charset=UTF-8";
    this.sending = new Sending(options, type);
  }

  take(entries: readonly Kept[]): boolean {
    let text = "";
    for (const entry of entries) {
      if (this.over) return true;
      if (entry.type === "attempt")
        this.retell.attempt(eventOf(entry) as Extract<StreamEvent, { type: "attempt" }>);
      else if (entry.type === "chunk") text += this.chunk(entry);
      else if (isEnd(entry)) {
        this.end(entry, text);
        return true;
      }
    }
    return text === "" || this.over || this.sending.write(text);
  }

  fail(problem: Failure): void {
    if (this.over) return;
    this.over = true;
    if (!this.sending.isOpen) this.refuse(problem, true);
    else this.sending.breakOff();
  }

  /** Sends the headers, so that a reader of a silent stream knows that it is attached. */
  open(): void {
    if (!this.sending.isOpen && !this.over) this.sending.write(encodeComment("pollux"));
  }

  beat(nowMs: number): void {
    if (!this.over && !this.whole) this.sending.beat(nowMs, encodeComment("pollux"));
  }

  private chunk(entry: Kept): string {
    const chunk = chunkOf(entry);
    const event = interactionEventOf(chunk);
    if (!event) return "";
    const told = this.retell.tell(event);
    this.google = event.event_id ?? this.google;
    // Where a join took some of its text, the event is another.
    const isSame = told.length === 1 && told[0] === chunk.interactionEvent;
    const text = (isSame ? this.asItCame(entry, event) : undefined) ?? this.said(entry, told);
    if (this.form.shape === "begun" && this.retell.created) this.answer();
    return text;
  }

  /** A piece of text that is told as it came needs no new JSON. */
  private asItCame(entry: Kept, event: InteractionEvent): string | undefined {
    if (this.whole || event.event_id !== undefined || event.delta?.type !== "text")
      return undefined;
    const place = this.place(entry, 0);
    if (!isAfter(place, this.form.after)) return "";
    // Text stands in quotes, so the key is the chunk's own; its value is the last in the entry.
    const at = entry.json.indexOf(EVENT_KEY);
    if (at < 0) return undefined;
    const json = entry.json.slice(at + EVENT_KEY.length + 1, -2);
    return `event: ${event.event_type}\ndata: {"event_id":"${placeId(place)}",${json}\n\n`;
  }

  /** The events as the client gets them, where it gets them one by one. */
  private said(entry: Kept, told: readonly InteractionEvent[]): string {
    const { whole, form } = this;
    let text = "";
    for (const [n, event] of told.entries()) {
      const place = this.place(entry, n);
      if (whole) whole.take(event);
      else if (isAfter(place, form.after))
        text += encodeInteraction({ ...event, event_id: placeId(place) });
    }
    return text;
  }

  private place({ seq }: Kept, n: number): Place {
    const { attached, stream } = this.form;
    // Another interaction of the same stream has events of the same names.
    const google = this.retell.isOne ? this.google : undefined;
    return { seq, n, google, ...(attached && { stream }) };
  }

  private end(entry: Kept, before: string): void {
    const end = endOf(entry);
    const rest = this.retell.ended ? [] : this.lastWords(end);
    const text = before + this.said(entry, rest);
    this.over = true;
    const isError = rest.some(({ event_type: type }) => type === "error");
    const silent = !this.sending.isOpen && before === "";
    const problem = failureOf(end);
    const mayExist =
      this.retell.created ||
      end.notResumed === "may_create_twice" ||
      (REACHED.has(problem.kind) && mayHaveBegun(problem));
    if (isError && silent) this.refuse(problem, mayExist);
    else if (this.whole) this.answer();
    else this.sending.end(isError ? text : text + INTERACTION_DONE);
  }

  /** What Google did not say, as it would have said it. */
  private lastWords(end: TerminalEvent): InteractionEvent[] {
    const rest = this.retell.rest();
    if (this.retell.ended) return rest;
    const problem = failureOf(end);
    if (end.type === "stopped" || problem.code === "interaction_cancelled") {
      const id = end.responseId;
      const interaction = { ...(id && { id }), object: "interaction", status: "cancelled" };
      return this.retell.tell({ event_type: "interaction.completed", interaction });
    }
    const { error } = JSON.parse(refusalOf(problem, API).body) as Pick<InteractionEvent, "error">;
    return [{ event_type: "error", ...(error && { error }) }];
  }

  private answer(): void {
    this.over = true;
    this.sending.end(JSON.stringify(this.whole?.resource(), null, 2));
    this.form.onOver();
  }

  private refuse(problem: Failure, mayExist: boolean): void {
    const refusal = refusalOf(problem, API);
    const hidden = mayExist && this.form.stored && REPEATED.test(String(refusal.status));
    const status = hidden ? MAY_EXIST : refusal.status;
    this.sending.refuse({ ...refusal, status }, problem.code);
  }
}

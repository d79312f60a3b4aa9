// What is known of an answer from its events: one word for its state, its text, its seams. The same
// events give the same, and an event that comes twice counts once.

import { isTerminal, type StreamEvent, type TerminalEvent } from "../../core/events.ts";
import { FAILURES } from "../../core/failures.ts";
import type { Piece } from "./doc.ts";
import { type Seam, withoutMarks } from "./seam.ts";

type State =
  | "connecting"
  | "waiting"
  | "thinking"
  | "streaming"
  | "stalled"
  | "recovering"
  | TerminalEvent["type"];

export class Telling {
  state: State = "connecting";
  text = "";
  thoughts = "";
  readonly seams: Seam[] = [];
  attempt = 1;
  /** Why it stalls or recovers, in words. */
  why = "";
  /** When the next attempt is made. */
  nextAt: number | undefined;
  end: TerminalEvent | undefined;
  ttftMs: number | undefined;
  private lastSeq = -1;

  get isOver(): boolean {
    return this.end !== undefined;
  }

  get seq(): number {
    return this.lastSeq;
  }

  /** False for an event that was known already. */
  take(event: StreamEvent): boolean {
    if (event.seq <= this.lastSeq || this.isOver) return false;
    this.lastSeq = event.seq;
    if (event.type === "attempt") {
      this.attempt = event.n;
      this.nextAt = undefined;
      if (this.text === "" && this.thoughts === "") this.state = "waiting";
    } else if (event.type === "chunk") {
      for (const part of event.chunk.candidates?.[0]?.content?.parts ?? [])
        if (part.text) this.hear(part.text, part.thought === true, event.t);
    } else if (event.type === "stall") {
      this.state = this.text === "" ? "waiting" : "stalled";
      this.why = `No data for ${seconds(event.silentMs)}`;
    } else if (event.type === "failure" && event.verdict !== "stop") {
      this.state = "recovering";
      this.why = FAILURES[event.failure.code]?.meaning ?? event.failure.message;
      this.nextAt = performance.now() + (event.delayMs ?? 0);
    } else if (event.type === "splice") this.seams.push(seamOf(event));
    else if (isTerminal(event)) {
      this.end = event;
      this.state = event.type;
    }
    return true;
  }

  private hear(text: string, isThought: boolean, t: number): void {
    if (isThought) {
      this.thoughts += text;
      if (this.text === "") this.state = "thinking";
      return;
    }
    this.ttftMs ??= t;
    this.text += withoutMarks(text);
    this.state = "streaming";
  }

  /** As it is kept. */
  asPiece(key: string, streamId: string, text = this.text): Piece {
    const { end } = this;
    const failure = end && "failure" in end ? end.failure : undefined;
    return {
      key,
      streamId,
      text,
      ...(this.thoughts && { thoughts: this.thoughts }),
      ...(this.seams.length > 0 && { seams: this.seams.filter(({ at }) => at <= text.length) }),
      ...(end && { outcome: end.type, attempts: end.attempts, totalMs: end.totalMs }),
      ...(end?.finishReason && { finishReason: end.finishReason }),
      ...(end?.usage && { usage: end.usage }),
      ...(this.ttftMs !== undefined && { ttftMs: this.ttftMs }),
      ...(failure && {
        failure: {
          code: failure.code,
          message: failure.message,
          next: FAILURES[failure.code]?.next,
        },
      }),
    };
  }
}

export function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

export function count(amount: number): string {
  return amount.toLocaleString("en");
}

function seamOf(splice: Extract<StreamEvent, { type: "splice" }>): Seam {
  const { at, kept, confidence, cause, waitMs, attempt, dropped } = splice;
  const why = FAILURES[cause as keyof typeof FAILURES]?.meaning ?? cause;
  const words =
    confidence === "exact"
      ? `— reconnected here · ${count(kept)} characters kept —`
      : "— may repeat or skip a few words here —";
  const repeated = dropped > 0 ? ` ${count(dropped)} repeated characters were dropped.` : "";
  return {
    at,
    words,
    detail: `${why} Attempt ${attempt} went on after ${seconds(waitMs)}.${repeated}`,
  };
}

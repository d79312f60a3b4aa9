// One turn as it is seen: its state in one word, the text that is final, the text that still moves.
// The same events give the same picture; a text is never shown twice.

import { FAILURES } from "../../core/failures.ts";
import { type Answer, type GeminiContent, isTerminal, type StreamEvent } from "../../core/index.ts";
import { MarkdownStream } from "../output/markdown.ts";
import { harmless, type Paint } from "../output/paint.ts";
import { lastRows } from "../output/screen.ts";
import { count, seam, seconds, spinner, summary, trouble } from "../output/tell.ts";
import type { Turn } from "./session.ts";

type State =
  | "connecting"
  | "waiting"
  | "thinking"
  | "streaming"
  | "stalled"
  | "recovering"
  | "done"
  | "incomplete"
  | "blocked"
  | "stopped"
  | "failed";

export class View {
  state: State = "connecting";
  private lastSeq = -1;
  private readonly paint: Paint;
  private readonly how: { raw: boolean; plain: boolean };
  private readonly commit: (text: string) => void;
  private readonly markdown: MarkdownStream;
  private readonly startedAt = performance.now();
  private ttftMs: number | undefined;
  private tokens = 0;
  private thought = "";
  private why = "";
  private attempt = 1;
  private nextAt = 0;
  private limited = false;
  private raw = "";

  constructor(paint: Paint, how: { raw: boolean; plain: boolean }, commit: (text: string) => void) {
    this.paint = paint;
    this.how = how;
    this.commit = commit;
    this.markdown = new MarkdownStream(paint);
  }

  event(event: StreamEvent): void {
    if (event.seq <= this.lastSeq) return;
    this.lastSeq = event.seq;
    if (event.type === "attempt") {
      this.attempt = event.n;
      if (event.n === 1) this.become("waiting");
    } else if (event.type === "first") {
      if (event.kind === "thought") this.become("thinking");
      if (event.kind === "text") {
        this.ttftMs = event.t;
        this.become("streaming");
      }
    } else if (event.type === "chunk") this.chunk(event);
    else if (event.type === "stall") {
      this.why = `no data for ${seconds(event.silentMs)}`;
      this.become("stalled");
    } else if (event.type === "failure" && event.verdict !== "stop") {
      this.why = FAILURES[event.failure.code].meaning.replace(/\.$/, "").toLowerCase();
      this.limited = event.failure.kind === "quota";
      this.nextAt = performance.now() + (event.delayMs ?? 0);
      this.become("recovering");
    } else if (event.type === "splice") this.mark(seam(event));
    else if (isTerminal(event)) this.become(event.type);
  }

  finish(answer: Answer): void {
    this.settle();
    const { paint } = this;
    if (answer.failure)
      this.commit(trouble(answer.failure, answer.text.length, answer.notResumed, paint).trimEnd());
    else if (answer.outcome === "stopped")
      this.commit(
        paint.dim(`stopped · ${count(answer.text.length)} characters kept · /continue or /retry`),
      );
    const more = answer.splices.length > 0 || answer.retried ? " — /info" : "";
    if (answer.outcome === "done" || answer.outcome === "incomplete")
      this.commit(paint.dim(summary(answer) + more));
  }

  /** The live part: the moving end of the text, and the status line. */
  lines(columns: number, rowsMax: number): string[] {
    if (this.how.plain) return [];
    const live = this.how.raw ? this.raw : this.markdown.live();
    const rows = live === "" ? [] : lastRows(live, columns, rowsMax);
    return [...rows, this.paint.dim(this.status())];
  }

  status(): string {
    const sinceMs = performance.now() - this.startedAt;
    const since = seconds(sinceMs);
    const leftMs = this.nextAt - performance.now();
    const wait = leftMs > 100 ? ` · next try in ${seconds(leftMs)}` : "";
    const rate =
      sinceMs > (this.ttftMs ?? 0) + 500
        ? ` · ${Math.round((this.tokens * 1000) / (sinceMs - (this.ttftMs ?? 0)))} tok/s`
        : "";
    const words: Record<State, string> = {
      connecting: "connecting…",
      waiting: `waiting for first token ${since}`,
      thinking: `thinking ${since}${this.thought ? ` · "${this.thought}"` : ""}`,
      streaming: `streaming ${since} · first token ${seconds(this.ttftMs)} · ${count(this.tokens)} tok${rate}`,
      stalled: this.why,
      recovering: this.limited
        ? `rate limited · retry in ${seconds(Math.max(0, leftMs))}`
        : `recovering, attempt ${this.attempt + 1} · ${this.why}${wait}`,
      done: "done",
      incomplete: "incomplete",
      blocked: "blocked",
      stopped: "stopped",
      failed: "failed",
    };
    return `${spinner()} ${words[this.state]} · Ctrl-C stops`;
  }

  private chunk(event: StreamEvent & { type: "chunk" }): void {
    this.tokens = event.chunk.usageMetadata?.candidatesTokenCount ?? this.tokens;
    for (const part of event.chunk.candidates?.[0]?.content?.parts ?? []) {
      if (part.functionCall)
        this.mark(
          `calls ${harmless(part.functionCall.name ?? "")}(${harmless(JSON.stringify(part.functionCall.args ?? {}))})`,
        );
      if (part.inlineData) this.mark(`[${harmless(part.inlineData.mimeType ?? "data")}]`);
      if (!part.text) continue;
      if (part.thought)
        this.thought = /\*\*(.+?)\*\*/.exec(part.text)?.[1]?.slice(0, 40) ?? this.thought;
      else this.text(harmless(part.text));
    }
  }

  private text(text: string): void {
    if (text === "") return;
    if (this.state === "stalled" || this.state === "recovering") this.become("streaming");
    if (!this.how.raw) {
      this.commit(this.markdown.push(text));
      return;
    }
    this.raw += text;
    const line = this.raw.lastIndexOf("\n") + 1;
    this.commit(this.raw.slice(0, line));
    this.raw = this.raw.slice(line);
  }

  /** A line between what was before and what comes after. */
  private mark(line: string): void {
    this.settle();
    this.commit(this.paint.dim(line));
  }

  /** Makes final what still moves. */
  settle(): void {
    this.commit(this.markdown.end());
    if (this.raw !== "") this.commit(this.raw);
    this.raw = "";
  }

  private become(state: State): void {
    if (this.state === state) return;
    this.state = state;
    const told = state === "recovering" || state === "stalled" || state === "thinking";
    if (this.how.plain && told)
      this.commit(state === "thinking" ? "thinking" : `${state}: ${this.why}`);
  }
}

export function turnsOf(turns: readonly Turn[]): GeminiContent[] {
  return turns.flatMap(({ question, text }) => [
    { role: "user", parts: [{ text: question }] },
    { role: "model", parts: [{ text: text || "(no answer)" }] },
  ]);
}

// One stream as the feed keeps it: its row, its waterfall, and what is needed at every chunk.
import type { StreamEvent, TerminalEvent } from "../../../core/index.ts";
import type { StreamInfo } from "../../watcher.ts";
import { type Fate, fateOf } from "../fate.ts";
import type { Tally } from "./minutes.ts";
import type { Growth, StreamRow } from "./shape.ts";
import { Waterfall } from "./waterfall.ts";

const NAME_CHARS_MAX = 100;

export class Tracked {
  readonly row: StreamRow;
  readonly waterfall: Waterfall;
  /** Text was shown, so that a break from now on needs mending. */
  hasText = false;
  broke = false;
  /** Where its chunks are counted, and the minute that this is good for. */
  tally: Tally | undefined;
  tallyNo = -1;
  /** Counted in any case; listed as long as there is room. */
  readonly isListed: boolean;
  /** What its watchers have not been told yet. */
  news: "begun" | "changed" | undefined;
  grew = false;
  private tokensBefore = 0;
  private tokensHere = 0;

  constructor(n: number, info: StreamInfo, isListed: boolean) {
    this.isListed = isListed;
    const { id, client, model, door, startedAtMs, takenOver } = info;
    this.row = {
      n,
      id,
      client: client.slice(0, NAME_CHARS_MAX),
      model: model.slice(0, NAME_CHARS_MAX),
      door,
      startedAtMs,
      ...(takenOver && { takenOver: true as const }),
      now: {
        state: "waiting",
        attempts: 0,
        recoveries: 0,
        readers: 0,
        chars: 0,
        tokens: 0,
      },
    };
    this.waterfall = new Waterfall(info.requestId, info.waitedMs);
  }

  /** Everything but the end. */
  take(event: StreamEvent): void {
    const { waterfall } = this;
    const { now } = this.row;
    if (event.type === "chunk") this.chunk(event);
    else if (event.type === "attempt") this.attempt(event);
    else if (event.type === "first") {
      waterfall.first(event);
      if (event.kind !== "text") return;
      this.hasText = true;
      now.ttftMs = Math.round(event.t);
    } else if (event.type === "stall") {
      waterfall.stall(event);
      now.state = "stalled";
    } else if (event.type === "failure") {
      waterfall.failure(event);
      now.cause = event.failure.code;
      if (this.hasText) this.broke = true;
      if (event.verdict !== "stop") now.state = this.hasText ? "recovering" : "retrying";
    } else if (event.type === "splice") {
      waterfall.splice(event);
      now.recoveries++;
    }
  }

  end(end: TerminalEvent): Fate {
    const { now } = this.row;
    now.totalMs = Math.round(end.totalMs);
    if (end.ttftMs !== undefined) now.ttftMs = Math.round(end.ttftMs);
    if (end.usage) now.tokens = end.usage.output + end.usage.thoughts;
    if ("failure" in end && end.failure) now.cause = end.failure.code;
    this.waterfall.end(end);
    return fateOf(end);
  }

  get growth(): Growth {
    const { n, now } = this.row;
    return [n, now.chars, now.tokens, now.lastChunkMs ?? 0];
  }

  private chunk({ t, chunk }: Extract<StreamEvent, { type: "chunk" }>): void {
    const { now } = this.row;
    let chars = 0;
    for (const part of chunk.candidates?.[0]?.content?.parts ?? []) chars += part.text?.length ?? 0;
    const { usageMetadata: usage } = chunk;
    if (usage) {
      this.tokensHere = (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0);
      now.tokens = this.tokensBefore + this.tokensHere;
    }
    now.chars += chars;
    now.lastChunkMs = Math.round(t);
    now.state = this.hasText ? "streaming" : "thinking";
    this.waterfall.chunk(t, chars);
  }

  private attempt(event: Extract<StreamEvent, { type: "attempt" }>): void {
    this.row.now.attempts = event.n;
    this.tokensBefore += this.tokensHere;
    this.tokensHere = 0;
    this.waterfall.attempt(event);
  }
}

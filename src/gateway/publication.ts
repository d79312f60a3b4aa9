// A stream that this process reads from upstream: the core's events become entries of the log, and
// what is kept there goes to the readers. A slow reader never slows it; a slow log does.

import { Stream, type StreamInput } from "../core/engine.ts";
import { isTerminal, type StreamEvent, type TerminalEvent } from "../core/index.ts";
import type { GeminiChunk } from "../wire/index.ts";
import type { Flush, Writer } from "./flush.ts";
import { chunkEntry, type Kept } from "./kept.ts";
import type { StreamInfo, Watcher } from "./watcher.ts";

/** Entries that readers may still want right after they were kept; older ones are in the log. */
const RECENT_CHARS_MAX = 8 * 1024;
/** What may wait for the log before upstream is no longer read. */
/** One read of a body brings few chunks; what is held back longer is written anew. */
const FRESH_MAX = 256;
const UNKEPT_CHARS_MAX = 256 * 1024;

export interface PublicationOptions {
  info: StreamInfo;
  input: StreamInput;
  /** The way to what the chunk tells of, if no other leads there. */
  via?: (() => string | undefined) | undefined;
  /** It goes on elsewhere: what runs upstream is not to be ended. */
  leaving?: (() => void) | undefined;
  flush: Flush;
  watcher: Watcher;
  /** Passes fresh entries to whoever reads this stream. */
  deliver(entries: readonly Kept[]): void;
  /** Another process has the stream, or the log is gone: readers must look elsewhere. */
  onLost(error?: unknown): void;
  onEnd(end: TerminalEvent): void;
  onFailure(event: Extract<StreamEvent, { type: "failure" }>): void;
  now(): number;
}

export class Publication implements Writer {
  readonly id: string;
  readonly info: StreamInfo;
  /** The stream has ended, is lost, or was given up: nothing more comes from here. */
  readonly over: Promise<void>;
  private readonly options: PublicationOptions;
  private readonly stream: Stream;
  /** Chunks that have not been told yet, and the JSON that each came as; nearly always one. */
  private readonly fresh: GeminiChunk[] = [];
  private readonly freshJson: string[] = [];
  private recent: Kept[] = [];
  private recentChars = 0;
  private unkeptChars = 0;
  private room: (() => void) | undefined;
  private gone = false;
  private finish: () => void = () => {};

  constructor(options: PublicationOptions) {
    this.options = options;
    this.info = options.info;
    this.id = options.info.id;
    const keep = (chunk: GeminiChunk, json: string) => {
      if (this.fresh.length >= FRESH_MAX) this.forgetFresh(1);
      this.fresh.push(chunk);
      this.freshJson.push(json);
    };
    this.stream = new Stream({ ...options.input, keep });
    this.over = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  async run(): Promise<void> {
    const { watcher, info } = this.options;
    watcher.begin?.(info);
    for await (const batch of this.stream.events()) {
      if (this.gone) break;
      for (const event of batch) this.tell(event);
      if (this.unkeptChars > UNKEPT_CHARS_MAX) await this.hasRoom();
    }
  }

  /** `signal`: somebody asked for it. `reader`: nobody reads it any more. */
  stop(by: "signal" | "reader"): void {
    this.stream.stop(by);
  }

  /** Entries after a cursor, if they are all at hand. */
  recentAfter(cursor: number): readonly Kept[] | undefined {
    const first = this.recent[0];
    if (!first || first.seq > cursor + 1) return undefined;
    return this.recent.slice(cursor + 1 - first.seq);
  }

  kept(entries: readonly Kept[]): void {
    for (const entry of entries) {
      this.unkeptChars -= entry.json.length;
      this.recent.push(entry);
      this.recentChars += entry.json.length;
    }
    // Trimmed to half, so that it is not done at every event.
    if (this.recentChars > RECENT_CHARS_MAX) this.trim(RECENT_CHARS_MAX / 2);
    this.room?.();
    this.options.deliver(entries);
    const last = entries.at(-1);
    const end = last?.end && (last.event as TerminalEvent);
    // Whoever comes later reads the JSON; the parsed event would only take room.
    for (const entry of entries) entry.event = undefined;
    if (end) this.leave(() => this.options.onEnd(end));
  }

  lost(): void {
    this.options.leaving?.();
    this.leave(() => this.options.onLost());
  }

  unkept(error: unknown): void {
    this.options.leaving?.();
    this.leave(() => this.options.onLost(error));
  }

  private trim(charsMax: number): void {
    let drop = 0;
    while (this.recentChars > charsMax && drop < this.recent.length - 1) {
      this.recentChars -= (this.recent[drop] as Kept).json.length;
      drop += 1;
    }
    this.recent = this.recent.slice(drop);
  }

  private leave(tell: () => void): void {
    if (this.gone) return;
    this.gone = true;
    this.room?.();
    tell();
    this.stream.stop("reader");
    this.finish();
  }

  private tell(event: StreamEvent): void {
    const { watcher, info, flush, now, onFailure } = this.options;
    const isEnd = isTerminal(event);
    watcher.event?.(info, event);
    if (event.type === "failure") onFailure(event);
    const json = event.type === "chunk" ? this.chunkJson(event) : JSON.stringify(event);
    this.unkeptChars += json.length;
    const entry: Kept = { seq: event.seq, type: event.type, json, event };
    if (isEnd) entry.end = { state: event.type, atMs: now() };
    flush.add(this, entry);
    if (isEnd) watcher.end?.(info, event);
  }

  private chunkJson(event: Extract<StreamEvent, { type: "chunk" }>): string {
    const at = this.fresh.indexOf(event.chunk);
    const raw = at < 0 ? undefined : this.freshJson[at];
    if (at >= 0) this.forgetFresh(at + 1);
    // An entry is one line; Gemini's own chunks are, those of array mode are not.
    // Written anew it might be nested too deeply; line ends stand only between the tokens of JSON.
    const json = raw?.replace(/[\r\n]+/g, " ") ?? JSON.stringify(event.chunk);
    // Chunks that name what they tell of: its beginning and its end.
    return chunkEntry(event, json, event.chunk.responseId && this.options.via?.());
  }

  private forgetFresh(count: number): void {
    this.fresh.splice(0, count);
    this.freshJson.splice(0, count);
  }

  private hasRoom(): Promise<void> {
    return new Promise((resolve) => {
      this.room = () => {
        if (this.unkeptChars > UNKEPT_CHARS_MAX && !this.gone) return;
        this.room = undefined;
        resolve();
      };
    });
  }
}

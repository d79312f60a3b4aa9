// What one stream went through, to be drawn: attempts, chunks, silences, seams and readers, each list
// bounded, so that no stream can take more than its share of memory.
import type { StreamEvent, TerminalEvent } from "../../../core/index.ts";
import type { AttemptBar, StreamDetail, StreamEnd, StreamRow } from "./shape.ts";
import { TickSlots } from "./ticks.ts";

const ATTEMPTS_MAX = 32;
const STALLS_MAX = 64;
const SPLICES_MAX = 32;
const READERS_MAX = 64;
const MESSAGE_CHARS_MAX = 300;

type Of<T extends StreamEvent["type"]> = Extract<StreamEvent, { type: T }>;

export class Waterfall {
  private readonly requestId: string;
  private readonly waitedMs: number | undefined;
  private readonly ticks = new TickSlots();
  private readonly firsts: StreamDetail["firsts"] = {};
  private readonly attempts: AttemptBar[] = [];
  private readonly stalls: StreamDetail["stalls"] = [];
  private readonly splices: StreamDetail["splices"] = [];
  private readonly readers: StreamDetail["readers"] = [];
  private readonly omitted = { attempts: 0, stalls: 0, splices: 0, readers: 0 };
  private last: AttemptBar | undefined;
  private silence: StreamDetail["stalls"][number] | undefined;
  private ending: StreamEnd | undefined;

  constructor(requestId: string, waitedMs?: number) {
    this.requestId = requestId;
    this.waitedMs = waitedMs;
  }

  chunk(t: number, chars: number): void {
    this.ticks.add(t, chars);
    const { last } = this;
    if (last) {
      last.firstChunkMs ??= t;
      last.chunks++;
    }
    if (this.silence) this.wake(t);
  }

  attempt({ t, n, reason, how }: Of<"attempt">): void {
    this.close(t);
    this.last = { n, reason, how, startMs: t, chunks: 0 };
    this.keep("attempts", this.last, ATTEMPTS_MAX);
  }

  first({ t, kind }: Of<"first">): void {
    this.firsts[kind] = t;
  }

  stall({ t, silentMs, thresholdMs }: Of<"stall">): void {
    this.silence = { t, silentMs, thresholdMs };
    this.keep("stalls", this.silence, STALLS_MAX);
  }

  failure({ t, failure, verdict, delayMs, delaySource, notResumed }: Of<"failure">): void {
    const { code, next, httpStatus } = failure;
    const { last } = this;
    this.close(t);
    if (!last) return;
    last.failure = {
      code,
      message: failure.message.slice(0, MESSAGE_CHARS_MAX),
      next,
      verdict,
      ...(httpStatus !== undefined && { httpStatus }),
      ...(delayMs !== undefined && { delayMs }),
      ...(delaySource && { delaySource }),
      ...(notResumed && { notResumed }),
    };
  }

  splice({ seq: _, type: __, ...splice }: Of<"splice">): void {
    this.keep("splices", splice, SPLICES_MAX);
  }

  reader(t: number, what: "came" | "left", after: number): void {
    this.keep("readers", { t, what, after }, READERS_MAX);
  }

  end(end: TerminalEvent): void {
    const { t, type, text, finishReason, usage, responseId, modelVersion, notResumed } = end;
    this.close(t);
    this.ending = {
      t,
      outcome: type,
      chars: text.length,
      ...(finishReason && { finishReason }),
      ...(usage && { usage }),
      ...(responseId && { responseId }),
      ...(modelVersion && { modelVersion }),
      ...(notResumed && { notResumed }),
    };
  }

  /** It goes on elsewhere. */
  close(t: number): void {
    if (this.last) this.last.endMs ??= t;
    this.wake(t);
  }

  detail(row: StreamRow): StreamDetail {
    const { requestId, waitedMs, firsts, attempts, stalls, splices, readers, omitted } = this;
    return {
      row,
      requestId,
      ...(waitedMs !== undefined && { waitedMs }),
      firsts,
      attempts,
      ticks: this.ticks.shown,
      stalls,
      splices,
      readers,
      omitted,
      ...(this.ending && { end: this.ending }),
    };
  }

  private wake(t: number): void {
    if (this.silence) this.silence.endMs = t;
    this.silence = undefined;
  }

  /** The first ones tell most; of the rest there is a count. */
  private keep<K extends keyof StreamDetail["omitted"]>(
    list: K,
    one: StreamDetail[K][number],
    max: number,
  ): void {
    const kept = this[list] as (typeof one)[];
    if (kept.length < max) kept.push(one);
    else this.omitted[list]++;
  }
}

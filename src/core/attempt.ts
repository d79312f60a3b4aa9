// One upstream call: chunks, then a clean end or a failure. It knows nothing of other attempts.
// Every wait can be cut short, by its clocks or by `close`, even if the transport ignores both.
import { type Frame, type GeminiChunk, SseDecode } from "../wire/index.ts";
import type { Clock } from "./clock.ts";
import type { FailureCode } from "./failure-table.ts";
import type { Clocks } from "./models.ts";
import type { Problem } from "./problem.ts";
import { Seen } from "./seen.ts";
import { Watchdog } from "./watchdog.ts";

const ERROR_BODY_BYTES_MAX = 256 * 1024;

type Read = ReadableStreamReadResult<Uint8Array>;

export interface Upstream {
  url: string;
  headers: Record<string, string>;
  body: string | null;
  method?: "GET";
  /** Another API's attempt, with its own events and endings. */
  begin?(base: typeof Attempt, options: AttemptOptions): Attempt;
}

export interface AttemptOptions {
  clock: Clock;
  fetch: typeof globalThis.fetch;
  clocks: Clocks;
  deadlineAt: number;
  eventBytesMax: number;
  keep?: ((chunk: GeminiChunk, json: string) => void) | undefined;
}

export type Step =
  | { type: "chunks"; chunks: GeminiChunk[] }
  | { type: "stall"; silentMs: number; thresholdMs: number }
  | { type: "end"; problem: Problem | undefined };

export class Attempt {
  readonly seen = new Seen();
  httpStatus: number | undefined;
  protected readonly options: AttemptOptions;
  private readonly upstream: Upstream;
  private readonly controller = new AbortController();
  private readonly watchdog: Watchdog;
  private readonly decoder: SseDecode;
  private reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  private pending: Promise<Read> | undefined;
  /** Set when a wait must end now, and what ends it. */
  private cut: Problem | undefined;
  private stall: Step | undefined;
  private wake: (() => void) | undefined;
  private resolveRead: ((read: Read | undefined) => void) | undefined;
  private rejectRead: ((error: unknown) => void) | undefined;
  private ended = false;
  private bodyEnded = false;

  constructor(upstream: Upstream, options: AttemptOptions) {
    this.upstream = upstream;
    this.options = options;
    this.decoder = new SseDecode(options.eventBytesMax);
    this.watchdog = new Watchdog(options.clock, options.clocks, options.deadlineAt, {
      expired: (code, silentMs) => this.expire(code, silentMs),
      stalled: (silentMs, thresholdMs) => {
        this.stall = { type: "stall", silentMs, thresholdMs };
        this.wake?.();
      },
    });
  }

  /** Close the upstream connection now. The wait in progress, if any, ends. */
  close(reason: Problem = { code: "abort_by_client" }): void {
    if (this.ended) return;
    this.cut ??= reason;
    this.watchdog.close();
    this.controller.abort();
    this.reader?.cancel().catch(() => {});
    this.wake?.();
  }

  /** The next thing that happens. After `end` there is nothing more. */
  async next(): Promise<Step> {
    try {
      if (!this.reader) {
        const refused = await this.open();
        if (refused) return this.end(refused);
      }
      for (;;) {
        const step = this.read(await this.take());
        if (step) return step;
      }
    } catch (error) {
      return this.end(this.cut ?? { thrown: error });
    }
  }

  private async open(): Promise<Problem | undefined> {
    const { url, headers, body, method = "POST" } = this.upstream;
    const { signal } = this.controller;
    const init: RequestInit = { method, headers, body, signal, redirect: "manual" };
    const answer = this.options.fetch(url, init);
    const response = await this.waitFor(answer);
    if (response === undefined) {
      // The transport did not listen to the signal; whatever it brings later is thrown away.
      answer.then((late) => late.body?.cancel()).catch(() => {});
      return this.cut ?? { code: "unknown" };
    }
    this.watchdog.headers();
    this.httpStatus = response.status;
    if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
      response.body?.cancel().catch(() => {});
      return { code: "redirect_refused", httpStatus: response.status };
    }
    this.reader = (response.body ?? new Blob([]).stream()).getReader();
    if (response.ok && !/\bhtml\b/.test(response.headers.get("content-type") ?? "")) return;
    const text = await this.readText();
    if (this.cut) return this.cut;
    const { status, headers: sent } = response;
    return { response: { status, headers: sent, body: text, url } };
  }

  /** The body of an answer that is no stream, or as much of it as is worth keeping. */
  private async readText(): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    try {
      while (text.length < ERROR_BODY_BYTES_MAX) {
        const result = await this.take();
        if (!result || result.done) break;
        text += decoder.decode(result.value, { stream: true });
      }
    } catch {
      // A body that breaks off still says more than nothing.
    }
    return text;
  }

  private read(result: Read | undefined): Step | undefined {
    if (result === undefined) {
      if (this.cut) return this.end(this.cut);
      const stall = this.stall;
      this.stall = undefined;
      return stall;
    }
    const frames: Frame[] = [];
    if (result.done) this.decoder.end(frames);
    else this.decoder.push(result.value, frames);
    return this.digest(frames, result.done);
  }

  /** Frames of one read → one step. A failure waits until the chunks before it were handed on. */
  private digest(frames: Frame[], done: boolean): Step | undefined {
    const chunks: GeminiChunk[] = [];
    let problem: Problem | undefined;
    for (const frame of frames) {
      problem = this.readFrame(frame, chunks);
      if (problem) break;
    }
    const { progress } = this.seen;
    if (progress.moved) this.watchdog.progress(progress.content);
    progress.moved = false;
    if (!problem && this.decoder.problem) problem = { code: this.decoder.problem };
    if (problem) this.cut ??= problem;
    this.bodyEnded = done;
    if (chunks.length > 0) return { type: "chunks", chunks };
    if (this.cut) return this.end(this.cut);
    return done ? this.end(undefined) : undefined;
  }

  private readFrame(frame: Frame, chunks: GeminiChunk[]): Problem | undefined {
    if (frame.kind === "junk") return this.junk(frame.data);
    if (frame.data === "[DONE]") return undefined;
    let value: unknown;
    try {
      value = JSON.parse(frame.data);
    } catch {
      const lines = frame.data.split("\n");
      if (lines.length > 1) return this.readLines(frame, lines, chunks);
      return { code: frame.whole ? "frame_malformed" : "truncated_stream" };
    }
    if (Array.isArray(value)) {
      for (const one of value) {
        const problem = this.readValue(one, frame, chunks);
        if (problem) return problem;
      }
      return undefined;
    }
    this.options.keep?.(value as GeminiChunk, frame.data);
    return this.readValue(value, frame, chunks);
  }

  /** Several lines of data may hold one object each. */
  private readLines(frame: Frame, lines: string[], chunks: GeminiChunk[]): Problem | undefined {
    for (const data of lines) {
      const problem = this.readFrame({ ...frame, data }, chunks);
      if (problem) return problem;
    }
    return undefined;
  }

  protected readValue(value: unknown, frame: Frame, chunks: GeminiChunk[]): Problem | undefined {
    if (typeof value !== "object" || value === null) return { code: "frame_malformed" };
    const chunk = value as GeminiChunk;
    if (chunk.error !== undefined || frame.event === "error") {
      return { body: chunk, httpStatus: this.httpStatus };
    }
    this.seen.add(chunk);
    chunks.push(chunk);
    return undefined;
  }

  private junk(body: string): Problem {
    if (this.seen.chunks > 0 || !/^\s*</.test(body)) return { code: "frame_malformed" };
    return { response: { status: this.httpStatus ?? 200, headers: {}, body } };
  }

  /** One read of the body; `undefined` when something else ended the wait. */
  private take(): Promise<Read | undefined> {
    if (this.cut) return Promise.resolve(undefined);
    if (this.bodyEnded) return Promise.resolve({ done: true, value: undefined });
    const { reader } = this;
    // A read that a stall looked past goes on; it is not begun twice.
    if (!this.pending) {
      this.pending = (reader as ReadableStreamDefaultReader<Uint8Array>).read();
      this.pending.then(this.arrived, this.broke);
    }
    this.watchdog.wait();
    return new Promise(this.waitHere);
  }

  // These four are made once an attempt, not once a read.
  private readonly waitHere = (
    resolve: (read: Read | undefined) => void,
    reject: (error: unknown) => void,
  ) => {
    this.wake = this.wakeRead;
    this.resolveRead = resolve;
    this.rejectRead = reject;
  };

  private readonly wakeRead = () => {
    const resolve = this.resolveRead;
    this.settle();
    resolve?.(undefined);
  };

  private readonly arrived = (read: Read) => {
    const resolve = this.resolveRead;
    if (!this.cut) this.pending = undefined;
    this.settle();
    resolve?.(this.cut ? undefined : read);
  };

  private readonly broke = (error: unknown) => {
    const reject = this.rejectRead;
    this.settle();
    reject?.(error);
  };

  private settle(): void {
    this.wake = undefined;
    this.resolveRead = undefined;
    this.rejectRead = undefined;
    this.watchdog.pause();
  }

  private waitFor<T>(promise: Promise<T>): Promise<T | undefined> {
    this.watchdog.wait();
    return new Promise<T | undefined>((resolve, reject) => {
      this.wake = () => {
        this.settle();
        resolve(undefined);
      };
      promise.then(
        (value) => {
          this.settle();
          resolve(this.cut ? undefined : value);
        },
        (error) => {
          this.settle();
          reject(error);
        },
      );
      if (this.cut) this.wake();
    });
  }

  private expire(code: FailureCode, silentMs: number): void {
    const message = `Nothing new from upstream for ${Math.round(silentMs / 100) / 10} s.`;
    this.close({ code, message });
  }

  protected end(problem: Problem | undefined): Step {
    if (!this.ended) {
      this.watchdog.close();
      if (problem) this.close(problem);
      this.ended = true;
    }
    return { type: "end", problem };
  }
}

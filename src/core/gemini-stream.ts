// A stream as its reader holds it: events, text, or the whole answer. Nothing is sent until it is
// read, and whoever stops reading closes the upstream at once.
import { type Answer, answerOf } from "./answer.ts";
import type { Clock } from "./clock.ts";
import { isTerminal, type StreamEvent, type TerminalEvent } from "./event.ts";
import type { Failure } from "./failure-table.ts";
import type { Pace } from "./pace.ts";
import { Stream } from "./stream.ts";
import { plainFailure, StreamError } from "./stream-error.ts";
import type { StreamInput } from "./stream-input.ts";

/** A stream to read: as events, as text, or as one answer; nothing is sent until then. */
export class GeminiStream implements AsyncIterable<StreamEvent> {
  readonly id: string;
  private readonly stream: Stream;
  private readonly batches: AsyncGenerator<StreamEvent[], void>;
  private readonly pace: Pace;
  private readonly clock: Clock;
  private readonly forget: () => void;
  /** Events read from upstream and not yet by the reader. */
  private queue: StreamEvent[] = [];
  private at = 0;
  private pulling: Promise<void> | undefined;
  private end: TerminalEvent | undefined;
  private readBy: "nobody" | "reader" | "answer" = "nobody";

  constructor(
    input: StreamInput,
    options: { signal?: AbortSignal | undefined; pace?: Pace | undefined },
  ) {
    this.id = input.id;
    this.clock = input.clock;
    this.pace = options.pace ?? "token";
    this.stream = new Stream(input);
    this.batches = this.stream.events();
    const { signal } = options;
    const onAbort = () => this.stream.stop("signal");
    this.forget = () => signal?.removeEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  }

  /** End now: the upstream closes, the text is kept, the outcome is `stopped`. */
  stop(): void {
    this.stream.stop("reader");
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent, undefined> {
    if (this.readBy !== "nobody") throw new TypeError("The stream is being read already.");
    this.readBy = "reader";
    return {
      next: () => this.next(),
      return: async () => {
        this.stop();
        while (!this.end) await this.pull();
        this.queue = [];
        return { done: true, value: undefined };
      },
    };
  }

  /** The answer's text as it comes. Ends normally only if the answer is whole; throws otherwise. */
  text(): AsyncIterable<string> {
    return this.pace === "token" ? this.texts() : this.paced();
  }

  /** The whole answer, once there is one. It does not throw: `outcome` tells how it ended. */
  async answer(): Promise<Answer> {
    await undefined; // whoever starts to read in this very turn is the reader
    if (this.readBy === "nobody") this.readBy = "answer";
    while (!this.end) {
      await this.pull();
      if (this.readBy === "answer") this.queue = [];
    }
    const { delivered, records } = this.stream.life;
    let { parts } = delivered;
    if (parts.some(({ functionCall }) => functionCall?.willContinue))
      parts = (await import("../wire/partial-args.ts")).wholeCalls(parts, this.end.type === "done");
    return answerOf(this.end, parts, records);
  }

  private async *paced(): AsyncGenerator<string> {
    const { paced } = await import("./pace.ts");
    yield* paced(this.texts(), this.pace, this.clock);
  }

  private async *texts(): AsyncGenerator<string> {
    for await (const event of this) {
      if (event.type === "chunk") {
        for (const part of event.chunk.candidates?.[0]?.content?.parts ?? []) {
          if (part.text && !part.thought) yield part.text;
        }
      } else if (isTerminal(event) && event.type !== "done") throw errorOf(event, event.attempts);
    }
  }

  private next(): Promise<IteratorResult<StreamEvent, undefined>> {
    const { queue } = this;
    if (this.at < queue.length) {
      const value = queue[this.at++] as StreamEvent;
      if (this.at === queue.length) {
        this.queue = [];
        this.at = 0;
      }
      return Promise.resolve({ done: false, value });
    }
    if (this.end) return Promise.resolve({ done: true, value: undefined });
    return this.pull().then(this.nextAgain);
  }

  private readonly nextAgain = () => this.next();

  /** One batch more. Reader and `answer()` may both ask; the work is done once. */
  private pull(): Promise<void> {
    this.pulling ??= this.batches.next().then(this.received);
    return this.pulling;
  }

  private readonly received = ({ done, value }: IteratorResult<StreamEvent[], void>) => {
    this.pulling = undefined;
    if (done || !value) return;
    const last = value.at(-1);
    if (last && isTerminal(last)) {
      this.end = last;
      this.forget();
    }
    if (this.queue.length === 0) this.queue = value;
    else for (const event of value) this.queue.push(event);
  };
}

const STOPPED = plainFailure("abort_by_client", "client", "The stream was stopped.");

/** What a reader gets who asked for a whole answer and there is none. */
export function errorOf(end: { failure?: Failure; text: string }, attempts: number): StreamError {
  return new StreamError(end.failure ?? STOPPED, { kept: end.text, attempts });
}

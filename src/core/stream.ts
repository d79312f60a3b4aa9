// START HERE. The life of one stream: attempts, what went wrong with each, what was decided, where
// texts were joined, and exactly one known end. It is pulled by its reader; nothing runs ahead.
import type { GeminiChunk, GeminiRequest, GeminiUsage } from "../wire/index.ts";
import { Attempt, type Upstream } from "./attempt.ts";
import type { RetryBudget } from "./budget.ts";
import { classifyThrown } from "./classify.ts";
import { type Clock, wait } from "./clock.ts";
import { Delivered } from "./delivered.ts";
import type { AttemptRecord, End, How, Splice, StreamEvent, TerminalEvent } from "./event.ts";
import { FAILURES, type Failure, type FailureCode, failure } from "./failure.ts";
import type { Clocks } from "./models.ts";
import { type Checkpoint, Ladder, type NotResumed, type Plan, plan } from "./resume.ts";
import { Seam } from "./seam.ts";
import type { Seen } from "./seen.ts";
import { sumUsage } from "./usage.ts";
import { decide } from "./verdict.ts";

/** Planned hops of a long answer are no failures, but they too end somewhere. */
const HOPS_MAX = 64;

export interface StreamInput {
  id: string;
  model: string;
  request: GeminiRequest;
  /** Dresses a request for the network; looks up the key. */
  dress(request: GeminiRequest): Upstream | Promise<Upstream>;
  clock: Clock;
  fetch: typeof globalThis.fetch;
  clocks: Clocks;
  deadlineMs: number;
  maxAttempts: number;
  resume: "auto" | "off";
  eventBytesMax: number;
  budget: RetryBudget;
  /** Models that were seen to refuse a last `model` turn. */
  noPrefill: Set<string>;
  prefill: boolean;
}

/** What an event adds to its place in the order. */
type Body<T> = T extends StreamEvent ? Omit<T, "seq" | "t"> : never;
type EventBody = Body<StreamEvent>;

const INCOMPLETE: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "max_tokens",
  "end_unverified",
  "finish_unknown",
  "continuation_missing",
]);

export class Stream {
  readonly delivered = new Delivered();
  readonly records: AttemptRecord[] = [];
  private readonly input: StreamInput;
  private readonly ladder: Ladder;
  private readonly halt = new AbortController();
  private stoppedBy: "signal" | "reader" | undefined;
  private attempt: Attempt | undefined;
  private seq = 0;
  private startedAt = 0;
  private readonly usages: (GeminiUsage | undefined)[] = [];
  private readonly splices: Splice[] = [];
  private readonly codes = new Map<FailureCode, number>();
  private readonly firsts = new Set<string>();
  private checkpoint: Checkpoint | undefined;
  private ttftMs: number | undefined;
  private last: Seen | undefined;
  private fruitless = 0;
  private hops = 0;
  private retried = false;
  private recovered = false;
  private notResumed: NotResumed | undefined;
  /** The hand of the last attempt, if its body ended cleanly. */
  private endedBy: Hand | undefined;

  constructor(input: StreamInput) {
    this.input = input;
    this.ladder = new Ladder(input.prefill && !input.noPrefill.has(input.model));
  }

  /** End as `stopped`. The upstream connection closes at once; the text is kept. */
  stop(by: "signal" | "reader"): void {
    this.stoppedBy ??= by;
    this.attempt?.close();
    this.halt.abort();
  }

  /** Events in batches: one a read of the upstream body. */
  async *events(): AsyncGenerator<StreamEvent[], void> {
    this.startedAt = this.input.clock.now();
    const at = this.input.clock.date().toISOString();
    yield [this.note({ type: "open", streamId: this.input.id, model: this.input.model, at })];
    let end: TerminalEvent | undefined;
    try {
      end = yield* this.attempts();
    } catch (error) {
      this.attempt?.close();
      end = this.ended(classifyThrown(error));
    }
    const usage = sumUsage(this.usages);
    if (!usage) return yield [end];
    const { seq, t } = end;
    yield [
      { type: "usage", final: true, ...usage, seq, t },
      { ...end, seq: this.seq++ },
    ];
  }

  private async *attempts(): AsyncGenerator<StreamEvent[], TerminalEvent> {
    const { input } = this;
    let reason: AttemptRecord["reason"] = "first";
    let how: How = "fresh";
    let splice: { cause: string; waitMs: number } | undefined;
    input.budget.earn();
    for (;;) {
      if (this.stoppedBy) return this.stopped();
      const record = this.begin(reason, how);
      yield [this.note({ type: "attempt", n: record.n, reason, how })];
      const textBefore = this.delivered.text.length;
      const problem: Failure | "hop" | undefined = yield* this.play(
        record,
        plan(how, input.request, this.delivered, this.checkpoint),
        splice,
      );
      record.endMs = this.elapsed();
      if (this.stoppedBy) return this.stopped();
      if (!problem) return this.ended(undefined);
      if (problem === "hop") {
        [reason, how, splice] = ["resume", "token", undefined];
        continue;
      }
      this.fruitless = this.delivered.text.length > textBefore ? 1 : this.fruitless + 1;
      const decision = this.decide(problem, how);
      record.failure = problem;
      record.verdict = decision.verdict;
      const event = { type: "failure", attempt: record.n, failure: problem } as const;
      if (decision.verdict === "stop") {
        this.notResumed = decision.notResumed;
        // How the answer ended is part of it when no other attempt will end it otherwise.
        if (this.endedBy) yield this.give(this.endedBy.held.splice(0), this.endedBy);
        yield [this.note({ ...event, ...decision })];
        return this.ended(problem);
      }
      const { verdict, delayMs, delaySource } = decision;
      record.delayMs = delayMs;
      yield [this.note({ ...event, verdict, delayMs, delaySource })];
      await wait(input.clock, delayMs, this.halt.signal);
      this.retried ||= verdict === "retry";
      this.recovered ||= verdict === "resume";
      [reason, how, splice] = [verdict, decision.how, { cause: problem.code, waitMs: delayMs }];
    }
  }

  private begin(reason: AttemptRecord["reason"], how: How): AttemptRecord {
    const n = this.records.length + 1;
    const record = { n, reason, how, startMs: this.elapsed(), chunks: 0 };
    this.records.push(record);
    return record;
  }

  /** One attempt, from sending to its end. Returns what went wrong, or that the answer goes on. */
  private async *play(
    record: AttemptRecord,
    planned: Plan,
    splice: { cause: string; waitMs: number } | undefined,
  ): AsyncGenerator<StreamEvent[], Failure | "hop" | undefined> {
    this.endedBy = undefined;
    const attempt = await this.open(planned.request);
    if (!(attempt instanceof Attempt)) return attempt;
    const { seen } = attempt;
    this.last = seen;
    const fresh = planned.how === "fresh";
    const needsSeam = !fresh || this.delivered.thoughts;
    const seam = needsSeam ? new Seam(planned.joiner, this.delivered.thoughts) : undefined;
    const hand = new Hand(
      splice && !fresh ? { ...splice, attempt: record.n, how: planned.how } : undefined,
    );
    let problem: Failure | undefined;
    while (!problem) {
      const step = await attempt.next();
      if (step.type === "stall") {
        const { silentMs, thresholdMs } = step;
        yield [this.note({ type: "stall", silentMs: Math.round(silentMs), thresholdMs })];
        continue;
      }
      record.httpStatus = attempt.httpStatus as number;
      if (step.type === "end" && step.failure) problem = step.failure;
      else {
        const ended = step.type === "end";
        const chunks = ended ? [] : step.chunks;
        if (!ended) record.firstByteMs ??= this.elapsed();
        const events = this.accept(attempt, seam, hand, chunks, ended, planned.how);
        if (!Array.isArray(events)) problem = events;
        else if (events.length > 0) yield events;
        if (ended) break;
      }
    }
    attempt.close();
    record.chunks = seen.chunks;
    if (seen.responseId) record.responseId = seen.responseId;
    this.usages.push(seen.usage);
    if (problem) return problem;
    if (seen.finish === "CONTINUATION" && seen.token && this.hops++ < HOPS_MAX) {
      yield this.give(hand.held.splice(0), hand);
      return "hop";
    }
    problem = seen.ending(planned.how !== "fresh");
    this.endedBy = hand;
    if (!problem) yield this.give(hand.held.splice(0), hand);
    return problem;
  }

  private async open(request: GeminiRequest): Promise<Attempt | Failure> {
    const { input } = this;
    try {
      const upstream = await input.dress(request);
      const attempt = new Attempt(upstream, {
        clock: input.clock,
        fetch: input.fetch,
        clocks: input.clocks,
        deadlineAt: this.startedAt + input.deadlineMs,
        eventBytesMax: input.eventBytesMax,
      });
      this.attempt = attempt;
      if (this.stoppedBy) attempt.close();
      return attempt;
    } catch (error) {
      return classifyThrown(error);
    }
  }

  /** Chunks of one read → events for the reader, or the failure to join them. */
  private accept(
    attempt: Attempt,
    seam: Seam | undefined,
    hand: Hand,
    chunks: GeminiChunk[],
    ended: boolean,
    how: How,
  ): StreamEvent[] | Failure {
    if (!seam) return this.give(hand.sort(chunks), hand);
    // Nothing more to say after the delivered text: it was whole. There is nothing to join.
    const silent = ended && !attempt.seen.content && attempt.seen.finish === "STOP";
    if (silent && how === "prefill") return this.give(seam.release(), hand);
    // What could not be joined in time is not pasted for an attempt that failed itself.
    if (ended && attempt.seen.ending(true)) return [];
    const result = seam.accept(chunks, ended);
    if (result.type === "hold") return [];
    if (result.type === "diverged") return failure("resume_diverged");
    if (result.joined && hand.splice) Object.assign(hand.splice, result.joined);
    return this.give(hand.sort(result.chunks), hand);
  }

  private give(chunks: GeminiChunk[], hand: Hand): StreamEvent[] {
    const events: StreamEvent[] = [];
    const n = this.records.length;
    const t = this.elapsed();
    for (const chunk of chunks) {
      const before = this.delivered.text.length;
      const thoughts = this.delivered.thoughts;
      this.delivered.add(chunk);
      const grew = this.delivered.text.length > before;
      if (grew && hand.splice) events.push(this.splice(hand, before));
      if (this.firsts.size < 3) {
        this.first("byte", true, events);
        this.first("thought", !thoughts && this.delivered.thoughts, events);
        this.first("text", grew, events);
      }
      const token = chunk.candidates?.[0]?.continuationToken;
      if (token) this.checkpoint = { token, offset: this.delivered.text.length };
      events.push({ seq: this.seq++, t, type: "chunk", attempt: n, chunk });
    }
    return events;
  }

  private first(kind: "byte" | "thought" | "text", happened: boolean, events: StreamEvent[]): void {
    if (!happened || this.firsts.has(kind)) return;
    this.firsts.add(kind);
    if (kind === "text") this.ttftMs = this.elapsed();
    events.push(this.note({ type: "first", kind }));
  }

  private splice(hand: Hand, at: number): StreamEvent {
    const { dropped = 0, confidence = "none", ...rest } = hand.splice as PendingSplice;
    hand.splice = undefined;
    const splice: Splice = { ...rest, at, kept: at, dropped, confidence };
    this.splices.push(splice);
    return this.note({ type: "splice", ...splice });
  }

  private decide(problem: Failure, how: How) {
    const { input, delivered } = this;
    const { code } = problem;
    const sameCode = (this.codes.get(code) ?? 0) + 1;
    this.codes.set(code, sameCode);
    if (code === "model_turn_refused") input.noPrefill.add(input.model);
    if (how !== "fresh" && (code === "model_turn_refused" || code === "resume_diverged")) {
      this.ladder.refuse(how, code);
    }
    return decide({
      failure: problem,
      shown: delivered.shown,
      how,
      way: this.ladder.next(input.request, delivered, this.checkpoint),
      attempts: this.records.length - this.hops,
      sameCode,
      fruitless: this.fruitless,
      maxAttempts: input.maxAttempts,
      leftMs: input.deadlineMs - this.elapsed(),
      resume: input.resume,
      mayRetry: () => input.budget.spend(),
      random: input.clock.random,
    });
  }

  private stopped(): TerminalEvent {
    const by = this.stoppedBy as "signal" | "reader";
    return this.note({ type: "stopped", by, ...this.end() }) as TerminalEvent;
  }

  private ended(problem: Failure | undefined): TerminalEvent {
    const end = this.end();
    if (!problem) return this.note({ type: "done", ...end }) as TerminalEvent;
    const blocked = FAILURES[problem.code].kind === "blocked";
    const type = INCOMPLETE.has(problem.code) ? "incomplete" : blocked ? "blocked" : "failed";
    return this.note({ type, failure: problem, ...end }) as TerminalEvent;
  }

  private end(): End {
    const usage = sumUsage(this.usages);
    const { finish, responseId, modelVersion } = this.last ?? {};
    return {
      text: this.delivered.text,
      ...(finish && { finishReason: finish }),
      ...(usage && { usage }),
      attempts: this.records.length,
      retried: this.retried,
      recovered: this.recovered,
      splices: this.splices,
      ...(responseId && { responseId }),
      ...(modelVersion && { modelVersion }),
      ...(this.notResumed && { notResumed: this.notResumed }),
      ...(this.ttftMs !== undefined && { ttftMs: this.ttftMs }),
      totalMs: this.elapsed(),
    };
  }

  private elapsed(): number {
    return Math.round((this.input.clock.now() - this.startedAt) * 10) / 10;
  }

  private note(body: EventBody): StreamEvent {
    return { seq: this.seq++, t: this.elapsed(), ...body } as StreamEvent;
  }
}

type PendingSplice = Pick<Splice, "attempt" | "how" | "cause" | "waitMs"> &
  Partial<Pick<Splice, "confidence" | "dropped">>;

/** What one attempt has in hand for the reader but has not given yet. */
class Hand {
  /** Told right before the first new text: without new text there is no seam. */
  splice: PendingSplice | undefined;
  /** Chunks that only say how the answer ended. Another attempt may end it otherwise. */
  readonly held: GeminiChunk[] = [];

  constructor(splice: PendingSplice | undefined) {
    this.splice = splice;
  }

  sort(chunks: GeminiChunk[]): GeminiChunk[] {
    const last = chunks.at(-1);
    if (this.held.length === 0 && (!last || !onlyEnds(last))) return chunks;
    const ready: GeminiChunk[] = [];
    for (const chunk of chunks) {
      this.held.push(chunk);
      if (!onlyEnds(chunk)) ready.push(...this.held.splice(0));
    }
    return ready;
  }
}

function onlyEnds(chunk: GeminiChunk): boolean {
  const candidates = chunk.candidates ?? [];
  if (candidates.length === 0) return chunk.promptFeedback?.blockReason !== undefined;
  return candidates.every(
    (one) =>
      one.finishReason &&
      (one.content?.parts ?? []).every((part) => part.text === "" && !part.functionCall),
  );
}

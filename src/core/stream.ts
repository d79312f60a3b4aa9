// START HERE. The life of one stream: attempts, what went wrong with each, what was decided, where
// texts were joined, and exactly one known end. It is pulled by its reader; nothing runs ahead.
import type { GeminiChunk, GeminiRequest } from "../wire/index.ts";
import { Attempt, type Step } from "./attempt.ts";
import { wait } from "./clock.ts";
import type { AttemptRecord, End, How, Splice, StreamEvent, TerminalEvent } from "./event.ts";
import type { Failure, FailureCode } from "./failure-table.ts";
import { Hand, type PendingSplice } from "./hand.ts";
import { Life } from "./life.ts";
import type { Problem } from "./problem.ts";
import type { Recovery } from "./recovery.ts";
import type { NotResumed } from "./resume.ts";
import type { Seam } from "./seam.ts";
import type { Seen } from "./seen.ts";
import { plainFailure } from "./stream-error.ts";
import type { StreamInput } from "./stream-input.ts";
import { sumUsage } from "./usage.ts";

/** Planned hops of a long answer are no failures, but they too end somewhere. */
const HOPS_MAX = 64;

/** Failures that leave an answer cut, yet not broken. */
const INCOMPLETE: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "max_tokens",
  "end_unverified",
  "finish_unknown",
  "continuation_missing",
]);

/** What an event adds to its place in the order. */
type Body<T> = T extends StreamEvent ? Omit<T, "seq" | "t"> : never;

/** The next attempt, and why it is made. */
interface Turn {
  reason: AttemptRecord["reason"];
  how: How;
  after?: { cause: string; waitMs: number };
}

/** An attempt under way. */
interface Play {
  record: AttemptRecord;
  how: How;
  hand: Hand;
  attempt?: Attempt;
  seam?: Seam | undefined;
  textBefore: number;
  over: boolean;
  problem?: Problem | "hop" | undefined;
}

/** An attempt that did not bring the answer. */
interface Failed {
  record: AttemptRecord;
  problem: Problem;
  textBefore?: number;
}

const NOTHING: StreamEvent[] = [];

/** The engine of one stream: attempts, waits and splices, told as events. */
export class Stream {
  readonly life: Life;
  private readonly input: StreamInput;
  private readonly halt = new AbortController();
  private stoppedBy: "signal" | "reader" | undefined;
  private attempt: Attempt | undefined;
  private recovery: Recovery | undefined;
  private last: Seen | undefined;
  /** The hand of the last attempt, if its body ended cleanly. */
  private endedBy: Hand | undefined;
  private startedAt = 0;
  private notResumed: NotResumed | undefined;

  constructor(input: StreamInput) {
    this.input = input;
    this.life = input.life ?? new Life();
  }

  /** End as `stopped`. The upstream connection closes at once; the text is kept. */
  stop(by: "signal" | "reader"): void {
    this.stoppedBy ??= by;
    this.attempt?.close();
    this.halt.abort();
  }

  /** Events in batches: one a read of the upstream body. */
  async *events(): AsyncGenerator<StreamEvent[], void> {
    const { clock, id, model, budget } = this.input;
    const { life } = this;
    this.startedAt = clock.now() - life.ageMs;
    if (life.seq === 0)
      yield [this.note({ type: "open", streamId: id, model, at: clock.date().toISOString() })];
    let end: TerminalEvent | undefined;
    let turn: Turn = { reason: "first", how: "fresh" };
    try {
      budget.earn();
      // Fetched while the first answer is on its way, in case it is needed.
      import("./recovery.ts").catch(() => {});
      // Whoever began it is gone, and its last attempt with it.
      const record = life.records.at(-1);
      let failed: Failed | undefined = record && { record, problem: { code: "owner_gone" } };
      while (!this.stoppedBy && !end) {
        if (failed) {
          const next: Turn | TerminalEvent = yield* this.decide(failed);
          if ("type" in next) end = next;
          else turn = next;
          failed = undefined;
          continue;
        }
        const play = this.begin(turn);
        const { n, reason, how } = play.record;
        yield [this.note({ type: "attempt", n, reason, how })];
        await this.open(play);
        while (play.attempt && !play.over) {
          const events = this.digest(await play.attempt.next(), play);
          if (events.length > 0) yield events;
        }
        play.record.endMs = this.elapsed();
        if (this.stoppedBy) break;
        if (!play.problem) end = this.ended(undefined);
        else if (play.problem === "hop") turn = { reason: "resume", how: "token" };
        else failed = play as Failed;
      }
    } catch (error) {
      this.attempt?.close();
      end = this.ended(await this.name({ thrown: error }));
    }
    if (!end) this.input.ways?.stopped();
    yield this.closing(end ?? this.stopped());
  }

  /** The terminal event, with the usage before it where there is some. */
  private closing(end: TerminalEvent): StreamEvent[] {
    const usage = sumUsage(this.life.usages);
    if (!usage) return [end];
    const { seq, t } = end;
    return [
      { seq, t, type: "usage", final: true, ...usage },
      { ...end, seq: this.life.seq++ },
    ];
  }

  private begin({ reason, how, after }: Turn): Play {
    const record = {
      n: this.life.records.length + 1,
      reason,
      how,
      startMs: this.elapsed(),
      chunks: 0,
    };
    this.life.records.push(record);
    const splice = after && how !== "fresh" ? { ...after, attempt: record.n, how } : undefined;
    const textBefore = this.life.delivered.text.length;
    return { record, how, hand: new Hand(splice), textBefore, over: false };
  }

  private async open(play: Play): Promise<void> {
    const { input } = this;
    this.endedBy = undefined;
    try {
      const { request, seam } = await this.plan(play.how);
      const upstream = await input.dress(request);
      const deadlineAt = this.startedAt + input.deadlineMs;
      const options = { ...input, deadlineAt };
      const attempt = upstream.begin?.(Attempt, options) ?? new Attempt(upstream, options);
      Object.assign(play, { attempt, seam });
      this.attempt = attempt;
      this.last = attempt.seen;
      if (this.stoppedBy) attempt.close();
    } catch (error) {
      play.problem = { thrown: error };
    }
  }

  /** What the attempt's next step means: events for the reader, and perhaps its end. */
  private digest(step: Step, play: Play): StreamEvent[] {
    const { hand } = play;
    const attempt = play.attempt as Attempt;
    if (step.type === "stall") {
      const { silentMs, thresholdMs } = step;
      return [this.note({ type: "stall", silentMs: Math.round(silentMs), thresholdMs })];
    }
    if (step.type === "chunks") {
      play.record.firstByteMs ??= this.elapsed();
      const events = this.accept(play, step.chunks, false);
      if (Array.isArray(events)) return events;
      return this.close(play, events);
    }
    const events = step.problem ?? this.accept(play, [], true);
    if (!Array.isArray(events)) return this.close(play, events);
    const { seen } = attempt;
    this.close(play, undefined);
    if (seen.finish === "CONTINUATION" && seen.token && this.life.hops++ < HOPS_MAX)
      play.problem = "hop";
    else {
      play.problem = seen.ending(play.how !== "fresh");
      this.endedBy = hand;
    }
    const sure = !play.problem || play.problem === "hop";
    return sure ? [...events, ...this.give(hand.rest(), hand)] : events;
  }

  private close(play: Play, problem: Problem | undefined): StreamEvent[] {
    const { record, attempt } = play;
    play.over = true;
    play.problem = problem;
    if (!attempt) return NOTHING;
    attempt.close();
    record.chunks = attempt.seen.chunks;
    if (attempt.httpStatus !== undefined) record.httpStatus = attempt.httpStatus;
    if (attempt.seen.responseId) record.responseId = attempt.seen.responseId;
    this.life.usages.push(attempt.seen.usage);
    return NOTHING;
  }

  /** After a failed attempt: the next one, once its time has come, or the end. */
  private async *decide({
    problem,
    record,
    textBefore = 0,
  }: Failed): AsyncGenerator<StreamEvent[], Turn | TerminalEvent> {
    const failure = await this.name(problem);
    const decision = this.recovery?.decide(failure, {
      how: record.how,
      grew: this.life.delivered.text.length > textBefore,
      attempts: this.life.records.length - this.life.hops,
      leftMs: this.input.deadlineMs - this.elapsed(),
      checkpoint: this.life.checkpoint,
    }) ?? { verdict: "stop" as const, notResumed: "not_transient" as const };
    const { verdict } = decision;
    Object.assign(record, { failure, verdict });
    const event = { type: "failure", attempt: record.n, failure } as const;
    if (verdict === "stop") {
      this.notResumed = decision.notResumed;
      // How the answer ended is part of it when no other attempt will end it otherwise.
      if (this.endedBy) yield this.give(this.endedBy.rest(), this.endedBy);
      yield [this.note({ ...event, ...decision })];
      return this.ended(failure);
    }
    const { delayMs, delaySource, how } = decision;
    record.delayMs = delayMs;
    yield [this.note({ ...event, verdict, delayMs, delaySource })];
    await wait(this.input.clock, delayMs, this.halt.signal);
    if (verdict === "retry") this.life.retried = true;
    else this.life.recovered = true;
    return { reason: verdict, how, after: { cause: failure.code, waitMs: delayMs } };
  }

  private async plan(how: How): Promise<{ request: GeminiRequest; seam?: Seam | undefined }> {
    if (how === "fresh" && !this.life.delivered.thoughts) return { request: this.input.request };
    return (await this.recover()).plan(how, this.life.checkpoint);
  }

  /** Chunks of one read → events for the reader, or the failure to join them. */
  private accept(play: Play, chunks: GeminiChunk[], ended: boolean): StreamEvent[] | Problem {
    const { seam, hand } = play;
    if (!seam) return chunks.length === 0 ? NOTHING : this.give(hand.sort(chunks), hand);
    const { seen } = play.attempt as Attempt;
    // Nothing more to say after the delivered text: it was whole. There is nothing to join.
    const silent = ended && !seen.content && seen.finish === "STOP";
    if (silent && play.how === "prefill") return this.give(seam.release(), hand);
    // What could not be joined in time is not pasted for an attempt that failed itself.
    if (ended && seen.ending(true)) return [];
    const result = seam.accept(chunks, ended);
    if (result.type === "hold") return [];
    if (result.type === "diverged") return { code: "resume_diverged" };
    if (result.joined && hand.splice) Object.assign(hand.splice, result.joined);
    return this.give(hand.sort(result.chunks), hand);
  }

  private give(chunks: GeminiChunk[], hand: Hand): StreamEvent[] {
    const events: StreamEvent[] = [];
    const { life } = this;
    const { delivered, firsts } = life;
    const attempt = life.records.length;
    const t = this.elapsed();
    for (const chunk of chunks) {
      const before = delivered.text.length;
      const thoughts = delivered.thoughts;
      delivered.add(chunk);
      const grew = delivered.text.length > before;
      if (grew && hand.splice) events.push(this.splice(hand, before));
      if (firsts.size === 0) this.first("byte", events);
      if (!thoughts && delivered.thoughts) this.first("thought", events);
      if (grew && before === 0) this.first("text", events);
      const token = chunk.candidates?.[0]?.continuationToken;
      if (token) life.checkpoint = { token, offset: delivered.text.length };
      events.push({ seq: life.seq++, t, type: "chunk", attempt, chunk });
    }
    return events;
  }

  private first(kind: "byte" | "thought" | "text", events: StreamEvent[]): void {
    if (this.life.firsts.has(kind)) return;
    this.life.firsts.add(kind);
    if (kind === "text") this.life.ttftMs = this.elapsed();
    events.push(this.note({ type: "first", kind }));
  }

  private splice(hand: Hand, at: number): StreamEvent {
    const { dropped = 0, confidence = "none", ...rest } = hand.splice as PendingSplice;
    hand.splice = undefined;
    const splice: Splice = { ...rest, at, kept: at, dropped, confidence };
    this.life.splices.push(splice);
    return this.note({ type: "splice", ...splice });
  }

  private async recover(): Promise<Recovery> {
    const { Recovery } = await import("./recovery.ts");
    this.recovery ??= new Recovery(this.input, this.life.delivered);
    return this.recovery;
  }

  /** The problem's row of the table. A page that lost its network cannot load it, and says so. */
  private async name(problem: Problem): Promise<Failure> {
    try {
      await this.recover();
      return (await import("./recovery.ts")).failureOf(problem);
    } catch (error) {
      return plainFailure("browser_fetch_blocked", "network", `No network: ${error}`);
    }
  }

  private stopped(): TerminalEvent {
    const by = this.stoppedBy as "signal" | "reader";
    return this.note({ type: "stopped", by, ...this.end() }) as TerminalEvent;
  }

  private ended(failure: Failure | undefined): TerminalEvent {
    const end = this.end();
    if (!failure) return this.note({ type: "done", ...end }) as TerminalEvent;
    const blocked = failure.kind === "blocked" ? "blocked" : "failed";
    const type = INCOMPLETE.has(failure.code) ? "incomplete" : blocked;
    return this.note({ type, failure, ...end }) as TerminalEvent;
  }

  private end(): End {
    const usage = sumUsage(this.life.usages);
    const { finish, responseId, modelVersion } = this.last ?? {};
    const { delivered, records, retried, recovered, splices, ttftMs } = this.life;
    return {
      text: delivered.text,
      ...(finish && { finishReason: finish }),
      ...(usage && { usage }),
      attempts: records.length,
      retried,
      recovered,
      splices,
      ...(responseId && { responseId }),
      ...(modelVersion && { modelVersion }),
      ...(this.notResumed && { notResumed: this.notResumed }),
      ...(ttftMs !== undefined && { ttftMs }),
      totalMs: this.elapsed(),
    };
  }

  private elapsed(): number {
    return Math.round((this.input.clock.now() - this.startedAt) * 10) / 10;
  }

  private note(body: Body<StreamEvent>): StreamEvent {
    return { seq: this.life.seq++, t: this.elapsed(), ...body } as StreamEvent;
  }
}

// START HERE. The feed of the operations page: it counts what streams go through, keeps the newest ones
// with their waterfalls, judges, and tells watchers once everything and then only what changed.
import type { Clock, StreamEvent, TerminalEvent } from "../../../core/index.ts";
import type { Served, StreamInfo, Watcher } from "../../watcher.ts";
import { Changes } from "./changes.ts";
import { MINUTE_MS, Minutes } from "./minutes.ts";
import type {
  CircuitRow,
  KeyRow,
  LiveState,
  OpsDelta,
  OpsNow,
  OpsSnapshot,
  OpsVerdict,
  StreamDetail,
  StreamState,
  Windows,
} from "./shape.ts";
import { Tracked } from "./tracked.ts";
import { Troubles } from "./troubles.ts";
import { judge, VERDICT_RULES } from "./verdict.ts";

/** Asked for whenever something is told. */
export interface FeedSources {
  queued(): number;
  readers(): number;
  storeOk(): boolean;
  keys(): readonly KeyRow[];
  circuits(): readonly { model: string; state: string; share: number; retryAfterMs: number }[];
}

const STREAMS_MAX = 1_000;
export const WATCHERS_MAX = 50;
/** At most four times a second, and never more than a link can take. */
const TICK_MS = 250;
const SLOW_TICKS = 4;
const CHARS_PER_MS = 50;
/** Said when there is nothing to say, so that silence means that the feed is broken. */
const BEAT_MS = 5_000;
/** How often it looks at itself while nobody watches. */
const LOOK_MS = 5_000;

type Push = (json: string) => void;

/** Counts what happens, for the operations page: a snapshot, then what changes. */
export class Feed implements Watcher {
  private readonly clock: Clock;
  private readonly sources: FeedSources;
  private readonly sinceMs: number;
  private readonly minutes: Minutes;
  private readonly troubles = new Troubles();
  private readonly changes = new Changes();
  private readonly live = new Map<string, Tracked>();
  /** Ended ones; the first ended goes first. */
  private readonly ended = new Map<string, Tracked>();
  private readonly states = new Map<LiveState, number>();
  private readonly watchers = new Set<Push>();
  private readonly said = new Map<string, string>();
  private count = 0;
  private seq = 0;
  private ticks = 0;
  private lastSignMs: number | undefined;
  private pushedMs = 0;
  private quietUntilMs = 0;
  private lookedMs = 0;
  private verdict: OpsVerdict;
  private cancelTick: (() => void) | undefined;

  constructor(clock: Clock, sources: FeedSources) {
    this.clock = clock;
    this.sources = sources;
    this.sinceMs = this.nowMs();
    this.minutes = new Minutes(this.sinceMs);
    this.verdict = { level: "ok", sinceMs: this.sinceMs, reasons: [] };
  }

  begin(info: StreamInfo): void {
    const atMs = this.nowMs();
    this.lastSignMs = atMs;
    const before = this.live.get(info.id) ?? this.ended.get(info.id);
    if (before) this.drop(before);
    const one = new Tracked(++this.count, info, this.makeRoom());
    this.live.set(info.id, one);
    this.turn(one, undefined, "waiting");
    this.minutes.tally(info.model, atMs).started++;
    this.changes.begun(one);
  }

  event(info: StreamInfo, event: StreamEvent): void {
    const one = this.live.get(info.id);
    if (!one) return;
    const { now } = one.row;
    const { state, lastChunkMs } = now;
    one.take(event);
    this.tally(one, event, lastChunkMs);
    if (now.state !== state) this.turn(one, state as LiveState, now.state as LiveState);
    if (event.type !== "chunk" || now.state !== state) this.changes.changed(one);
    else this.changes.grew(one);
  }

  end(info: StreamInfo, end: TerminalEvent): void {
    const one = this.live.get(info.id);
    if (!one) return;
    const tally = this.tallyOf(one, end.t);
    const fate = one.end(end);
    tally.ended(fate);
    tally.tokens += end.usage?.total ?? 0;
    if (one.broke && end.type !== "stopped") {
      if (end.type === "done") tally.mended++;
      else tally.broken++;
    }
    if (end.type === "done") this.troubles.served(info.model);
    this.settle(one, fate);
    this.lookSometimes();
  }

  lost(info: StreamInfo): void {
    const one = this.live.get(info.id);
    if (!one) return;
    one.waterfall.close(this.nowMs() - info.startedAtMs);
    this.settle(one, "handed_over");
  }

  reader({ id }: Pick<StreamInfo, "id" | "client">, what: "came" | "left", after: number): void {
    const one = this.live.get(id) ?? this.ended.get(id);
    if (!one) return;
    const { row } = one;
    row.now.readers = Math.max(0, row.now.readers + (what === "came" ? 1 : -1));
    one.waterfall.reader(Math.max(0, this.nowMs() - row.startedAtMs), what, after);
    this.changes.changed(one);
  }

  served({ refused, requestId }: Served): void {
    if (refused !== undefined) this.troubles.refused(refused, requestId, this.nowMs());
  }

  snapshot(): OpsSnapshot {
    const atMs = this.nowMs();
    const windows = this.look(atMs);
    const listed = [...this.live.values(), ...this.ended.values()].filter((one) => one.isListed);
    return {
      seq: this.seq,
      atMs,
      sinceMs: this.sinceMs,
      streamsMax: STREAMS_MAX,
      rules: VERDICT_RULES,
      verdict: this.verdict,
      now: this.now,
      windows,
      minutes: this.minutes.all(),
      errors: this.troubles.all(),
      limits: this.limits(atMs),
      keys: [...this.sources.keys()],
      circuits: this.circuits(atMs),
      streams: listed.map(({ row }) => row).sort((a, b) => b.n - a.n),
    };
  }

  detail(id: string): StreamDetail | undefined {
    const one = this.live.get(id) ?? this.ended.get(id);
    return one?.waterfall.detail(one.row);
  }

  /** Deltas from now on, as JSON; take a snapshot in the same turn. Undefined: too many watch. */
  subscribe(push: Push): (() => void) | undefined {
    if (this.watchers.size >= WATCHERS_MAX) return undefined;
    if (this.watchers.size === 0) {
      this.changes.listen(true);
      this.said.clear();
      this.pushedMs = this.clock.now();
      this.again();
    }
    this.watchers.add(push);
    return () => {
      this.watchers.delete(push);
      if (this.watchers.size > 0) return;
      this.changes.listen(false);
      this.cancelTick?.();
      this.cancelTick = undefined;
    };
  }

  private tally(one: Tracked, event: StreamEvent, lastChunkMs: number | undefined): void {
    const { row } = one;
    if (event.type === "chunk") {
      if (lastChunkMs !== undefined) this.tallyOf(one, event.t).gap.add(event.t - lastChunkMs);
    } else if (event.type === "attempt") this.tallyOf(one, event.t).attempts++;
    else if (event.type === "stall") this.tallyOf(one, event.t).stalls++;
    else if (event.type === "first" && event.kind === "text")
      this.tallyOf(one, event.t).ttft.add(event.t);
    else if (event.type === "failure") {
      const { failure, verdict } = event;
      if (failure.kind === "quota") this.tallyOf(one, event.t).quota++;
      this.troubles.failed(row.model, failure, verdict, row.id, this.nowMs());
      this.lookSometimes();
    }
  }

  /** Many chunks fall into one minute; its tally is looked up once. */
  private tallyOf(one: Tracked, t: number) {
    const atMs = one.row.startedAtMs + t;
    const no = Math.floor(atMs / MINUTE_MS);
    if (one.tally && one.tallyNo === no && no === this.minutes.no) return one.tally;
    one.tally = this.minutes.tally(one.row.model, atMs);
    one.tallyNo = no;
    return one.tally;
  }

  private settle(one: Tracked, state: StreamState): void {
    const { row } = one;
    this.turn(one, row.now.state as LiveState, undefined);
    row.now.state = state;
    this.lastSignMs = this.nowMs();
    one.tally = undefined;
    this.live.delete(row.id);
    if (one.isListed) this.ended.set(row.id, one);
    this.changes.changed(one);
  }

  private turn(one: Tracked, from: LiveState | undefined, to: LiveState | undefined): void {
    if (from) this.states.set(from, (this.states.get(from) ?? 1) - 1);
    if (to) this.states.set(to, (this.states.get(to) ?? 0) + 1);
    this.minutes.turn(one.row.model, from, to);
  }

  /** Whoever ended first makes room; those that run do not. */
  private makeRoom(): boolean {
    if (this.live.size + this.ended.size < STREAMS_MAX) return true;
    const [oldest] = this.ended.values();
    if (oldest) this.drop(oldest);
    return oldest !== undefined;
  }

  private drop(one: Tracked): void {
    const { id, now } = one.row;
    if (this.live.delete(id)) this.turn(one, now.state as LiveState, undefined);
    this.ended.delete(id);
    this.changes.left(one);
  }

  private again(): void {
    const waitMs = Math.max(TICK_MS, this.quietUntilMs - this.clock.now());
    this.cancelTick = this.clock.setTimer(() => {
      this.tell();
      if (this.watchers.size > 0) this.again();
    }, waitMs);
  }

  private tell(): void {
    const atMs = this.nowMs();
    const isSlow = this.ticks++ % SLOW_TICKS === 0;
    const parts = { ...this.fresh("now", this.now), ...this.changes.take(isSlow) };
    const more = isSlow ? this.slowParts(atMs) : {};
    const nowMs = this.clock.now();
    const isEmpty = Object.keys(parts).length + Object.keys(more).length === 0;
    if (isEmpty && nowMs - this.pushedMs < BEAT_MS) return;
    const delta: OpsDelta = { seq: ++this.seq, atMs, ...parts, ...more };
    const json = JSON.stringify(delta);
    this.pushedMs = nowMs;
    this.quietUntilMs = nowMs + json.length / CHARS_PER_MS;
    for (const push of [...this.watchers]) push(json);
  }

  private slowParts(atMs: number): Partial<OpsDelta> {
    const { minutes, troubles, sources } = this;
    const before = minutes.no;
    const errors = troubles.changed();
    const windows = Object.entries(this.look(atMs)).filter(
      ([name, window]) => this.fresh(`window ${name}`, window) !== undefined,
    );
    return {
      ...this.fresh("verdict", this.verdict),
      ...(windows.length > 0 && { windows: Object.fromEntries(windows) }),
      ...this.fresh("minutes", minutes.since(before - 1)),
      ...(errors.length > 0 && { errors }),
      ...this.fresh("limits", this.limits(atMs)),
      ...this.fresh("keys", [...sources.keys()]),
      ...this.fresh("circuits", this.circuits(atMs)),
    };
  }

  /** The part by its name, if it is not what was said last. */
  private fresh<T>(name: string, value: T): { [name: string]: T } | undefined {
    const json = JSON.stringify(value);
    if (this.said.get(name) === json) return undefined;
    this.said.set(name, json);
    return { [name]: value };
  }

  private limits(atMs: number) {
    return this.troubles.limitRows(atMs, (model) => this.minutes.load(model));
  }

  private circuits(atMs: number): CircuitRow[] {
    return this.sources.circuits().map(({ model, state, share, retryAfterMs }) => ({
      model,
      state,
      share,
      // To the second: what changes with every look would be told at every look.
      ...(retryAfterMs > 0 && { retryAtMs: Math.round((atMs + retryAfterMs) / 1000) * 1000 }),
    }));
  }

  private get now(): OpsNow {
    const { sources, states } = this;
    const of = (state: LiveState) => states.get(state) ?? 0;
    return {
      inFlight: this.live.size,
      states: {
        waiting: of("waiting"),
        thinking: of("thinking"),
        streaming: of("streaming"),
        stalled: of("stalled"),
        retrying: of("retrying"),
        recovering: of("recovering"),
      },
      queued: sources.queued(),
      readers: sources.readers(),
      storeOk: sources.storeOk(),
    };
  }

  /** Since when it is well or not is known to some seconds, also when nobody watches. */
  private lookSometimes(): void {
    if (this.clock.now() - this.lookedMs >= LOOK_MS) this.look(this.nowMs());
  }

  private look(atMs: number): Windows {
    const { minutes, sources } = this;
    this.lookedMs = this.clock.now();
    minutes.roll(atMs);
    const windows = minutes.windows();
    const { level, reasons } = judge({
      now: this.now,
      windows,
      minutes: minutes.all(),
      keys: sources.keys(),
      circuits: this.circuits(atMs),
      limits: this.limits(atMs),
      quietMs: this.live.size > 0 ? 0 : atMs - (this.lastSignMs ?? Number.NEGATIVE_INFINITY),
    });
    const sinceMs = level === this.verdict.level ? this.verdict.sinceMs : atMs;
    this.verdict = { level, sinceMs, reasons };
    return windows;
  }

  private nowMs(): number {
    return this.clock.date().getTime();
  }
}

// Counts by minute and model for the last hour. What happens at every chunk is one addition in a slot
// that the caller holds on to until the minute is over.
import type { Fate } from "../fate.ts";
import { Names } from "../names.ts";
import type { ByModel, Counts, LiveState, Minute, Windows } from "./shape.ts";
import { Spread } from "./spread.ts";

export const MINUTE_MS = 60_000;
const MINUTES = 60;
const MODELS_MAX = 16;
/** All models together. */
export const ALL = "*";

type Live = Partial<Record<LiveState, number>>;

/** What happened to one model in one minute. */
export class Tally {
  started = 0;
  attempts = 0;
  tokens = 0;
  stalls = 0;
  quota = 0;
  mended = 0;
  broken = 0;
  readonly fates: Partial<Record<Fate, number>> = {};
  readonly ttft = new Spread();
  readonly gap = new Spread();

  ended(fate: Fate): void {
    this.fates[fate] = (this.fates[fate] ?? 0) + 1;
  }

  add(other: Tally): void {
    this.started += other.started;
    this.attempts += other.attempts;
    this.tokens += other.tokens;
    this.stalls += other.stalls;
    this.quota += other.quota;
    this.mended += other.mended;
    this.broken += other.broken;
    for (const [fate, count] of Object.entries(other.fates))
      this.fates[fate as Fate] = (this.fates[fate as Fate] ?? 0) + count;
    this.ttft.addAll(other.ttft);
    this.gap.addAll(other.gap);
  }

  get counts(): Counts {
    const { started, attempts, tokens, stalls, quota, mended, broken } = this;
    const ttft = this.ttft.quantiles;
    const gap = this.gap.quantiles;
    return {
      started,
      ended: Object.values(this.fates).reduce((sum, count) => sum + count, 0),
      attempts,
      tokens,
      stalls,
      quota,
      mended,
      broken,
      fates: { ...this.fates },
      ...(ttft && { ttft }),
      ...(gap && { gap }),
    };
  }
}

interface Kept {
  no: number;
  tallies: Map<string, Tally>;
  /** Streams in flight when it ended. */
  live: ByModel<Live>;
  /** As it is shown; of a minute that is over it changes no more. */
  shown?: Minute;
}

export class Minutes {
  /** Number of the running minute since 1970. */
  no: number;
  private readonly names = new Names(MODELS_MAX);
  private readonly kept: Kept[];
  private readonly live = new Map<string, Live>();

  constructor(nowMs: number) {
    this.no = Math.floor(nowMs / MINUTE_MS);
    this.kept = [{ no: this.no, tallies: new Map(), live: {} }];
  }

  /** The tally of the minute in which `ms` lies, or of the running one if that is over. */
  tally(model: string, ms: number): Tally {
    this.roll(ms);
    const { tallies } = this.running;
    const name = this.names.of(model);
    const known = tallies.get(name);
    if (known) return known;
    const made = new Tally();
    tallies.set(name, made);
    return made;
  }

  /** A stream came into flight, changed its state there, or left. */
  turn(model: string, from: LiveState | undefined, to: LiveState | undefined): void {
    const name = this.names.of(model);
    const live = this.live.get(name) ?? {};
    this.live.set(name, live);
    if (from) live[from] = (live[from] ?? 1) - 1;
    if (to) live[to] = (live[to] ?? 0) + 1;
  }

  /** Time goes on, also when nothing happens. */
  roll(ms: number): void {
    const no = Math.floor(ms / MINUTE_MS);
    if (no <= this.no) return;
    // After a long sleep only the last hour matters.
    for (let at = Math.max(this.no + 1, no - MINUTES + 1); at <= no; at++) {
      this.running.live = this.liveNow();
      this.kept.push({ no: at, tallies: new Map(), live: {} });
    }
    this.kept.splice(0, this.kept.length - MINUTES);
    this.no = no;
  }

  /** Minutes from `no` on, oldest first. */
  since(no: number): Minute[] {
    return this.kept.filter((one) => one.no >= no).map((one) => this.shown(one));
  }

  all(): Minute[] {
    return this.since(0);
  }

  windows(): Windows {
    return { "5": this.over(5), "15": this.over(15), "60": this.over(60) };
  }

  /** Of the last full minute. */
  load(model: string): { requestsPerMinute: number; tokensPerMinute: number } {
    const tally = this.kept.at(-2)?.tallies.get(this.names.of(model));
    return { requestsPerMinute: tally?.attempts ?? 0, tokensPerMinute: tally?.tokens ?? 0 };
  }

  private over(minutes: number): ByModel<Counts> {
    const sums = new Map<string, Tally>([[ALL, new Tally()]]);
    for (const { no, tallies } of this.kept) {
      if (no <= this.no - minutes) continue;
      for (const [model, tally] of tallies) {
        if (!sums.has(model)) sums.set(model, new Tally());
        sums.get(model)?.add(tally);
        sums.get(ALL)?.add(tally);
      }
    }
    return Object.fromEntries([...sums].map(([model, sum]) => [model, sum.counts]));
  }

  private shown(one: Kept): Minute {
    if (one.shown) return one.shown;
    const { no, tallies, live } = one;
    const lives = no === this.no ? this.liveNow() : live;
    const all = new Tally();
    const models: Minute["models"] = {};
    for (const model of new Set([...tallies.keys(), ...Object.keys(lives)])) {
      const tally = tallies.get(model);
      if (tally) all.add(tally);
      models[model] = { ...(tally ?? new Tally()).counts, live: lives[model] ?? {} };
    }
    models[ALL] = { ...all.counts, live: sumOf(Object.values(lives)) };
    const shown = { atMs: no * MINUTE_MS, models };
    if (no !== this.no) one.shown = shown;
    return shown;
  }

  private liveNow(): ByModel<Live> {
    const now: ByModel<Live> = {};
    for (const [model, live] of this.live) {
      const some = Object.entries(live).filter(([, count]) => count > 0);
      if (some.length > 0) now[model] = Object.fromEntries(some);
    }
    return now;
  }

  private get running(): Kept {
    return this.kept.at(-1) as Kept;
  }
}

function sumOf(lives: readonly Live[]): Live {
  const sum: Live = {};
  for (const live of lives)
    for (const [state, count] of Object.entries(live))
      sum[state as LiveState] = (sum[state as LiveState] ?? 0) + count;
  return sum;
}

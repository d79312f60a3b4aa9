// What the page knows: the snapshot, with every delta laid over it. Drawing is not its business.
import type {
  Counts,
  ErrorRow,
  Minute,
  OpsDelta,
  OpsSnapshot,
  StreamRow,
} from "../../gateway/index.ts";
import { isLive } from "./words.ts";

export const ALL = "*";
export const MINUTE_MS = 60_000;
export const HOUR_MINUTES = 60;
/** How far back a stream's speed is shown. */
const SPEED_MS = 30_000;
const SPEED_POINTS_MAX = 40;

export type WindowName = "5" | "15" | "60";
export type Speed = [atMs: number, chars: number][];
type Told = Pick<
  OpsSnapshot,
  "rules" | "verdict" | "now" | "windows" | "limits" | "keys" | "circuits" | "streamsMax"
>;

export class Board {
  told: Told | undefined;
  /** By the server's clock, which is the only one that counts here. */
  atMs = 0;
  sinceMs = 0;
  /** When other processes began to count whose minutes are still shown. */
  restarts: number[] = [];
  readonly rows = new Map<number, StreamRow>();
  readonly errors = new Map<string, ErrorRow>();
  readonly speeds = new Map<number, Speed>();
  private minuteList: Minute[] = [];
  private aheadMs = 0;

  take(snapshot: OpsSnapshot): void {
    const { sinceMs, minutes, errors, streams, atMs, seq: _, ...told } = snapshot;
    if (this.sinceMs !== 0 && this.sinceMs !== sinceMs) this.restarts.push(sinceMs);
    // What an earlier process counted stays in the charts, beyond the line that says so.
    const before = this.sinceMs === sinceMs ? [] : this.minuteList;
    this.sinceMs = sinceMs;
    this.told = told;
    this.minuteList = merged(before, minutes);
    this.rows.clear();
    this.speeds.clear();
    this.errors.clear();
    for (const row of streams) this.rows.set(row.n, row);
    for (const row of errors) this.errors.set(row.key, row);
    this.tick(atMs);
  }

  change(delta: OpsDelta): void {
    const { told } = this;
    if (!told) return;
    const { verdict, now, windows, limits, keys, circuits } = delta;
    Object.assign(told, {
      ...(verdict && { verdict }),
      ...(now && { now }),
      ...(limits && { limits }),
      ...(keys && { keys }),
      ...(circuits && { circuits }),
      ...(windows && { windows: { ...told.windows, ...windows } }),
    });
    if (delta.minutes) this.minuteList = merged(this.minuteList, delta.minutes);
    for (const row of delta.errors ?? []) this.errors.set(row.key, row);
    this.changeRows(delta);
    this.tick(delta.atMs);
  }

  get minutes(): readonly Minute[] {
    return this.minuteList;
  }

  /** The server's time now, as far as can be known. */
  get nowMs(): number {
    return Date.now() + this.aheadMs;
  }

  /** Models of the last hour. */
  get models(): string[] {
    const { told } = this;
    return Object.keys(told?.windows["60"] ?? {})
      .filter((name) => name !== ALL)
      .sort();
  }

  counts(window: WindowName, model: string): Counts | undefined {
    return this.told?.windows[window][model];
  }

  private changeRows({ begun = [], changed = [], grown = [], gone = [], atMs }: OpsDelta): void {
    for (const row of begun) this.rows.set(row.n, row);
    for (const [n, now] of changed) {
      const row = this.rows.get(n);
      if (!row) continue;
      this.rows.set(n, { ...row, now });
      if (!isLive(now.state)) this.speeds.delete(n);
    }
    for (const [n, chars, tokens, lastChunkMs] of grown) {
      const row = this.rows.get(n);
      if (!row) continue;
      this.rows.set(n, { ...row, now: { ...row.now, chars, tokens, lastChunkMs } });
      this.speed(n, atMs, chars);
    }
    for (const n of gone) {
      this.rows.delete(n);
      this.speeds.delete(n);
    }
  }

  private speed(n: number, atMs: number, chars: number): void {
    const speed = this.speeds.get(n) ?? [];
    speed.push([atMs, chars]);
    while ((speed[0]?.[0] ?? atMs) < atMs - SPEED_MS || speed.length > SPEED_POINTS_MAX)
      speed.shift();
    this.speeds.set(n, speed);
  }

  private tick(atMs: number): void {
    this.atMs = atMs;
    this.aheadMs = atMs - Date.now();
  }
}

/** The newer ones replace those of the same minute; an hour of them is kept. */
function merged(old: readonly Minute[], fresh: readonly Minute[]): Minute[] {
  const all = new Map(old.map((one) => [one.atMs, one]));
  for (const one of fresh) all.set(one.atMs, one);
  const last = Math.max(0, ...all.keys());
  return [...all.values()]
    .filter(({ atMs }) => atMs > last - HOUR_MINUTES * MINUTE_MS)
    .sort((a, b) => a.atMs - b.atMs);
}

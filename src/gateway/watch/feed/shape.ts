// What the operations page is told: once a snapshot, then what changed. Every time is epoch
// milliseconds unless its name says that it counts from the start of a stream.
import type { AttemptRecord, Verdict as Decision, Splice, Usage } from "../../../core/index.ts";
import type { Fate } from "../fate.ts";

export type { Fate };

/** `retrying`: nothing was shown yet. `recovering`: text was shown, and the rest is fetched. */
export type LiveState =
  | "waiting"
  | "thinking"
  | "streaming"
  | "stalled"
  | "retrying"
  | "recovering";

/** `handed_over`: another process goes on with it. */
export type StreamState = LiveState | Fate | "handed_over";

/** Of one model, or of all as `*`. */
export type ByModel<T> = Record<string, T>;

/** Everything that the operations page shows, at one moment. */
export interface OpsSnapshot {
  seq: number;
  atMs: number;
  /** When this process began to count. */
  sinceMs: number;
  /** How many streams are listed at most; the oldest go first. */
  streamsMax: number;
  /** What the verdict goes by, for people. */
  rules: readonly Rule[];
  verdict: OpsVerdict;
  now: OpsNow;
  windows: Windows;
  /** The last hour, oldest first; the last one is still running. Minutes without a sign are there too. */
  minutes: Minute[];
  errors: ErrorRow[];
  limits: LimitRow[];
  keys: KeyRow[];
  circuits: CircuitRow[];
  /** Newest first. */
  streams: StreamRow[];
}

/** Only what changed since the delta before; rows replace or add to those of the same name. */
export interface OpsDelta {
  seq: number;
  atMs: number;
  verdict?: OpsVerdict;
  now?: OpsNow;
  /** Whole where any number of theirs changed. */
  windows?: Partial<Windows>;
  /** The running minute, or the one that just ended and the next. */
  minutes?: Minute[];
  /** By `key`. */
  errors?: ErrorRow[];
  limits?: LimitRow[];
  keys?: KeyRow[];
  circuits?: CircuitRow[];
  /** Rows that are new. */
  begun?: StreamRow[];
  changed?: [n: number, now: StreamNow][];
  /** Of rows that only grew. */
  grown?: Growth[];
  /** The `n` of rows that are listed no more. */
  gone?: number[];
}

/** How well something is. */
export type Level = "ok" | "warn" | "bad" | "idle";

/** One of the rules that the verdict goes by. */
export interface Rule {
  level: Level;
  name: string;
  text: string;
}

/** How well it all is, since when, and why. */
export interface OpsVerdict {
  level: Level;
  sinceMs: number;
  /** Worst first; empty when all is well. */
  reasons: { level: Level; rule: string; text: string; model?: string }[];
}

/** What is under way. */
export interface OpsNow {
  inFlight: number;
  states: Record<LiveState, number>;
  queued: number;
  readers: number;
  storeOk: boolean;
}

/** Milliseconds; undefined where nothing was measured. */
export interface Quantiles {
  count: number;
  p50: number;
  p95: number;
  p99: number;
}

/** What was counted, in a minute or in a window of them. */
export interface Counts {
  started: number;
  ended: number;
  attempts: number;
  /** Of prompts and answers together, told when streams end. */
  tokens: number;
  stalls: number;
  /** Failures for want of quota: the 429s. */
  quota: number;
  /** Streams that broke after text was shown, by what became of them. */
  mended: number;
  broken: number;
  fates: Partial<Record<Fate, number>>;
  ttft?: Quantiles;
  gap?: Quantiles;
}

/** What was counted in one minute. */
export interface Minute {
  atMs: number;
  models: ByModel<Counts & { live: Partial<Record<LiveState, number>> }>;
}

/** The running minute and those before it, by their number. */
export type Windows = Record<"5" | "15" | "60", ByModel<Counts>>;

/** One kind of failure, with how often it came. */
export interface ErrorRow {
  key: string;
  /** `upstream`: an attempt failed. `gateway`: a request was refused here. */
  where: "upstream" | "gateway";
  code: string;
  kind: string;
  /** Empty where none is known. */
  model: string;
  meaning: string;
  next: string;
  docs: string;
  total: number;
  lastAtMs: number;
  /** The newest message, and the stream or request it came with. */
  message: string;
  example: string;
  /** What was decided after it. */
  decisions: Partial<Record<Decision, number>>;
  /** Start of a minute and the count in it; none of the last hour is left out but those without. */
  minutes: [atMs: number, count: number][];
}

/** What is known of a model's quota. */
export interface LimitRow {
  model: string;
  state: "ok" | "throttled" | "exhausted" | "no_quota";
  /** Code of the newest quota failure, and what it said. */
  code?: string;
  quotaId?: string;
  metric?: string;
  /** As Google told it; unknown until it does. */
  limit?: string;
  lastAtMs?: number;
  retryAtMs?: number;
  /** Seen in the last full minute. */
  requestsPerMinute: number;
  tokensPerMinute: number;
}

/** A key of the pool, and what it rests from. */
export interface KeyRow {
  name: string;
  /** The last four characters. */
  ending: string;
  state: string;
  inFlight: number;
  rests: { model: string; code: string; untilMs: number }[];
}

/** The circuit of a model. */
export interface CircuitRow {
  model: string;
  state: string;
  /** Share of requests let through. */
  share: number;
  retryAtMs?: number;
}

/** A stream in the list. */
export interface StreamRow {
  /** Streams are numbered as they begin; ids are long. */
  n: number;
  id: string;
  client: string;
  model: string;
  door: string;
  startedAtMs: number;
  takenOver?: true;
  now: StreamNow;
}

/** What changes of a stream while it runs. */
export interface StreamNow {
  state: StreamState;
  attempts: number;
  recoveries: number;
  readers: number;
  /** Characters of text and thought that were passed on. */
  chars: number;
  /** Output and thought tokens, as far as told. */
  tokens: number;
  /** From the start of the stream, in milliseconds, like the two below. */
  ttftMs?: number;
  lastChunkMs?: number;
  totalMs?: number;
  /** Code of the newest failure. */
  cause?: string;
}

/** What changed of a stream that only grew, in short. */
export type Growth = [n: number, chars: number, tokens: number, lastChunkMs: number];

/** One stream with its waterfall. All times in milliseconds from its start. */
export interface StreamDetail {
  row: StreamRow;
  requestId: string;
  /** Waited for room before it began. */
  waitedMs?: number;
  firsts: { byte?: number; thought?: number; text?: number };
  attempts: AttemptBar[];
  ticks: Ticks;
  stalls: { t: number; endMs?: number; silentMs: number; thresholdMs: number }[];
  splices: (Splice & { t: number })[];
  readers: { t: number; what: "came" | "left"; after: number }[];
  end?: StreamEnd;
  /** How many there were beyond what is kept. */
  omitted: { attempts: number; stalls: number; splices: number; readers: number };
}

/** One attempt in a stream's waterfall. */
export interface AttemptBar extends Pick<AttemptRecord, "n" | "reason" | "how" | "startMs"> {
  firstChunkMs?: number;
  endMs?: number;
  chunks: number;
  failure?: {
    code: string;
    message: string;
    next: string;
    httpStatus?: number;
    verdict: Decision;
    /** The wait before the next attempt, and who asked for it. */
    delayMs?: number;
    delaySource?: string;
    notResumed?: string;
  };
}

/** Chunks in slots of equal width, counted from the start of the stream. */
export interface Ticks {
  widthMs: number;
  chunks: number[];
  chars: number[];
}

/** How a stream ended. */
export interface StreamEnd {
  t: number;
  outcome: string;
  finishReason?: string;
  usage?: Usage;
  responseId?: string;
  modelVersion?: string;
  notResumed?: string;
  chars: number;
}

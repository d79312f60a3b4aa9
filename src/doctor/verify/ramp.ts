// Traffic that grows step by step, with an eye on latency, errors, tokens and the queue, and a rule
// for when to stop.
import { chunksIn, joined, STORY } from "./good.ts";
import { type Ground, type Said, say } from "./proof.ts";

/** One step of the ramp, measured. */
export interface Level {
  concurrent: number;
  requests: number;
  errors: number;
  /** Statuses of what went wrong, with how often. */
  statuses: Record<string, number>;
  firstMsP50: number;
  firstMsP95: number;
  totalMsP95: number;
  tokens: number;
  tokensPerSecond: number;
  /** The most that waited for room. */
  queued: number;
}

/** How much traffic it bore, step by step. */
export interface Ramp {
  levels: Level[];
  /** The largest number at once that held. */
  steadyAt: number;
  /** Why it was stopped before the end. */
  stopped?: string;
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] as const;
const ERRORS_SHARE_MAX = 0.1;
const SLOWER_MAX = 3;
/** Below this nobody waits, whatever it was before. */
const SLOW_MS = 1_000;
const QUEUE_EVERY_MS = 100;

/** The steps that fit into so many requests. */
export function stepsWithin(requestsMax: number): number[] {
  let left = requestsMax;
  return STEPS.filter((step) => {
    left -= step;
    return left >= 0;
  });
}

export async function* ramp(
  ground: Ground,
  requestsMax: number,
  setTimer: (fn: () => void, ms: number) => () => void,
): AsyncGenerator<Level, Ramp> {
  const levels: Level[] = [];
  for (const concurrent of stepsWithin(requestsMax)) {
    const level = await climb(ground, concurrent, setTimer);
    levels.push(level);
    yield level;
    const stopped = whyStop(level, levels[0] as Level);
    if (stopped !== undefined) return { levels, steadyAt: levels.at(-2)?.concurrent ?? 0, stopped };
  }
  return { levels, steadyAt: levels.at(-1)?.concurrent ?? 0 };
}

export function whyStop(level: Level, first: Level): string | undefined {
  const { concurrent, requests, errors, statuses, firstMsP95, queued } = level;
  const at = `at ${concurrent} at once`;
  if (statuses["429"]) return `the quota is reached ${at}: ${statuses["429"]} times 429`;
  if (errors / requests >= ERRORS_SHARE_MAX) {
    const which = Object.entries(statuses).map(([status, times]) => `${times} × ${status}`);
    return `${errors} of ${requests} went wrong ${at}: ${which.join(", ")}`;
  }
  if (firstMsP95 > SLOW_MS && firstMsP95 > SLOWER_MAX * first.firstMsP95)
    return `the first text takes ${Math.round(firstMsP95)} ms ${at}, ${Math.round(first.firstMsP95)} ms alone`;
  if (queued > 0) return `${queued} requests had to wait for room ${at}`;
  return undefined;
}

async function climb(
  ground: Ground,
  concurrent: number,
  setTimer: (fn: () => void, ms: number) => () => void,
): Promise<Level> {
  const path = `/v1beta/models/${ground.model}:streamGenerateContent?alt=sse`;
  const began = ground.now();
  let queued = 0;
  let cancel = () => {};
  const look = () => {
    cancel = setTimer(() => {
      void queueOf(ground).then((depth) => {
        queued = Math.max(queued, depth);
      });
      look();
    }, QUEUE_EVERY_MS);
  };
  look();
  const all = await Promise.all(
    Array.from({ length: concurrent }, () => say(ground, path, STORY).then(judged)),
  );
  cancel();
  const ms = ground.now() - began;
  const statuses: Record<string, number> = {};
  for (const { problem } of all) if (problem) statuses[problem] = (statuses[problem] ?? 0) + 1;
  const tokens = all.reduce((sum, one) => sum + one.tokens, 0);
  const firsts = all.filter(({ problem }) => !problem).map(({ firstMs }) => firstMs);
  return {
    concurrent,
    requests: all.length,
    errors: all.filter(({ problem }) => problem).length,
    statuses,
    firstMsP50: quantile(firsts, 0.5),
    firstMsP95: quantile(firsts, 0.95),
    totalMsP95: quantile(
      all.map(({ totalMs }) => totalMs),
      0.95,
    ),
    tokens,
    tokensPerSecond: Math.round((tokens / Math.max(1, ms)) * 1000),
    queued,
  };
}

function judged(said: Said) {
  const { status, text, firstMs = said.ms, ms } = said;
  const chunks = chunksIn(text);
  const whole = joined(chunks);
  const inStream = chunks.find(({ error }) => error)?.error;
  const problem =
    status !== 200
      ? String(status || "no answer")
      : inStream
        ? String(inStream.code ?? "error in the stream")
        : whole.candidates?.[0]?.finishReason === undefined
          ? "no finish reason"
          : undefined;
  return {
    problem,
    firstMs: Math.round(firstMs),
    totalMs: Math.round(ms),
    tokens: whole.usageMetadata?.totalTokenCount ?? 0,
  };
}

async function queueOf(ground: Ground): Promise<number> {
  const { text } = await say(ground, "/metrics");
  return Number(/^pollux_queue_depth (\d+)/m.exec(text)?.[1] ?? 0);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

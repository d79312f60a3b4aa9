// Is it healthy? By rules that can be read beside the answer, each with its numbers.
import { ALL } from "./minutes.ts";
import type {
  ByModel,
  CircuitRow,
  Counts,
  KeyRow,
  Level,
  LimitRow,
  Minute,
  OpsNow,
  OpsVerdict,
  Rule,
  Windows,
} from "./shape.ts";

const FAILED_SHARE = 0.02;
const RECOVERED_SHARE = 0.05;
const SLOWER = 2;
/** Fewer first tokens say nothing about how fast they come. */
const TTFT_COUNT_MIN = 5;
const MINUTES_MIN = 10;
const IDLE_MS = 10 * 60_000;

const RULES = {
  store: ["bad", "The log takes no writes."],
  keys: ["bad", "No key is left that may be used."],
  circuit: ["bad", "The circuit of a model is open: it gets no requests."],
  exhausted: ["bad", "A model's daily or plan quota is used up, or it has none."],
  failed: ["bad", "More than 2 % of the streams that ended in 15 min failed or were rate limited."],
  key_out: ["warn", "A key was rejected and rests until somebody changes it."],
  returning: ["warn", "A model gets only a part of its requests, on its way back."],
  throttled: ["warn", "A model's quota for this minute is used up."],
  queue: ["warn", "Requests wait for room."],
  recovered: ["warn", "More than 5 % of the streams that ended in 15 min had to be recovered."],
  slow: [
    "warn",
    "First token p95 of 5 min is more than twice the median of the hour's p95 by minute.",
  ],
  traffic: ["idle", "No stream began or ran for 10 min, or none at all yet."],
} as const satisfies Record<string, readonly [Level, string]>;

type RuleName = keyof typeof RULES;

export const VERDICT_RULES: readonly Rule[] = Object.entries(RULES).map(
  ([name, [level, text]]) => ({
    level,
    name,
    text,
  }),
);

interface Signs {
  now: OpsNow;
  windows: Windows;
  minutes: readonly Minute[];
  keys: readonly KeyRow[];
  circuits: readonly CircuitRow[];
  limits: readonly LimitRow[];
  /** How long nothing began or ran; infinite where nothing ever did. */
  quietMs: number;
}

type Reason = OpsVerdict["reasons"][number];

export function judge(signs: Signs): Omit<OpsVerdict, "sinceMs"> {
  const reasons = [...ofParts(signs), ...ofStreams(signs.windows), ...ofSpeed(signs)];
  if (signs.quietMs >= IDLE_MS)
    reasons.push(
      because("traffic", signs.quietMs < Infinity ? "No traffic for 10 min" : "No stream yet"),
    );
  const weight = { bad: 0, idle: 1, warn: 2, ok: 3 };
  reasons.sort((a, b) => weight[a.level] - weight[b.level]);
  return { level: reasons[0]?.level ?? "ok", reasons };
}

function ofParts({ now, keys, circuits, limits }: Signs): Reason[] {
  const reasons: Reason[] = [];
  const say = (rule: RuleName, text: string, model?: string) =>
    reasons.push(because(rule, text, model));
  if (!now.storeOk) say("store", "The log takes no writes");
  const bad = keys.filter(({ state }) => state !== "ok");
  if (keys.length > 0 && bad.length === keys.length)
    say("keys", `None of ${keys.length} keys may be used`);
  for (const { name, state } of keys) if (state === "out") say("key_out", `Key ${name} is out`);
  for (const { model, state, share } of circuits) {
    if (state === "open" || state === "trying") say("circuit", `${model} gets no requests`, model);
    else if (state === "returning")
      say("returning", `${model} gets ${percent(share)} of its requests`, model);
  }
  for (const { model, state } of limits) {
    if (state === "exhausted") say("exhausted", `${model}: quota used up`, model);
    if (state === "no_quota") say("exhausted", `${model}: no quota`, model);
    if (state === "throttled") say("throttled", `${model} is rate limited`, model);
  }
  if (now.queued > 0) say("queue", `${now.queued} requests wait for room`);
  return reasons;
}

/** By model, so that a busy one that is well does not hide one that is not. */
function ofStreams(windows: Windows): Reason[] {
  const reasons: Reason[] = [];
  for (const [model, { fates }] of each(windows["15"])) {
    const { stopped = 0, client_left: left = 0, failed = 0, rate_limited: limited = 0 } = fates;
    const { completed_after_recovery: recovered = 0 } = fates;
    const all = Object.values(fates).reduce((sum, count) => sum + count, 0);
    // Those that somebody ended say nothing about how they would have ended.
    const ended = all - stopped - left;
    if (failed + limited > FAILED_SHARE * ended)
      reasons.push(
        because("failed", `${model}: ${failed + limited} of ${ended} failed in 15 min`, model),
      );
    if (recovered > RECOVERED_SHARE * ended)
      reasons.push(
        because("recovered", `${model}: ${recovered} of ${ended} recovered in 15 min`, model),
      );
  }
  return reasons;
}

function ofSpeed({ windows, minutes }: Signs): Reason[] {
  const reasons: Reason[] = [];
  for (const [model, { ttft }] of each(windows["5"])) {
    if (!ttft || ttft.count < TTFT_COUNT_MIN) continue;
    const before = minutes
      .flatMap(({ models }) => models[model]?.ttft?.p95 ?? [])
      .sort((a, b) => a - b);
    const median = before[Math.floor(before.length / 2)];
    if (median === undefined || before.length < MINUTES_MIN) continue;
    if (ttft.p95 > SLOWER * median)
      reasons.push(
        because(
          "slow",
          `${model}: first token p95 ${seconds(ttft.p95)}, usually ${seconds(median)}`,
          model,
        ),
      );
  }
  return reasons;
}

function each(window: ByModel<Counts>): [string, Counts][] {
  return Object.entries(window).filter(([model]) => model !== ALL);
}

function because(rule: RuleName, text: string, model?: string): Reason {
  return { level: RULES[rule][0], rule, text, ...(model !== undefined && { model }) };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

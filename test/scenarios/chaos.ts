// Thousands of random scenarios, each the same for its seed: any faults, models and strategies, read
// in any way. Whatever happens, the promise must hold; what breaks it is printed with its seed.
import { getEventListeners } from "node:events";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import {
  isTerminal,
  Pollux,
  type PolluxOptions,
  type StreamEvent,
  type StreamRequest,
} from "../../src/core/index.ts";
import { createSim, MODELS as MODELS_SIM } from "../../src/sim/index.ts";
import { FakeClock } from "../fake-clock.ts";

export const CANARY = "AIzaChaosCanary0000000000000000000000000";

/** Mulberry32, as everywhere a seed must give the same run. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const MODELS = [
  "gemini-2.0-flash",
  "gemini-2.5-flash",
  "gemini-2.5-pro",
  "gemini-3-flash-preview",
  "gemini-3.5-flash",
  "gemini-3.5-flash-lite",
  "gemini-3.6-flash",
  "gemini-3.8-flash",
  "gemini-4-argon",
  "gemini-4-carbon",
];
export const BREAKS = [
  "cut",
  "reset",
  "end",
  "stall",
  "half json",
  "half utf8",
  "half crlf",
  "garble",
  "garble field",
  "garble utf8",
  "error-event 503",
  "error-event 500 bare",
  "error-event 429 named",
  "raw-error 503",
  "raw-error 499 array",
  "stall usage",
  "stall comments",
  "finish OTHER",
  "finish MALFORMED_FUNCTION_CALL",
  "finish RECITATION",
  "finish SAFETY",
  "finish NEW_WORD",
];
export const WHOLE = [
  "503",
  "500",
  "429 retry 2s",
  "quota_per_day",
  "quota_tokens_per_minute",
  "free_tier_limit_zero",
  "key_invalid",
  "html",
  "html portal",
  "html google",
  "empty",
  "empty usage",
  "empty comments",
  "no-finish",
  "connect-refuse",
  "connect-stall",
  "connect-reset",
  "tls",
  "dns",
  "headers-stall",
  "redirect",
  "block",
  "404",
  "504",
  "499",
  "shared_capacity_exhausted",
];
export const SHAPES = [
  "slice",
  "slice 1",
  "slice 7",
  "burst",
  "bom",
  "lf",
  "cr",
  "comments",
  "event-lines",
  "multi-line",
  "no-blank-end",
  "done",
  "wrong-type",
  "finish-early",
  "finish-early always",
  "repeat 3",
  "slow every 700ms",
];
export const STRAYS: ReadonlySet<string> = new Set(["drift", "preamble"]);
export const HABITS = ["repeat-sentence", "reopen-fence", "start-over", "drift", "preamble"];

export interface Run {
  seed: number;
  model: string;
  scenario: string;
  request: StreamRequest;
  read: "events" | "text" | "answer" | "both";
  stopAfter: number | undefined;
  breakAfter: number | undefined;
  options: { resume: "auto" | "off"; maxAttempts: number };
}

export function runOf(seed: number): Run {
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const chance = (p: number) => random() < p;
  const model = pick(MODELS);
  const habits = MODELS_SIM.find(({ name }) => name === model);
  // Going on from a prefill or a token proves itself by nothing: where such a model strays, it has
  // told another answer, and no reader can know. An anchor shows it.
  const odd =
    habits?.prefill || habits?.tokens ? HABITS.filter((word) => !STRAYS.has(word)) : HABITS;
  const steps = Array.from({ length: 1 + Math.floor(random() * 5) }, () => {
    const faults: string[] = [];
    if (chance(0.35)) faults.push(pick(SHAPES));
    if (chance(0.3)) faults.push(pick(odd));
    if (chance(0.55)) faults.push(`${pick(BREAKS)} after ${Math.floor(random() * 9)} chunks`);
    else if (chance(0.6)) faults.push(pick(WHOLE));
    const text = faults.length > 0 ? faults.join(" + ") : "ok";
    // STOP before the content and a proper end of the body: no reader can tell that from the end.
    return /\b(end|crlf)\b/.test(text) ? text.replace(/finish-early( always)?/, "comments") : text;
  });
  const config: Record<string, unknown> = {};
  if (chance(0.1)) config.responseMimeType = "application/json";
  if (chance(0.3)) config.thinkingConfig = { includeThoughts: true };
  const prompt = `${pick(["Write a story", "Explain the sea", "List things", "Show code"])} in ${20 + Math.floor(random() * 300)} words (${seed})`;
  return {
    seed,
    model,
    scenario: steps.map((step, i) => `attempt ${i + 1}: ${step}`).join("; "),
    request: { model, contents: prompt, generationConfig: config },
    read: pick(["events", "events", "text", "answer", "both"] as const),
    stopAfter: chance(0.1) ? Math.floor(random() * 12) : undefined,
    breakAfter: chance(0.1) ? Math.floor(random() * 12) : undefined,
    options: { resume: chance(0.1) ? "off" : "auto", maxAttempts: 1 + Math.floor(random() * 8) },
  };
}

const DEVELOPER: PolluxOptions = { apiKey: CANARY };

async function reference(run: Run, at: PolluxOptions): Promise<string> {
  const clock = new FakeClock();
  const sim = createSim({ seed: run.seed, clock, hopTokens: 200 });
  const pollux = new Pollux({ ...at, clock: clock.with(sim.fetch), fetch: sim.fetch });
  const answer = await clock.run(pollux.stream(run.request).answer());
  if (answer.outcome !== "done") throw new Error(`the reference run ended ${answer.outcome}`);
  return answer.text;
}

/** Everything that may not be, as sentences. An empty list is a kept promise. */
export async function breaches(
  run: Run,
  at: PolluxOptions = DEVELOPER,
): Promise<{ wrong: string[]; outcome: string; recovered: boolean }> {
  const wrong: string[] = [];
  const must = (ok: boolean, what: string) => {
    if (!ok) wrong.push(what);
  };
  const truth = await reference(run, at);
  const clock = new FakeClock(randomOf(run.seed ^ 0x5eed));
  const sim = createSim({ seed: run.seed, clock, scenario: run.scenario, hopTokens: 200 });
  const pollux = new Pollux({
    ...at,
    clock: clock.with(sim.fetch),
    fetch: sim.fetch,
    ...run.options,
  });
  const controller = new AbortController();
  const stream = pollux.stream({ ...run.request, signal: controller.signal });
  const events: StreamEvent[] = [];
  let read = "";
  const consume = async () => {
    if (run.read === "answer") return;
    if (run.read === "text") {
      for await (const text of stream.text()) read += text;
      return;
    }
    for await (const event of stream) {
      events.push(event);
      if (run.stopAfter === events.length) controller.abort();
      if (run.breakAfter === events.length) break;
    }
  };
  let thrown: unknown;
  const answering = run.read === "both" || run.read === "answer" ? stream.answer() : undefined;
  await clock.run(consume().catch((error: unknown) => (thrown = error)));
  const answer = await clock.run(answering ?? stream.answer());

  const { outcome } = answer;
  const terminals = events.filter(isTerminal);
  if (events.length > 0 && run.breakAfter !== events.length) {
    must(terminals.length === 1, `${terminals.length} terminal events`);
    must(isTerminal(events.at(-1) as StreamEvent), "the last event is not terminal");
    const shown = events.map(textOf).join("");
    must(shown === answer.text, "the events' text is not the answer's");
  }
  must(
    events.every((event, i) => i === 0 || event.seq > (events[i - 1] as StreamEvent).seq),
    "seq does not increase",
  );
  if (run.read === "text") {
    must(read === answer.text, "text() is not the answer's text");
    must(
      (outcome === "done") === (thrown === undefined),
      `text() ${thrown ? "threw" : "ended"} although ${outcome}`,
    );
  }
  must(truth.startsWith(answer.text), "the text is not a prefix of the true text");
  if (outcome === "done") must(answer.text === truth, "done, but the text is not the true text");
  must(clock.pendingTimers === 0, `${clock.pendingTimers} timers left behind`);
  must(
    sim.journal.every((entry) => entry.outcome !== "open" || entry.status !== 200),
    "a connection was left open",
  );
  must(getEventListeners(controller.signal, "abort").length === 0, "a listener was left behind");
  must(!JSON.stringify([events, answer, sim.journal]).includes(CANARY), "the key leaked");
  return { wrong, outcome, recovered: answer.recovered };
}

function textOf(event: StreamEvent): string {
  if (event.type !== "chunk") return "";
  const parts = event.chunk.candidates?.[0]?.content?.parts ?? [];
  return parts.map((part) => (part.thought ? "" : (part.text ?? ""))).join("");
}

export interface Tally {
  outcomes: Record<string, number>;
  recovered: number;
  broken: { run: Run; wrong: string[] }[];
}

const BROKEN_MAX = 5;

export async function chaos(
  runs: number,
  seed: number,
  progress?: (done: number) => void,
): Promise<Tally> {
  const tally: Tally = { outcomes: {}, recovered: 0, broken: [] };
  for (let i = 0; i < runs && tally.broken.length < BROKEN_MAX; i += 1) {
    const run = runOf(seed + i);
    const { wrong, outcome, recovered } = await breaches(run).catch((error: unknown) => ({
      wrong: [String(error instanceof Error ? error.stack : error)],
      outcome: "crashed",
      recovered: false,
    }));
    tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1;
    if (recovered) tally.recovered += 1;
    if (wrong.length > 0) tally.broken.push({ run, wrong });
    if (i % 1000 === 999) progress?.(i + 1);
  }
  return tally;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values } = parseArgs({
    options: { runs: { type: "string", default: "10000" }, seed: { type: "string", default: "1" } },
  });
  let stray = 0;
  process.on("unhandledRejection", (error) => {
    stray += 1;
    console.error("unhandled rejection:", error);
  });
  const startedAt = performance.now();
  const tally = await chaos(Number(values.runs), Number(values.seed), (done) =>
    console.error(`${done} runs`),
  );
  for (const { run, wrong } of tally.broken)
    console.log(JSON.stringify({ ...run, wrong }, null, 2));
  const ms = Math.round(performance.now() - startedAt);
  console.log(
    `${JSON.stringify(tally.outcomes)} recovered ${tally.recovered}, broken ${tally.broken.length}, unhandled ${stray}, ${ms} ms`,
  );
  process.exitCode = tally.broken.length + stray > 0 ? 1 : 0;
}

// Random scenarios over Interactions, each the same for its seed: stored or not, in the background or
// not, read, stopped, cut and refused in any way. Beside the promise, nothing is created twice.
import { getEventListeners } from "node:events";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { parentPort, Worker, workerData } from "node:worker_threads";
import {
  type Answer,
  type InteractRequest,
  isTerminal,
  Pollux,
  type StreamEvent,
} from "../../src/core/index.ts";
import { createSim, MODELS as MODELS_SIM, type SimOptions } from "../../src/sim/index.ts";
import type { InteractionEvent } from "../../src/wire/interactions.ts";
import { FakeClock } from "../fake-clock.ts";
import { BREAKS, HABITS, MODELS, randomOf, SHAPES, STRAYS, WHOLE } from "./chaos.ts";

const CANARY = "AIzaChaosCanary1111111111111111111111111";
const BROKEN_MAX = 5;
const TOOL = {
  type: "function",
  name: "look_up",
  description: "Looks a word up.",
  parameters: { type: "object", properties: { word: { type: "string" } }, required: ["word"] },
};

interface Run {
  seed: number;
  scenario: string;
  request: InteractRequest & { model: string; input: string };
  sim: SimOptions;
  read: "events" | "text" | "answer" | "both";
  stopAfter: number | undefined;
  options: { resume: "auto" | "off"; maxAttempts: number };
}

function runOf(seed: number): Run {
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const chance = (p: number) => random() < p;
  const model = pick(MODELS);
  const habits = MODELS_SIM.find(({ name }) => name === model);
  // Going on by token proves itself by nothing, as with generateContent.
  const odd = habits?.tokens ? HABITS.filter((word) => !STRAYS.has(word)) : HABITS;
  const steps = Array.from({ length: 1 + Math.floor(random() * 5) }, () => {
    const faults: string[] = [];
    if (chance(0.35)) faults.push(pick(SHAPES.filter((shape) => !/^finish/.test(shape))));
    if (chance(0.3)) faults.push(pick(odd));
    if (chance(0.6)) faults.push(`${pick(BREAKS)} after ${Math.floor(random() * 16)} chunks`);
    else if (chance(0.5)) faults.push(pick(WHOLE));
    return faults.length > 0 ? faults.join(" + ") : "ok";
  });
  const kept = pick(["stored", "stored", "background", "background", "stateless"] as const);
  const calls = chance(0.15);
  const ask = pick(["Write a story", "Explain the sea", "List things", "Show code"]);
  const words = 20 + Math.floor(random() * 300);
  const tool = calls ? "; call the tool look_up" : "";
  return {
    seed,
    scenario: steps.map((step, i) => `attempt ${i + 1}: ${step}`).join("; "),
    request: {
      model,
      input: `${ask} in ${words} words (${seed})${tool}`,
      ...(kept === "background" && { background: true }),
      ...(kept === "stateless" && { store: false }),
      ...(chance(0.1) && { response_mime_type: "application/json" }),
      ...(chance(0.3) && { generation_config: { thinking_summaries: "auto" } }),
      ...(calls && { tools: [TOOL] }),
      ...(chance(0.1) && { mayCreateTwice: true }),
      ...(chance(0.2) && { onStop: "leave" as const }),
    },
    sim: {
      hopTokens: 200,
      chunkDelayMs: pick([0, 0, 40]),
      interactions: {
        eventIds: pick(["background", "background", "always", "never"] as const),
        abandoned: pick(["runs-on", "runs-on", "cancels"] as const),
      },
    },
    read: pick(["events", "events", "text", "answer", "both"] as const),
    stopAfter: chance(0.12) ? Math.floor(random() * 14) : undefined,
    options: { resume: chance(0.1) ? "off" : "auto", maxAttempts: 1 + Math.floor(random() * 8) },
  };
}

async function reference(run: Run): Promise<Answer> {
  const clock = new FakeClock();
  const sim = createSim({ ...run.sim, seed: run.seed, clock });
  const pollux = new Pollux({ apiKey: CANARY, clock: clock.with(sim.fetch), fetch: sim.fetch });
  const answer = await clock.run(pollux.interact(run.request).answer());
  if (answer.outcome !== "done") throw new Error(`the reference run ended ${answer.outcome}`);
  return answer;
}

/** Everything that may not be, as sentences. */
async function breaches(run: Run) {
  const wrong: string[] = [];
  const must = (ok: boolean, what: string) => {
    if (!ok) wrong.push(what);
  };
  const truth = await reference(run);
  const clock = new FakeClock(randomOf(run.seed ^ 0x5eed));
  const sim = createSim({ ...run.sim, seed: run.seed, clock, scenario: run.scenario });
  const pollux = new Pollux({
    apiKey: CANARY,
    clock: clock.with(sim.fetch),
    fetch: sim.fetch,
    ...run.options,
  });
  const controller = new AbortController();
  const stream = pollux.interact({ ...run.request, signal: controller.signal });
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
    }
  };
  let thrown: unknown;
  const answering = run.read === "both" || run.read === "answer" ? stream.answer() : undefined;
  await clock.run(consume().catch((error: unknown) => (thrown = error)));
  const answer = await clock.run(answering ?? stream.answer());
  await clock.run(new Promise((resolve) => setImmediate(resolve)));

  const { outcome, text } = answer;
  if (events.length > 0) {
    must(events.filter(isTerminal).length === 1, "not exactly one terminal event");
    must(isTerminal(events.at(-1) as StreamEvent), "the last event is not terminal");
    must(events.map(textOf).join("") === text, "the events' text is not the answer's");
    const joined = answer.splices.some(({ how }) => how !== "replay");
    if (!joined) must(events.map(rawTextOf).join("") === text, "the API's events tell other text");
  }
  must(
    events.every((event, i) => i === 0 || event.seq > (events[i - 1] as StreamEvent).seq),
    "seq does not increase",
  );
  if (run.read === "text") {
    must(read === text, "text() is not the answer's text");
    must((outcome === "done") === (thrown === undefined), `text() misled: ${outcome}`);
  }
  must(truth.text.startsWith(text), "the text is not a prefix of the true text");
  const calls = callsOf(answer);
  must(callsOf(truth).startsWith(calls), "the calls are not those of the true answer");
  if (outcome === "done") {
    must(text === truth.text, "done, but the text is not the true text");
    must(calls === callsOf(truth), "done, but a call is missing");
  }
  const created = sim.interactions.filter(({ hop }) => !hop).length;
  if (!run.request.mayCreateTwice) must(created <= 1, `${created} interactions were created`);
  const running = sim.interactions.filter((one) => one.background && one.status === "in_progress");
  const seen = events.some((event) => event.type === "chunk");
  // A run that was said to have ended is not cancelled.
  const lied = /finish/.test(run.scenario);
  if (outcome === "stopped" && seen && !lied && run.request.onStop !== "leave")
    must(running.length === 0, "a stopped run goes on");
  must(clock.pendingTimers === 0, `${clock.pendingTimers} timers left behind`);
  must(
    sim.journal.every((entry) => entry.outcome !== "open" || entry.status !== 200),
    "a connection was left open",
  );
  must(getEventListeners(controller.signal, "abort").length === 0, "a listener was left behind");
  must(!JSON.stringify([events, answer, sim.journal]).includes(CANARY), "the key leaked");
  const ways = answer.attempts.map(({ how }) => how);
  return { wrong, outcome, ways };
}

function textOf(event: StreamEvent): string {
  if (event.type !== "chunk") return "";
  const parts = event.chunk.candidates?.[0]?.content?.parts ?? [];
  return parts.map((part) => (part.thought ? "" : (part.text ?? ""))).join("");
}

function rawTextOf(event: StreamEvent): string {
  if (event.type !== "chunk") return "";
  const { delta } = event.chunk.interactionEvent as InteractionEvent;
  return delta?.type === "text" ? (delta.text ?? "") : "";
}

function callsOf({ parts }: Answer): string {
  const calls = parts.flatMap(({ functionCall: call }) => (call ? [[call.name, call.args]] : []));
  return calls.map((call) => `${JSON.stringify(call)}\n`).join("");
}

interface Tally {
  outcomes: Record<string, number>;
  ways: Record<string, number>;
  broken: { run: Run; wrong: string[] }[];
}

async function chaos(runs: number, seed: number): Promise<Tally> {
  const tally: Tally = { outcomes: {}, ways: {}, broken: [] };
  for (let i = 0; i < runs && tally.broken.length < BROKEN_MAX; i += 1) {
    const run = runOf(seed + i);
    const { wrong, outcome, ways } = await breaches(run).catch((error: unknown) => ({
      wrong: [String(error instanceof Error ? error.stack : error)],
      outcome: "crashed",
      ways: [],
    }));
    tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1;
    for (const way of ways) tally.ways[way] = (tally.ways[way] ?? 0) + 1;
    if (wrong.length > 0) tally.broken.push({ run, wrong });
  }
  return tally;
}

/** In a thread of its own, as the test runner would follow every promise. */
export function interactionsChaos(
  runs: number,
  seed: number,
): Promise<{ tally: Tally; stray: string[] }> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { runs, seed } });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the thread ended with ${code}`)));
  });
}

const isMain = import.meta.url === pathToFileURL(process.argv[1] ?? "").href;
if (parentPort && workerData) {
  const stray: string[] = [];
  process.on("unhandledRejection", (error) => stray.push(String(error)));
  const { runs, seed } = workerData as { runs: number; seed: number };
  parentPort.postMessage({ tally: await chaos(runs, seed), stray });
} else if (isMain) {
  const { values } = parseArgs({
    options: { runs: { type: "string", default: "2000" }, seed: { type: "string", default: "1" } },
  });
  const { tally, stray } = await interactionsChaos(Number(values.runs), Number(values.seed));
  for (const broken of tally.broken) console.log(JSON.stringify(broken, null, 2));
  console.log(JSON.stringify({ ...tally, broken: tally.broken.length, stray }));
  process.exitCode = tally.broken.length + stray.length > 0 ? 1 : 0;
}

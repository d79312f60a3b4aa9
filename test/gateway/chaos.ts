// Random scenarios through the gateway, over sockets, at every door. Readers of durable streams leave at
// random points and come back; every event must reach them once and in order.

import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Pollux, type StreamEvent } from "../../src/core/index.ts";
import { createSim } from "../../src/sim/index.ts";
import { openStore, type StoreOptions } from "../../src/store/index.ts";
import { FakeClock } from "../fake-clock.ts";
import { type Run, randomOf, runOf } from "../scenarios/chaos.ts";
import { createdTwice, type Told, tellInteraction } from "./chaos-interactions.ts";
import { fastClock } from "./fast-clock.ts";
import { host, OPEN_HOUSE } from "./host.ts";

export const DOORS = [
  "streams",
  "native",
  "array",
  "unary",
  "openai",
  "text",
  "lines",
  "interactions",
] as const;
export type DoorName = (typeof DOORS)[number];

export const CANARY = "AIzaGatewayCanary00000000000000000000000";
export const SEED = 1;
export const HOP_TOKENS = 200;
const READS_MAX = 200;

interface GatewayTally {
  outcomes: Record<string, number>;
  reads: number;
  broken: { seed: number; door: DoorName; scenario: string; model: string; wrong: string[] }[];
}

export async function gatewayChaos(options: {
  runs: number;
  seed: number;
  store: StoreOptions;
  doors?: readonly DoorName[];
  atOnce?: number;
  /** The gateway asks Vertex, in two locations. */
  vertex?: boolean;
}): Promise<GatewayTally> {
  const { runs, seed, doors = DOORS, atOnce = 16 } = options;
  const clock = fastClock();
  const sim = createSim({
    seed: SEED,
    clock,
    hopTokens: HOP_TOKENS,
    ttftMs: 100,
    chunkDelayMs: 20,
  });
  const warden = {
    ...OPEN_HOUSE,
    credential: () => ({ name: "key1", headers: { "x-goog-api-key": CANARY }, done: () => {} }),
  };
  const made = await host({
    store: await openStore(options.store),
    clock,
    fetch: sim.fetch,
    warden,
    ...(options.vertex && {
      vertex: { project: "chaos", location: ["us-central1", "europe-west4"], token: CANARY },
    }),
  });
  const tally: GatewayTally = { outcomes: {}, reads: 0, broken: [] };
  let next = 0;
  const work = async () => {
    for (let i = next++; i < runs; i = next++) {
      const run = runOf(seed + i);
      const door = doors[i % doors.length] as DoorName;
      const told = await tell(made.url, door, run);
      const wrong = [...told.wrong, ...(await judge(run, told))];
      const word = `${door}: ${told.said}`;
      tally.outcomes[word] = (tally.outcomes[word] ?? 0) + 1;
      tally.reads += told.reads ?? 1;
      if (wrong.length > 0) {
        const { model, scenario } = run;
        tally.broken.push({ seed: run.seed, door, model, scenario, wrong });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const all = { seed: -1, door: "streams" as const, model: "", scenario: "" };
  for (const error of made.errors)
    tally.broken.push({ ...all, wrong: [String((error as Error).stack)] });
  for (const wrong of createdTwice(sim.interactions)) tally.broken.push({ ...all, wrong: [wrong] });
  await made.close();
  return tally;
}

export async function judge(run: Run, told: Told): Promise<string[]> {
  const wrong: string[] = [];
  const truth = await truthOf(run);
  if (!truth.startsWith(told.text)) wrong.push("the text is not a prefix of the true text");
  if (told.whole && told.text !== truth) wrong.push("told whole, but it is not");
  return wrong;
}

/** What an undisturbed model says, over all its hops. */
export async function truthOf(run: Run): Promise<string> {
  const clock = new FakeClock();
  const sim = createSim({ seed: SEED, clock, hopTokens: HOP_TOKENS });
  const pollux = new Pollux({ apiKey: CANARY, clock: clock.with(sim.fetch), fetch: sim.fetch });
  return (await clock.run(pollux.stream(run.request).answer())).text;
}

/** `signal` ends the client in the middle, as a closed tab does. */
export async function tell(
  url: string,
  door: DoorName,
  run: Run,
  signal?: AbortSignal,
): Promise<Told> {
  const random = randomOf(run.seed ^ 0xd00e);
  const headers = {
    "content-type": "application/json",
    "x-sim": run.scenario,
    "x-sim-stream": `${run.seed}`,
  };
  if (door === "interactions") return tellInteraction({ url, run, headers, random });
  const { contents, generationConfig } = run.request;
  const native = { contents: [{ role: "user", parts: [{ text: contents }] }], generationConfig };
  const post = (path: string, body: unknown, more: object = {}) =>
    fetch(`${url}${path}`, {
      method: "POST",
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  const model = `/v1beta/models/${run.model}`;
  if (door === "streams") {
    const response = await post("/streams", { model: run.model, ...native });
    if (response.status !== 201) return refused(await response.text(), response.status);
    return readEvents(url, ((await response.json()) as { id: string }).id, random);
  }
  if (door === "native")
    return readNative(await post(`${model}:streamGenerateContent?alt=sse`, native));
  if (door === "array") return readArray(await post(`${model}:streamGenerateContent`, native));
  if (door === "unary") return readUnary(await post(`${model}:generateContent`, native));
  const isJson = JSON.stringify(generationConfig).includes("responseMimeType");
  const json = isJson ? { response_format: { type: "json_object" } } : {};
  if (door === "text")
    return readOpenAi(
      await post("/v1/completions", { model: run.model, prompt: contents, stream: true, ...json }),
    );
  const messages = [{ role: "user", content: contents }];
  const more = door === "lines" ? { accept: "application/x-ndjson" } : {};
  return readOpenAi(
    await post("/v1/chat/completions", { model: run.model, messages, stream: true, ...json }, more),
    door === "lines",
  );
}

function refused(text: string, status: number): Told {
  const wrong = leaks(text);
  const body = JSON.parse(text) as { error?: { message?: string } };
  if (!body.error?.message || status < 400)
    wrong.push(`status ${status} without an error: ${text.slice(0, 200)}`);
  return { text: "", whole: false, said: `status ${status}`, wrong };
}

function leaks(text: string): string[] {
  return text.includes(CANARY) ? ["the key leaked"] : [];
}

/** Leaves at random points, and comes back with the cursor. */
async function readEvents(url: string, id: string, random: () => number): Promise<Told> {
  const events: StreamEvent[] = [];
  const wrong: string[] = [];
  for (let reads = 1; reads < READS_MAX; reads += 1) {
    const controller = new AbortController();
    let more = random() < 0.7 ? Math.floor(random() * 6) : Number.POSITIVE_INFINITY;
    const after = events.at(-1)?.seq ?? -1;
    const headers: Record<string, string> =
      random() < 0.5 ? { "last-event-id": String(after) } : {};
    const query = headers["last-event-id"] === undefined ? `?after=${after}` : "";
    try {
      const response = await fetch(`${url}/streams/${id}/events${query}`, {
        headers,
        signal: controller.signal,
      });
      if (response.status !== 200) return refused(await response.text(), response.status);
      for await (const event of eventsIn(response)) {
        if (event.seq !== (events.at(-1)?.seq ?? -1) + 1)
          wrong.push(`after ${events.at(-1)?.seq} came ${event.seq}`);
        events.push(event);
        if (more-- <= 0) {
          controller.abort();
          break;
        }
      }
    } catch (error) {
      if (!controller.signal.aborted) wrong.push(`the connection broke: ${error}`);
    }
    const last = events.at(-1);
    if (last && /^(done|incomplete|blocked|stopped|failed)$/.test(last.type)) {
      const ends = events.filter(({ type }) => type === last.type);
      if (ends.length !== 1) wrong.push(`${ends.length} ends`);
      const text = events.map(textOf).join("");
      if ("text" in last && last.text !== text)
        wrong.push("the end's text is not the events' text");
      wrong.push(...leaks(JSON.stringify(events)));
      return { text, whole: last.type === "done", said: last.type, wrong, reads };
    }
    if (wrong.length > 0) break;
  }
  return { text: "", whole: false, said: "never ended", wrong: [...wrong, "no terminal event"] };
}

async function* eventsIn(response: Response): AsyncGenerator<StreamEvent> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(piece, { stream: true });
    for (let at = text.indexOf("\n\n"); at >= 0; at = text.indexOf("\n\n")) {
      const data = /^data: (.*)$/m.exec(text.slice(0, at))?.[1];
      text = text.slice(at + 2);
      if (data) yield JSON.parse(data) as StreamEvent;
    }
  }
}

interface Chunk {
  error?: { message?: string; code?: number };
  candidates?: {
    finishReason?: string;
    content?: { parts?: { text?: string; thought?: boolean }[] };
  }[];
  promptFeedback?: { blockReason?: string };
}

function textOf(event: StreamEvent): string {
  return event.type === "chunk" ? textOfChunk(event.chunk as Chunk) : "";
}

function textOfChunk(chunk: Chunk): string {
  const parts = chunk.candidates?.[0]?.content?.parts ?? [];
  return parts.map((part) => (part.thought ? "" : (part.text ?? ""))).join("");
}

async function readNative(response: Response): Promise<Told> {
  const body = await response.text();
  if (response.status !== 200) return refused(body, response.status);
  const wrong = leaks(body);
  const chunks = body
    .split("\r\n\r\n")
    .flatMap((block) => block.split("\n\n"))
    .filter((block) => block.startsWith("data: "))
    .map((block) => JSON.parse(block.slice(6)) as Chunk);
  return judgeChunks(chunks, wrong);
}

async function readArray(response: Response): Promise<Told> {
  const body = await response.text();
  if (response.status !== 200) return refused(body, response.status);
  return judgeChunks(JSON.parse(body) as Chunk[], leaks(body));
}

async function readUnary(response: Response): Promise<Told> {
  const body = await response.text();
  if (response.status !== 200) return refused(body, response.status);
  return judgeChunks([JSON.parse(body) as Chunk], leaks(body));
}

/** As an honest client of Gemini's reads it: whole means a finish reason and no error. */
function judgeChunks(chunks: Chunk[], wrong: string[]): Told {
  let finish: string | undefined;
  let error: string | undefined;
  for (const chunk of chunks) {
    if (chunk.error) error = chunk.error.message;
    const candidate = chunk.candidates?.[0];
    if (textOfChunk(chunk) !== "") finish = undefined;
    finish = candidate?.finishReason ?? finish;
    if (chunk.promptFeedback?.blockReason) finish = "BLOCKED";
  }
  if (finish === undefined && error === undefined) wrong.push("it ended without a word");
  const whole = finish === "STOP" && error === undefined;
  const said = error === undefined ? (finish ?? "nothing") : "error";
  return { text: chunks.map(textOfChunk).join(""), whole, said, wrong };
}

async function readOpenAi(response: Response, lines = false): Promise<Told> {
  const body = await response.text();
  if (response.status !== 200) return refused(body, response.status);
  const wrong = leaks(body);
  let text = "";
  let finish: string | null = null;
  let error: string | undefined;
  let done = lines;
  for (const block of body.split("\n\n")) {
    const data = lines ? block.trim() : block.startsWith("data: ") ? block.slice(6) : "";
    if (data === "") continue;
    if (data === "[DONE]") {
      done = true;
      continue;
    }
    const piece = JSON.parse(data) as {
      error?: { message: string };
      choices?: { delta?: { content?: string }; finish_reason: string | null }[];
    };
    if (piece.error) error = piece.error.message;
    text += piece.choices?.[0]?.delta?.content ?? "";
    finish = piece.choices?.[0]?.finish_reason ?? finish;
  }
  if (error === undefined && !(done && finish))
    wrong.push(`it ended without a word (${done}, ${finish})`);
  if (error !== undefined && done && !lines) wrong.push("an error, and [DONE]");
  const whole = error === undefined && finish === "stop";
  return { text, whole, said: error === undefined ? `${finish}` : "error", wrong };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "1000" },
      seed: { type: "string", default: "1" },
      door: { type: "string" },
      vertex: { type: "boolean", default: false },
      store: { type: "string", default: "memory" },
      "redis-url": { type: "string", default: "redis://127.0.0.1:6379" },
      folder: { type: "string", default: ".pollux/chaos" },
    },
  });
  const stores: Record<string, StoreOptions> = {
    memory: { kind: "memory" },
    sqlite: { kind: "sqlite", folder: values.folder },
    redis: { kind: "redis", url: values["redis-url"], prefix: `chaos-${process.pid}:` },
  };
  const store = stores[values.store];
  if (!store) throw new Error("--store: expected memory, sqlite or redis");
  const startedAt = performance.now();
  const tally = await gatewayChaos({
    runs: Number(values.runs),
    seed: Number(values.seed),
    store,
    vertex: values.vertex,
    ...(values.door && { doors: [values.door as DoorName] }),
  });
  for (const one of tally.broken.slice(0, 5)) console.log(JSON.stringify(one, null, 2));
  const ms = Math.round(performance.now() - startedAt);
  console.log(
    `${JSON.stringify(tally.outcomes, null, 1)}\n${tally.reads} reads, broken ${tally.broken.length}, ${ms} ms`,
  );
  process.exitCode = tally.broken.length > 0 ? 1 : 0;
}

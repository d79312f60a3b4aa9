// What reading an interaction costs beside reading generateContent: the same text in as many events,
// through the same library, in turns. Prints CPU microseconds an event and their ratio.
import { parseArgs } from "node:util";
import { Pollux } from "../src/core/index.ts";
import { encodeNative } from "../src/wire/index.ts";
import { encodeInteraction, INTERACTION_DONE } from "../src/wire/interactions.ts";
import { keep } from "./keep.ts";
import { machine, median } from "./report.ts";

const PACKET_BYTES = 16 * 1024;
const MODEL = "gemini-3.6-flash";
const { values } = parseArgs({
  options: {
    events: { type: "string", default: "20000" },
    rounds: { type: "string", default: "7" },
    write: { type: "boolean" },
  },
});
const events = Number(values.events);
const rounds = Number(values.rounds);
const texts = Array.from({ length: events }, (_, i) => `word ${i} of a long answer, `);

function generateContentBody(): string {
  const usage = { promptTokenCount: 9, candidatesTokenCount: 2, totalTokenCount: 46 };
  return texts
    .map((text, i) => {
      const content = { parts: [{ text }], role: "model" };
      const finish = i === events - 1 ? { finishReason: "STOP" } : {};
      const candidates = [{ content, ...finish, index: 0 }];
      const around = { usageMetadata: usage, modelVersion: MODEL, responseId: "abc123" };
      return encodeNative(JSON.stringify({ candidates, ...around }));
    })
    .join("");
}

function interactionsBody(): string {
  const interaction = { id: "v1_bench", object: "interaction", model: MODEL };
  const said = texts.map((text) => ({
    event_type: "step.delta",
    index: 0,
    delta: { type: "text", text },
  }));
  const all = [
    { event_type: "interaction.created", interaction: { ...interaction, status: "in_progress" } },
    { event_type: "step.start", index: 0, step: { type: "model_output" } },
    ...said,
    { event_type: "step.stop", index: 0 },
    { event_type: "interaction.completed", interaction: { ...interaction, status: "completed" } },
  ];
  return all.map(encodeInteraction).join("") + INTERACTION_DONE;
}

function fetchOf(body: string): typeof fetch {
  const bytes = new TextEncoder().encode(body);
  return async () => {
    let at = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at + PACKET_BYTES));
        at += PACKET_BYTES;
      },
    });
    return new Response(stream, { headers: { "content-type": "text/event-stream" } });
  };
}

const lanes = {
  generateContent: new Pollux({ apiKey: "bench", fetch: fetchOf(generateContentBody()) }),
  interactions: new Pollux({ apiKey: "bench", fetch: fetchOf(interactionsBody()) }),
};

async function run(name: keyof typeof lanes): Promise<number> {
  const pollux = lanes[name];
  const stream =
    name === "interactions"
      ? pollux.interact({ model: MODEL, input: "x", store: false })
      : pollux.stream({ model: MODEL, contents: "x" });
  const before = process.cpuUsage();
  let seen = 0;
  for await (const event of stream) if (event.type === "chunk") seen += 1;
  const { user, system } = process.cpuUsage(before);
  const { outcome } = await stream.answer();
  if (seen < events || outcome !== "done") throw new Error(`${name}: ${outcome}, ${seen} chunks`);
  return (user + system) / events;
}

const measured = { generateContent: [] as number[], interactions: [] as number[] };
for (let round = 0; round < rounds; round += 1) {
  for (const name of ["generateContent", "interactions"] as const) {
    const us = await run(name);
    // The first round warms up.
    if (round > 0) measured[name].push(us);
  }
}
const [ours, theirs] = [median(measured.interactions), median(measured.generateContent)];
const spread = (list: readonly number[]) =>
  `${median(list).toFixed(2)} (${Math.min(...list).toFixed(2)}–${Math.max(...list).toFixed(2)})`;
const report = `# What reading an interaction costs

${new Date().toISOString().slice(0, 10)} · ${machine()} · \`npm run bench:interactions -- --write\`

The same text in ${events.toLocaleString("en")} events, read through the same library in turns, ${rounds - 1} rounds after one to warm up; CPU time of the process per event, median (fastest–slowest).

| | µs per event | to generateContent |
|---|--:|--:|
| generateContent | ${spread(measured.generateContent)} | 1.00× |
| interactions | ${spread(measured.interactions)} | ${(ours / theirs).toFixed(2)}× |
`;
console.log(report);
if (values.write)
  keep("interactions", report, {
    interactions: {
      title: "Reading an interaction, and reading generateContent",
      says: "CPU microseconds per event, median; shorter is better",
      bars: [
        { label: "generateContent", value: theirs },
        { label: "interactions", value: ours, isOurs: true },
      ],
      digits: 2,
    },
  });

// Whole streams over bodies that nobody would send: each ends once, in a known way, with the text it gave.
import assert from "node:assert/strict";
import { FAILURES } from "../../../src/core/failures.ts";
import { Pollux, type StreamEvent } from "../../../src/core/index.ts";
import { FakeClock } from "../../fake-clock.ts";
import type { Random } from "../random.ts";
import { about, cutsOf, onBytes, type Target } from "../target.ts";
import { KEY } from "./core.ts";
import { bodies, EVENTS } from "./seeds.ts";

const ENDS = ["done", "incomplete", "blocked", "stopped", "failed"];
const utf8 = new TextEncoder();

/** Answers every call with this body, in pieces. */
function answering(body: Uint8Array, random: Random): typeof globalThis.fetch {
  const cuts = [0, ...cutsOf(body.length, random).slice(0, 20), body.length];
  const type = random.pick(["text/event-stream", "application/json", "text/html"]);
  const status = random.pick([200, 200, 200, 200, 400, 429, 503]);
  return (async () => {
    const pieces = cuts.slice(1).map((to, i) => body.slice(cuts[i], to));
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const piece = pieces.shift();
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
    });
    return new Response(stream, { status, headers: { "content-type": type } });
  }) as typeof globalThis.fetch;
}

const textOf = (event: StreamEvent): string => {
  if (event.type !== "chunk") return "";
  const parts = event.chunk.candidates?.[0]?.content?.parts ?? [];
  const isFirst = (event.chunk.candidates?.[0]?.index ?? 0) === 0;
  return isFirst ? parts.map(({ text, thought }) => (thought ? "" : (text ?? ""))).join("") : "";
};

function check(events: readonly StreamEvent[], asked: string): string {
  const ends = events.filter(({ type }) => ENDS.includes(type));
  assert.equal(ends.length, 1, `${ends.length} ends`);
  const end = events.at(-1);
  assert.equal(end, ends[0]);
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, i) => i),
  );
  const code = end && "failure" in end ? end.failure?.code : undefined;
  assert.ok(code === undefined || Object.hasOwn(FAILURES, code));
  assert.ok(!JSON.stringify(events).includes(KEY), "the key shows");
  if (end && "text" in end && end.type === "done")
    assert.equal(end.text, events.map(textOf).join(""));
  return `${asked} ${end?.type} ${code} ${about(events.length)}`;
}

async function eventsOf(stream: AsyncIterable<StreamEvent>, clock: FakeClock) {
  const events: StreamEvent[] = [];
  const read = async () => {
    for await (const event of stream) events.push(event);
  };
  await clock.run(read());
  return events;
}

function client(body: Uint8Array, random: Random) {
  const clock = new FakeClock(random.real);
  const fetch = answering(body, random);
  const pollux = new Pollux({ apiKey: KEY, clock: clock.with(fetch), fetch, maxAttempts: 3 });
  return { clock, pollux };
}

const generations = onBytes({
  name: "stream",
  seeds: bodies,
  words: [
    '"finishReason":"STOP"',
    '"text":"',
    '"parts":',
    '"candidates":',
    "null",
    "data: ",
    '"error":',
  ],
  async run(body, random) {
    const { clock, pollux } = client(body, random);
    const stream = pollux.stream({ model: "gemini-3.6-flash", contents: "Hi" });
    const events = await eventsOf(stream, clock);
    assert.equal(clock.pendingTimers, 0, "timers are left");
    return check(events, "stream");
  },
});

const told = EVENTS.map((list) =>
  utf8.encode((list as object[]).map((one) => `data: ${JSON.stringify(one)}\n\n`).join("")),
);

const interactions = onBytes({
  name: "interact",
  seeds: told,
  words: ['"event_type":"', "step.delta", '"index":', '"delta":', "null", "data: ", "completed"],
  async run(body, random) {
    const { clock, pollux } = client(body, random);
    const events = await eventsOf(
      pollux.interact({ model: "gemini-3.6-flash", input: "Hi" }),
      clock,
    );
    return check(events, "interact");
  },
});

const entries = [
  { seq: 0, t: 0, type: "open", streamId: "s", model: "m", at: "x" },
  { seq: 1, t: 1, type: "chunk", attempt: 1, chunk: {} },
  { seq: 2, t: 2, type: "done", text: "" },
].map((event) => `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);

const followed = onBytes({
  name: "follow",
  seeds: [utf8.encode(entries.join("")), utf8.encode(entries.slice(0, 2).join(""))],
  words: ['"seq":', '"type":"done"', "data: ", "event: ", "null", "\n\n"],
  async run(body, random) {
    const { clock, pollux } = client(body, random);
    const follow = pollux.follow("https://gateway.example/streams/s/events");
    let outcome = "ended";
    const seqs: number[] = [];
    const read = async () => {
      for await (const { seq } of follow) seqs.push(seq);
    };
    await clock.run(
      read().catch((error: { name?: string; code?: string }) => {
        assert.equal(error.name, "StreamError", String(error));
        outcome = String(error.code);
      }),
    );
    for (let i = 1; i < seqs.length; i += 1)
      assert.ok(!((seqs[i] as number) <= (seqs[i - 1] as number)), "an event came twice");
    return `${outcome} ${about(seqs.length)}`;
  },
});

export const streamTargets: readonly Target[] = [generations, interactions, followed];

// Google's own client, and ours, asking the simulator for interactions over sockets.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { GoogleGenAI } from "@google/genai";
import { isStreamError, Pollux } from "../../src/core/index.ts";
import { Interactions } from "../../src/core/interactions.ts";
import { type Listening, listen } from "../../src/node/index.ts";
import { createSim } from "../../src/sim/index.ts";

const KEY = "AIzaInteractionsOverSockets0000000000000";
const MODEL = "gemini-3.6-flash";
const INPUT = "Tell me 120 words about lighthouses";
const HOUR_MS = 60 * 60_000;

const sim = createSim();
/** Its runs take hours, so they are found under way. */
const slow = createSim({ chunkDelayMs: HOUR_MS });
const truth = sim.truth(MODEL, { contents: [{ role: "user", parts: [{ text: INPUT }] }] });
let server: Listening;
let slowServer: Listening;
before(async () => {
  server = await listen(sim.serve);
  slowServer = await listen(slow.serve);
});
after(async () => {
  await server.close();
  await slowServer.close();
});

const google = ({ url }: Listening) =>
  new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: url } });
const ours = ({ url }: Listening) => ({ apiKey: KEY, baseUrl: url });

type Event = Record<string, unknown> & {
  event_type: string;
  event_id?: string;
  delta?: { type: string; text?: string };
  interaction?: { id: string; status: string };
};

async function all(stream: AsyncIterable<unknown>, count = Number.POSITIVE_INFINITY) {
  const events: Event[] = [];
  for await (const event of stream) {
    events.push(event as Event);
    if (events.length === count) break;
  }
  return events;
}

function textOf(events: readonly Event[]): string {
  return events.map(({ delta }) => (delta?.type === "text" ? delta.text : "")).join("");
}

test("Google's client streams an interaction to its completion", async () => {
  const stream = await google(server).interactions.create({
    model: MODEL,
    input: INPUT,
    stream: true,
  });
  const events = await all(stream);
  assert.equal(events[0]?.event_type, "interaction.created");
  assert.equal(events.at(-1)?.event_type, "interaction.completed");
  assert.equal(events.at(-1)?.interaction?.status, "completed");
  assert.equal(textOf(events), truth);
});

test("Google's client gets an interaction in one piece, and goes on from it", async () => {
  const { interactions } = google(server);
  const first = await interactions.create({ model: MODEL, input: INPUT });
  assert.equal(first.output_text, truth);
  assert.equal(first.status, "completed");
  const next = await interactions.create({
    model: MODEL,
    input: "And now in one sentence",
    previous_interaction_id: first.id,
  });
  assert.notEqual(next.output_text, "");
  const kept = await interactions.get(first.id);
  assert.equal(kept.output_text, truth);
});

test("Google's client reads a background run on from an event", async () => {
  const { interactions } = google(server);
  const asked = { model: MODEL, input: INPUT, background: true, stream: true } as const;
  const begun = await all(await interactions.create(asked), 6);
  const id = begun[0]?.interaction?.id ?? "";
  const last_event_id = begun.at(-1)?.event_id ?? "";
  const rest = await all(await interactions.get(id, { stream: true, last_event_id }));
  assert.equal(textOf(begun) + textOf(rest), truth);
  assert.equal(rest.at(-1)?.interaction?.status, "completed");
});

test("Google's client goes on by token over several hops, and so does ours", async () => {
  const hopping = createSim({ hopTokens: 60 });
  const listening = await listen(hopping.serve);
  const model = "gemini-4-argon";
  const whole = hopping.truth(model, { contents: [{ role: "user", parts: [{ text: INPUT }] }] });
  try {
    const { interactions } = google(listening);
    const streamed = await all(await interactions.create({ model, input: INPUT, stream: true }));
    assert.equal(textOf(streamed), whole);
    const hops = streamed.filter(({ event_type: type }) => type === "interaction.completed");
    assert.ok(hops.length > 2);
    // The end of an answer in one piece that was hopped together is the client's own work.
    const unary = await interactions.create({ model, input: INPUT });
    assert.equal(unary.output_text, whole);
    const own = await new Pollux(ours(listening)).interact({ model, input: INPUT }).answer();
    assert.equal(own.text, whole);
    assert.equal(own.attempts.length, hops.length);
  } finally {
    await listening.close();
  }
});

test("Google's client cancels a background run, and deletes it", async () => {
  const { interactions } = google(slowServer);
  const begun = await interactions.create({ model: MODEL, input: INPUT, background: true });
  assert.equal(begun.status, "in_progress");
  assert.equal((await interactions.cancel(begun.id)).status, "cancelled");
  assert.equal((await interactions.get(begun.id)).status, "cancelled");
  await interactions.delete(begun.id);
  await assert.rejects(interactions.get(begun.id), /not found/);
});

test("Google's client meets the API's own error words", async () => {
  const { interactions } = google(server);
  const asked = interactions.create({ model: "gemini-9", input: INPUT });
  await assert.rejects(asked, (error: { status?: number; message: string }) => {
    assert.equal(error.status, 404);
    assert.match(error.message, /gemini-9 not found/);
    return true;
  });
});

test("ours goes on where a background run was cut, twice", async () => {
  const pollux = new Pollux({
    ...ours(server),
    headers: {
      "x-sim": "attempt 1: cut after 8 chunks; attempt 2: reset after 3 chunks; attempt 3: ok",
      "x-sim-stream": "cut-twice",
    },
  });
  const stream = pollux.interact({ model: MODEL, input: INPUT, background: true });
  let text = "";
  for await (const piece of stream.text()) text += piece;
  const answer = await stream.answer();
  assert.equal(text, truth);
  assert.equal(answer.outcome, "done");
  assert.deepEqual(
    answer.attempts.map(({ how }) => how),
    ["fresh", "replay", "replay"],
  );
});

test("ours cancels a background run when its reader stops, unless it is left", async () => {
  const pollux = new Pollux(ours(slowServer));
  const interactions = new Interactions(ours(slowServer));
  const ids: string[] = [];
  for (const onStop of ["cancel", "leave"] as const) {
    const stream = pollux.interact({ model: MODEL, input: INPUT, background: true, onStop });
    for await (const event of stream) if (event.type === "chunk") break;
    const answer = await stream.answer();
    assert.equal(answer.outcome, "stopped");
    ids.push(answer.responseId ?? "");
  }
  const [cancelled = "", left = ""] = ids;
  assert.equal((await settled(interactions, cancelled)).status, "cancelled");
  const { status } = await interactions.get(left);
  assert.equal(status, "in_progress");
});

/** The cancelling call is not waited for by anybody; it has been sent before any other. */
async function settled(interactions: Interactions, id: string) {
  for (let i = 0; i < 50; i += 1) {
    const seen = await interactions.get(id);
    if (seen.status !== "in_progress") return seen;
  }
  return interactions.get(id);
}

test("ours attaches to an interaction by its id, from the start or after an event", async () => {
  const interactions = new Interactions(ours(server));
  const { id = "" } = await interactions.create({ model: MODEL, input: INPUT, background: true });
  const pollux = new Pollux(ours(server));
  const whole = await pollux.interact({ interaction: id }).answer();
  assert.equal(whole.text, truth);
  const rest = await pollux.interact({ interaction: id, lastEventId: "evt_9" }).answer();
  assert.equal(rest.outcome, "done");
  assert.ok(truth.endsWith(rest.text) && rest.text.length < truth.length);
  await interactions.delete(id);
  const gone = await pollux.interact({ interaction: id }).answer();
  assert.equal(gone.failure?.code, "interaction_not_found");
});

test("plain calls fail in the words of the table", async () => {
  const interactions = new Interactions(ours(server));
  await assert.rejects(interactions.cancel("v1_nobody"), (error) => {
    assert.ok(isStreamError(error));
    assert.equal(error.code, "interaction_not_found");
    return true;
  });
});

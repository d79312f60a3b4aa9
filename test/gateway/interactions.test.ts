// Google's Interactions API at the gateway's door: Google's own client over sockets, readers that come
// back, what is created once, whose it is, and what is refused.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { GoogleGenAI } from "@google/genai";
import { host } from "./host.ts";

const MODEL = "gemini-3.6-flash";
const INPUT = "Tell me 120 words about lighthouses";
const HOUR_MS = 60 * 60_000;

const made = await host({ sim: { chunkDelayMs: 1 } });
/** Its runs take hours, so they are found under way. */
const slow = await host({ sim: { chunkDelayMs: HOUR_MS } });
after(async () => {
  await made.close();
  await slow.close();
});
const truthOf = (model: string, sim = made.sim) =>
  sim.truth(model, { contents: [{ role: "user", parts: [{ text: INPUT }] }] });
const google = ({ url }: { url: string }) =>
  new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: url } }).interactions;

type Event = Record<string, unknown> & {
  event_type: string;
  event_id?: string;
  index?: number;
  step?: { type: string };
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

test("@google/genai streams an interaction, and every event has an id", async () => {
  const stream = await google(made).create({ model: MODEL, input: INPUT, stream: true });
  const events = await all(stream);
  assert.equal(events[0]?.event_type, "interaction.created");
  assert.equal(events.at(-1)?.interaction?.status, "completed");
  assert.equal(textOf(events), truthOf(MODEL));
  const ids = events.map(({ event_id: id }) => id);
  assert.ok(ids.every((id) => id?.startsWith("plx-")));
  assert.equal(new Set(ids).size, ids.length);
});

test("@google/genai gets one in one piece, looks at it, goes on from it, deletes it", async () => {
  const interactions = google(made);
  const first = await interactions.create({ model: MODEL, input: INPUT });
  assert.equal(first.output_text, truthOf(MODEL));
  assert.equal(first.status, "completed");
  assert.equal((await interactions.get(first.id)).output_text, truthOf(MODEL));
  assert.equal((await interactions.get(first.id)).id, first.id);
  const next = await interactions.create({
    model: MODEL,
    input: "And now in one sentence",
    previous_interaction_id: first.id,
  });
  assert.notEqual(next.output_text, "");
  await interactions.delete(first.id);
  await assert.rejects(interactions.get(first.id), /not found/);
  await assert.rejects(interactions.get(first.id, { stream: true }), /not found/);
});

test("@google/genai reads on from every event of a run, in the background or not", async () => {
  const interactions = google(made);
  for (const background of [true, false]) {
    const asked = { model: MODEL, input: INPUT, background, stream: true } as const;
    const whole = await all(await interactions.create(asked));
    const id = whole[0]?.interaction?.id ?? "";
    const before = made.sim.journal.length;
    for (const [i, { event_id = "" }] of whole.entries()) {
      const rest = await interactions.get(id, { stream: true, last_event_id: event_id });
      assert.deepEqual(await all(rest), whole.slice(i + 1));
    }
    assert.equal(made.sim.journal.length, before, "nobody asked Google again");
  }
});

test("a reader that leaves at once comes back to the same run, wherever it stands", async () => {
  const interactions = google(made);
  const begun = await interactions.create({ model: MODEL, input: INPUT, background: true });
  assert.equal(begun.status, "in_progress");
  const seen: Event[] = [];
  for (
    let reads = 0;
    reads < 60 && seen.at(-1)?.event_type !== "interaction.completed";
    reads += 1
  ) {
    const from = seen.at(-1)?.event_id;
    const cursor = from === undefined ? {} : { last_event_id: from };
    seen.push(...(await all(await interactions.get(begun.id, { stream: true, ...cursor }), 3)));
  }
  assert.equal(textOf(seen), truthOf(MODEL));
});

test("@google/genai meets several hops as one interaction", async () => {
  const hopping = await host({ sim: { hopTokens: 60 } });
  try {
    const model = "gemini-4-argon";
    const whole = truthOf(model, hopping.sim);
    const streamed = await all(await google(hopping).create({ model, input: INPUT, stream: true }));
    assert.equal(textOf(streamed), whole);
    const of = (type: string) => streamed.filter(({ event_type }) => event_type === type);
    assert.equal(of("interaction.created").length, 1);
    assert.equal(of("interaction.completed").length, 1);
    const starts = of("step.start").map(({ index }) => index);
    assert.deepEqual(
      starts,
      starts.map((_, i) => i),
    );
    assert.ok(hopping.sim.interactions.length > 2);
    const unary = await google(hopping).create({ model, input: INPUT });
    assert.equal(unary.output_text, whole);
  } finally {
    await hopping.close();
  }
});

test("@google/genai cancels a run in the background; its reader is told", async () => {
  const interactions = google(slow);
  const begun = await interactions.create({ model: MODEL, input: INPUT, background: true });
  assert.equal(begun.status, "in_progress");
  const reading = interactions.get(begun.id, { stream: true });
  assert.equal((await interactions.cancel(begun.id)).status, "cancelled");
  assert.equal((await interactions.get(begun.id)).status, "cancelled");
  const events = await all(await reading);
  assert.equal(events.at(-1)?.interaction?.status, "cancelled");
  await interactions.delete(begun.id);
  await assert.rejects(interactions.get(begun.id), /not found/);
});

test("refusals come in the API's own words", async () => {
  const { url } = made;
  const post = async (body: object, path = "/v1beta/interactions") => {
    const response = await fetch(url + path, { method: "POST", body: JSON.stringify(body) });
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    return [response.status, error.code, response.headers.get("x-pollux-failure")];
  };
  assert.deepEqual(await post({ model: MODEL }), [400, "invalid_request", "request_invalid"]);
  assert.deepEqual(await post({ model: "gemini-9", input: "Hi" }), [
    404,
    "model_not_found",
    "model_not_found",
  ]);
  assert.deepEqual(await post({ model: MODEL, input: "Hi", onStop: "leave" }), [
    400,
    "invalid_request",
    "request_invalid",
  ]);
  const gone = `/v1beta/interactions/v1_x~${crypto.randomUUID()}`;
  assert.deepEqual(await post({}, `${gone}/cancel`), [404, "not_found", "interaction_not_found"]);
});

test("one is created once, however often it is asked for with one key", async () => {
  const headers = { "idempotency-key": "lighthouse" };
  const before = made.sim.interactions.length;
  const asked = () =>
    fetch(`${made.url}/v1beta/interactions`, {
      method: "POST",
      headers,
      body: JSON.stringify({ model: MODEL, input: INPUT }),
    }).then((response) => response.json() as Promise<{ id: string }>);
  const [one, two] = await Promise.all([asked(), asked()]);
  assert.equal(one?.id, two?.id);
  assert.equal(made.sim.interactions.length, before + 1);
});

// Google's Interactions API at the gateway's door: Google's own client over sockets, readers that come
// back, what is created once, whose it is, and what is refused.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { GoogleGenAI } from "@google/genai";
import { systemClock } from "../../src/core/index.ts";
import { type Exchange, KeyPool } from "../../src/gateway/index.ts";
import { readName } from "../../src/gateway/interactions/name.ts";
import { createSim } from "../../src/sim/index.ts";
import { openStore } from "../../src/store/index.ts";
import { fastClock } from "./fast-clock.ts";
import { host, OPEN_HOUSE } from "./host.ts";

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

/** Keys of two projects: neither finds what the other created. */
function projects(chunkDelayMs = 0) {
  const pace = { ttftMs: 0, chunkDelayMs };
  const sims = { one: createSim(pace), two: createSim(pace) };
  const asked: string[] = [];
  const ask: typeof fetch = (input, init) => {
    const key = new Headers(init?.headers).get("x-goog-api-key") as "one" | "two";
    asked.push(key);
    return sims[key].fetch(input, init);
  };
  const pool = new KeyPool(
    ["one", "two"].map((secret) => ({ name: secret.toUpperCase(), secret })),
    systemClock,
  );
  const warden = {
    ...OPEN_HOUSE,
    credential: (model: string, tag?: string) => {
      const taken = pool.take(model, tag);
      if ("failure" in taken) throw taken.failure;
      return { ...taken, headers: { "x-goog-api-key": taken.secret } };
    },
  };
  return { asked, ask, warden, sims };
}

test("what one key created is only ever asked for with that key", async () => {
  const { asked, ask, warden } = projects();
  const two = await host({ fetch: ask, warden });
  try {
    const interactions = google(two);
    for (let i = 0; i < 4; i += 1) {
      asked.length = 0;
      // Others are under way, so the pool would rather give the other key.
      const busy = warden.credential(MODEL);
      const first = await interactions.create({ model: MODEL, input: INPUT });
      busy.done();
      const next = { model: MODEL, input: "On", previous_interaction_id: first.id };
      await interactions.create(next);
      await interactions.get(first.id);
      await interactions.delete(first.id);
      assert.equal(asked.length, 4);
      assert.equal(new Set(asked).size, 1);
    }
  } finally {
    await two.close();
  }
});

test("another process goes on with the key that created it", async () => {
  const { asked, ask, warden, sims } = projects(30);
  const store = await openStore({ kind: "memory" });
  const shared = { store: { ...store, close: async () => {} }, fetch: ask, warden, leaseMs: 600 };
  const [one, two] = [await host(shared), await host(shared)];
  try {
    const run = { model: MODEL, input: INPUT, background: true } as const;
    const busy = warden.credential(MODEL);
    const { id } = await google(one).create(run);
    busy.done();
    const created = asked[0] as "one" | "two";
    await one.gateway.drain(0);
    const events = await all(await google(two).get(id, { stream: true }));
    assert.equal(textOf(events), truthOf(MODEL, sims[created]));
    assert.ok(asked.length > 1, "it was taken over");
    assert.deepEqual(new Set(asked), new Set([created]));
  } finally {
    await one.close();
    await two.close();
    await store.close();
  }
});

test("whose it is, nobody else learns; models that are not offered are refused", async () => {
  const warden = {
    ...OPEN_HOUSE,
    identify: async ({ headers }: Exchange) => ({
      name: headers["x-goog-api-key"] ?? "",
      operator: false,
    }),
    mayUse: (_client: unknown, model: string) => model === MODEL,
  };
  const shared = await host({ warden });
  try {
    const as = (apiKey: string) =>
      new GoogleGenAI({ apiKey, httpOptions: { baseUrl: shared.url } }).interactions;
    const { id } = await as("anna").create({ model: MODEL, input: INPUT });
    const before = shared.sim.journal.length;
    const next = { model: MODEL, input: "On", previous_interaction_id: id };
    for (const asked of [
      as("bert").get(id),
      as("bert").get(id, { stream: true }),
      as("bert").cancel(id),
      as("bert").delete(id),
      as("bert").create(next),
    ])
      await assert.rejects(asked, { status: 404 });
    const other = as("anna").create({ model: "gemini-2.5-pro", input: INPUT });
    await assert.rejects(other, { status: 403 });
    assert.equal(shared.sim.journal.length, before);
    assert.equal((await as("anna").get(id)).status, "completed");
  } finally {
    await shared.close();
  }
});

test("a failure after which it may exist is no invitation to ask again", async () => {
  const cut = await host({ sim: { scenario: "connect-reset" } });
  try {
    const asked = google(cut).create({ model: MODEL, input: INPUT });
    await assert.rejects(asked, { status: 424 });
    assert.equal(cut.sim.journal.length, 1, "nobody asked twice");
  } finally {
    await cut.close();
  }
});

test("what was created elsewhere is read through a stream of the log", async () => {
  const created = await made.sim.fetch("http://simulator.invalid/v1beta/interactions", {
    method: "POST",
    headers: { "x-goog-api-key": "any" },
    body: JSON.stringify({ model: MODEL, input: INPUT, background: true }),
  });
  const { id } = (await created.json()) as { id: string };
  const interactions = google(made);
  const events = await all(await interactions.get(id, { stream: true }));
  assert.equal(textOf(events), truthOf(MODEL));
  const rest = await all(await interactions.get(id, { stream: true, last_event_id: "evt_9" }));
  assert.deepEqual(textOf(rest), textOf(events.slice(9)));
  // Where the log is gone, the place still names Google's own event.
  const place = `plx-4711~evt_9`;
  const again = await all(await interactions.get(id, { stream: true, last_event_id: place }));
  assert.equal(textOf(again), textOf(rest));
});

test("who reads by Google's own name comes back to the same stream", async () => {
  const created = await made.sim.fetch("http://simulator.invalid/v1beta/interactions", {
    method: "POST",
    headers: { "x-goog-api-key": "any" },
    body: JSON.stringify({ model: MODEL, input: INPUT }),
  });
  const { id } = (await created.json()) as { id: string };
  const whole = await all(await google(made).get(id, { stream: true }));
  const before = made.sim.journal.length;
  const last_event_id = whole[5]?.event_id ?? "";
  const rest = await all(await google(made).get(id, { stream: true, last_event_id }));
  assert.deepEqual(rest, whole.slice(6));
  assert.equal(made.sim.journal.length, before);
});

test("what the gateway gave up goes on at Google, for who comes back", async () => {
  const clock = fastClock();
  const sim = createSim({ clock, chunkDelayMs: 20 });
  const one = await host({ clock, fetch: sim.fetch });
  try {
    const bad = ["cut after 12 chunks", "503", "503", "503", "503"];
    const response = await fetch(`${one.url}/v1beta/interactions`, {
      method: "POST",
      headers: { "x-sim": bad.map((fault, i) => `attempt ${i + 1}: ${fault}`).join("; ") },
      body: JSON.stringify({ model: MODEL, input: INPUT, background: true, stream: true }),
    });
    const body = await response.text();
    const told = [...body.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json ?? ""));
    assert.equal(told.at(-1).event_type, "error");
    const { id } = told[0].interaction;
    const read = (last_event_id: string) => google(one).get(id, { stream: true, last_event_id });
    const rest = await all(await read(told.at(-1).event_id), 3);
    rest.push(...(await all(await read(rest.at(-1)?.event_id ?? ""))));
    assert.equal(rest.at(-1)?.interaction?.status, "completed");
    assert.equal(textOf(told) + textOf(rest), truthOf(MODEL, sim));
    assert.equal(sim.interactions.length, 1);
  } finally {
    await one.close();
  }
});

test("what Google does not store is kept by the gateway, under the stream's id", async () => {
  const asked = { model: MODEL, input: INPUT, store: false, stream: true };
  const response = await fetch(`${made.url}/v1/interactions`, {
    method: "POST",
    body: JSON.stringify(asked),
  });
  const text = await response.text();
  const id = response.headers.get("x-pollux-stream") ?? "";
  const events = await all(await google(made).get(id, { stream: true }));
  assert.equal(textOf(events), truthOf(MODEL));
  assert.ok(text.includes(events[5]?.event_id ?? "none"));
  assert.equal((await google(made).get(id)).output_text, truthOf(MODEL));
  await google(made).delete(id);
  await assert.rejects(google(made).get(id), /not kept/);
});

test("a run in the background is not ended by a gateway that leaves, but by who stops it", async () => {
  for (const leaves of [true, false]) {
    const one = await host({ sim: { chunkDelayMs: HOUR_MS } });
    const asked = { model: MODEL, input: INPUT, background: true };
    const { id } = await google(one).create(asked);
    const { stream } = readName(id);
    if (leaves) await one.gateway.drain(0);
    else await fetch(`${one.url}/streams/${stream}/stop`, { method: "POST" });
    const status = async () => one.sim.interactions[0]?.status;
    for (let i = 0; i < 50 && !leaves && (await status()) === "in_progress"; i += 1)
      await fetch(`${one.url}/healthz`);
    assert.equal(await status(), leaves ? "in_progress" : "cancelled");
    await one.close();
  }
});

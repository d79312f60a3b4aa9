// The simulator's interactions as a bare client meets them: what is kept, for how long, what a run
// does while nobody reads, and the words in which requests are refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createSim, FAULTS, parseScenario, type SimOptions } from "../../src/sim/index.ts";
import type { Interaction, InteractionEvent } from "../../src/wire/interactions.ts";
import { FakeClock } from "../fake-clock.ts";
import { KEY, MODEL, said } from "./ask.ts";

const INPUT = "Tell me 60 words about the sea";
const DAY_MS = 24 * 60 * 60_000;

function simulated(options: SimOptions = {}) {
  const clock = new FakeClock();
  const sim = createSim({ clock, ...options });
  const fetch = (method: string, path: string, body?: unknown, header?: string) =>
    sim.fetch(`https://gemini.test/v1beta/interactions${path}`, {
      method,
      headers: {
        "x-goog-api-key": KEY,
        ...(header && { "x-sim": header }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const ask = async (method: string, path: string, body?: unknown, header?: string) => {
    const response = await clock.run(fetch(method, path, body, header));
    const text = await clock.run(response.text());
    return { status: response.status, text, json: () => JSON.parse(text) as never };
  };
  const create = (more: object = {}, header?: string) =>
    ask("POST", "", { model: MODEL, input: INPUT, ...more }, header);
  const truth = sim.truth(MODEL, { contents: [said(INPUT)] });
  return { sim, clock, fetch, ask, create, truth };
}

function eventsIn(body: string): InteractionEvent[] {
  return [...body.matchAll(/^data: (\{.*\})$/gm)].map(([, json]) => JSON.parse(json as string));
}

function textOf(events: readonly InteractionEvent[]): string {
  return events.map(({ delta }) => (delta?.type === "text" ? delta.text : "")).join("");
}

test("a stream is framed with LF, an event line, and a done event at the end", async () => {
  const { create, truth } = simulated();
  const { text } = await create({ stream: true });
  assert.match(text, /^event: interaction\.created\ndata: \{"event_type":"interaction\.created"/);
  assert.ok(text.endsWith("event: done\ndata: [DONE]\n\n"));
  assert.ok(!text.includes("\r"));
  const events = eventsIn(text);
  assert.equal(textOf(events), truth);
  assert.deepEqual(
    events
      .filter((event, i) => event.event_type !== events[i - 1]?.event_type)
      .map((e) => e.event_type),
    [
      "interaction.created",
      "interaction.status_update",
      "step.start",
      "step.delta",
      "step.stop",
      "step.start",
      "step.delta",
      "step.stop",
      "interaction.completed",
    ],
  );
  assert.ok(events.every((event) => event.event_id === undefined));
});

test("what is not stored has no id and cannot be got", async () => {
  const { create, sim } = simulated();
  const { json } = await create({ store: false });
  assert.equal((json() as Interaction).id, undefined);
  assert.deepEqual(sim.interactions, []);
});

test("a background run goes on while nobody reads, and is read on after an event", async () => {
  const { create, ask, clock, truth } = simulated({ chunkDelayMs: 1_000 });
  const begun = (await create({ background: true })).json() as Interaction;
  assert.equal(begun.status, "in_progress");
  await clock.run(clock.wait(4_500));
  const midway = (await ask("GET", `/${begun.id}`)).json() as Interaction;
  assert.equal(midway.status, "in_progress");
  const rest = eventsIn((await ask("GET", `/${begun.id}?stream=true&last_event_id=evt_6`)).text);
  assert.equal(rest[0]?.event_id, "evt_7");
  const whole = eventsIn((await ask("GET", `/${begun.id}?stream=true`)).text);
  assert.equal(textOf(whole), truth);
  assert.deepEqual(whole.slice(6), rest);
  const done = (await ask("GET", `/${begun.id}?include_input=true`)).json() as Interaction;
  assert.equal(done.status, "completed");
  assert.equal(done.steps?.[0]?.type, "user_input");
  assert.equal(done.steps?.at(-1)?.content?.[0]?.text, truth);
});

test("a run that is cancelled ends for its readers too", async () => {
  const { create, ask, fetch, clock } = simulated({ chunkDelayMs: 1_000 });
  const begun = (await create({ background: true })).json() as Interaction;
  const reading = fetch("GET", `/${begun.id}?stream=true`).then((response) => response.text());
  await clock.run(clock.wait(3_500));
  const cancelled = (await ask("POST", `/${begun.id}/cancel`)).json() as Interaction;
  assert.equal(cancelled.status, "cancelled");
  const last = eventsIn(await clock.run(reading)).at(-1);
  assert.equal(last?.event_type, "interaction.completed");
  assert.equal(last?.interaction?.status, "cancelled");
  const again = await ask("POST", `/${begun.id}/cancel`);
  assert.equal(again.status, 400);
  assert.match(again.text, /failed_precondition/);
});

test("an interaction is kept for its time, or until it is deleted", async () => {
  const { create, ask, clock } = simulated();
  const [first, second] = [(await create()).json(), (await create()).json()] as Interaction[];
  assert.equal((await ask("DELETE", `/${first?.id}`)).status, 200);
  assert.equal((await ask("GET", `/${first?.id}`)).status, 404);
  assert.equal((await ask("GET", `/${second?.id}`)).status, 200);
  await clock.run(clock.wait(DAY_MS));
  assert.equal((await ask("GET", `/${second?.id}`)).status, 404);
});

test("the history of an interaction is known to the next", async () => {
  const { create, sim } = simulated();
  const first = (await create()).json() as Interaction;
  const more = { input: "And the shore, in 40 words", previous_interaction_id: first.id };
  const next = (await create(more)).json() as Interaction;
  const told = sim.truth(MODEL, {
    contents: [
      said(INPUT),
      said(first.steps?.at(-1)?.content?.[0]?.text ?? "", "model"),
      said(more.input),
    ],
  });
  assert.equal(next.steps?.at(-1)?.content?.[0]?.text, told);
});

test("a call requires action, and its arguments come in pieces", async () => {
  const { create } = simulated();
  const parameters = { type: "object", properties: { word: { type: "string" } } };
  const tools = [{ type: "function", name: "look_up", parameters }];
  const input = "Use the tool look_up";
  const events = eventsIn((await create({ input, tools, stream: true })).text);
  assert.equal(events.at(-1)?.interaction?.status, "requires_action");
  const pieces = events.flatMap(({ delta }) =>
    delta?.type === "arguments_delta" ? [String(delta.arguments)] : [],
  );
  assert.equal(pieces.length, 2);
  assert.equal(typeof (JSON.parse(pieces.join("")) as { word: string }).word, "string");
});

for (const [name, body, status, code] of [
  ["no model", { model: undefined }, 400, "invalid_request"],
  ["no input", { input: "" }, 400, "invalid_request"],
  ["an unknown parameter", { bogus: 1 }, 400, "parameter_unknown"],
  ["an unknown tool", { tools: [{ type: "magic" }] }, 400, "invalid_request"],
  ["an unknown model", { model: "gemini-9" }, 404, "model_not_found"],
  [
    "a run in the background that is not stored",
    { background: true, store: false },
    400,
    "invalid_request",
  ],
  ["an unknown history", { previous_interaction_id: "v1_x" }, 404, "not_found"],
  ["a foreign token", { continuation_token: "abc" }, 400, "invalid_request"],
] as const) {
  test(`refuses ${name}`, async () => {
    const answer = await simulated().create(body);
    assert.equal(answer.status, status);
    const { error } = answer.json() as { error: Record<string, unknown> };
    assert.deepEqual(Object.keys(error).sort(), ["code", "message"]);
    assert.equal(error.code, code);
  });
}

for (const [fault, status, code] of [
  ["503", 503, "service_unavailable"],
  ["429", 429, "rate_limit_exceeded"],
  ["quota_per_day", 429, "quota_exceeded"],
  ["key_invalid", 401, "authentication"],
  ["500", 500, "api_error"],
  ["504", 504, "deadline_exceeded"],
  ["permission_denied", 403, "permission_denied"],
] as const) {
  test(`the fault ${fault} speaks this API's words`, async () => {
    const answer = await simulated().create({}, fault);
    assert.equal(answer.status, status);
    const { error } = answer.json() as { error: { code: string } };
    assert.equal(error.code, code);
  });
}

test("every fault can meet an interaction", async () => {
  for (const { word, example } of FAULTS) {
    for (const one of example.split(" · ")) {
      const scenario = one.replace(/^\*: /, "");
      parseScenario(scenario);
      const { fetch, clock } = simulated();
      const body = { model: MODEL, input: INPUT, stream: true };
      const left = new AbortController();
      const reading = fetch("POST", "", body, scenario).then(
        (response) => response.text(),
        () => "refused",
      );
      const late = clock.wait(40 * 60_000, left.signal).then(() => "late");
      const text = await clock.run(Promise.race([reading.catch(() => "cut"), late]));
      left.abort();
      assert.equal(typeof text, "string", word);
    }
  }
});

// Interactions, one story at a time: how each ending is told, how each break goes on, and when nothing
// is asked a second time.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Answer,
  type InteractRequest,
  Pollux,
  type PolluxOptions,
  type StreamEvent,
} from "../../src/core/index.ts";
import { createSim, type Sim, type SimOptions } from "../../src/sim/index.ts";
import { FakeClock } from "../fake-clock.ts";
import { KEY } from "./harness.ts";

const MODEL = "gemini-3.6-flash";
const INPUT = "Write a story about a brave knight in 120 words";

interface Story {
  scenario?: string;
  request?: Partial<InteractRequest>;
  options?: PolluxOptions;
  sim?: SimOptions;
  at?: (event: StreamEvent, sim: Sim) => unknown;
}

interface Told {
  answer: Answer;
  events: StreamEvent[];
  truth: string;
  sim: Sim;
  hows: string[];
}

async function tell({ scenario, request, options, sim: how, at }: Story): Promise<Told> {
  const clock = new FakeClock();
  const sim = createSim({ clock, ...(scenario !== undefined && { scenario }), ...how });
  const pollux = new Pollux({
    apiKey: KEY,
    clock: clock.with(sim.fetch),
    fetch: sim.fetch,
    ...options,
  });
  const asked = { model: MODEL, input: INPUT, ...request };
  const stream = pollux.interact(asked);
  const events: StreamEvent[] = [];
  const read = async () => {
    for await (const event of stream) {
      events.push(event);
      await at?.(event, sim);
    }
  };
  await clock.run(read());
  const answer = await clock.run(stream.answer());
  const contents = [{ role: "user", parts: [{ text: INPUT }] }];
  const hows = answer.attempts.map(({ how: sent }) => sent);
  return { answer, events, truth: sim.truth(asked.model, { contents }), sim, hows };
}

for (const [name, story, hows] of [
  ["stored, whole", {}, ["fresh"]],
  ["stored, cut", { scenario: "cut after 9 chunks; ok" }, ["fresh", "replay"]],
  ["stored, ended without its end", { scenario: "no-finish; ok" }, ["fresh", "replay"]],
  [
    "in the background, cut three times",
    {
      scenario: "cut after 9 chunks; reset after 2 chunks; half json after 1 chunks; ok",
      request: { background: true },
    },
    ["fresh", "replay", "replay", "replay"],
  ],
  [
    "in the background, told from the start each time",
    {
      scenario: "cut after 9 chunks; cut after 11 chunks; ok",
      request: { background: true },
      sim: { interactions: { eventIds: "never" } },
    },
    ["fresh", "replay", "replay"],
  ],
  [
    "replays that bring nothing, then the whole in one piece",
    { scenario: "cut after 9 chunks; empty; empty; ok", request: { background: true } },
    ["fresh", "replay", "replay", "replay"],
  ],
  [
    "not stored, cut",
    { scenario: "cut after 9 chunks; ok", request: { store: false } },
    ["fresh", "anchor"],
  ],
  [
    "not stored, refused before the first text",
    { scenario: "connect-reset; ok", request: { store: false } },
    ["fresh", "fresh"],
  ],
  ["stored, refused in so many words", { scenario: "503; 429; ok" }, ["fresh", "fresh", "fresh"]],
  ["stored, never sent", { scenario: "dns; ok" }, ["fresh", "fresh"]],
  [
    "stored, nobody knows, and twice is fine",
    { scenario: "connect-reset; ok", request: { mayCreateTwice: true } },
    ["fresh", "fresh"],
  ],
  [
    "an error of the stream, not of the run",
    { scenario: "error-event 503 after 6 chunks; ok", request: { background: true } },
    ["fresh", "replay"],
  ],
] as const) {
  test(`done: ${name}`, async () => {
    const { answer, truth, hows: met, sim } = await tell(story as Story);
    assert.equal(answer.outcome, "done");
    assert.equal(answer.text, truth);
    assert.deepEqual(met, hows);
    const twice = (story as Story).request?.mayCreateTwice === true;
    assert.ok(twice || sim.interactions.length <= 1);
  });
}

for (const [name, story, outcome, code, notResumed] of [
  [
    "a body without its end",
    { scenario: "no-finish", options: { maxAttempts: 1 } },
    "failed",
    "truncated_stream",
  ],
  ["incomplete", { scenario: "finish MAX_TOKENS after 9 chunks" }, "incomplete", "max_tokens"],
  ["failed", { scenario: "finish OTHER after 9 chunks" }, "failed", "interaction_failed"],
  [
    "an unknown status",
    { scenario: "finish NEW_WORD after 9 chunks" },
    "incomplete",
    "finish_unknown",
  ],
  ["blocked", { scenario: "finish SAFETY after 9 chunks" }, "blocked", "safety_blocked"],
  [
    "cancelled because its reader was lost",
    { scenario: "cut after 9 chunks; ok", sim: { interactions: { abandoned: "cancels" } } },
    "failed",
    "interaction_cancelled",
  ],
  [
    "nobody knows: reset",
    { scenario: "connect-reset; ok" },
    "failed",
    "conn_reset",
    "may_create_twice",
  ],
  [
    "nobody knows: silence",
    { scenario: "headers-stall; ok" },
    "failed",
    "headers_timeout",
    "may_create_twice",
  ],
  ["nobody knows: given up", { scenario: "504; ok" }, "failed", "deadline", "may_create_twice"],
  [
    "nobody knows: a proxy's page",
    { scenario: "html; ok" },
    "failed",
    "bad_gateway_proxy",
    "may_create_twice",
  ],
] as const) {
  test(`${outcome}: ${name}`, async () => {
    const { answer, truth, sim } = await tell(story as Story);
    assert.equal(answer.outcome, outcome);
    assert.equal(answer.failure?.code, code);
    if (notResumed) assert.equal(answer.notResumed, notResumed);
    assert.ok(truth.startsWith(answer.text));
    assert.ok(sim.interactions.length <= 1);
  });
}

test("what was deleted under way is not created again", async () => {
  const { answer, sim } = await tell({
    scenario: "cut after 9 chunks; ok",
    at: (event, { fetch, interactions: [one] }) =>
      event.type === "failure" &&
      one &&
      fetch(`https://x.test/v1beta/interactions/${one.id}`, {
        method: "DELETE",
        headers: { "x-goog-api-key": KEY },
      }),
  });
  assert.equal(answer.outcome, "failed");
  assert.equal(answer.failure?.code, "interaction_not_found");
  assert.equal(answer.notResumed, "may_create_twice");
  assert.notEqual(answer.text, "");
  assert.equal(sim.interactions.length, 1);
});

test("a long answer goes on by its token, and each hop names the interaction before it", async () => {
  const { answer, hows, sim, truth } = await tell({
    request: { model: "gemini-4-argon" },
    sim: { hopTokens: 40 },
  });
  assert.equal(answer.outcome, "done");
  assert.equal(answer.text, truth);
  assert.ok(hows.length > 2 && hows.slice(1).every((how) => how === "token"));
  const ids = sim.interactions.map(({ id }) => id);
  const before = sim.journal.slice(1).map(({ body }) => {
    const { previous_interaction_id, input } = body as InteractRequest;
    assert.equal(input, undefined);
    return previous_interaction_id;
  });
  assert.deepEqual(before, ids.slice(0, -1));
});

test("a hop that begins anew is refused, and never read on as if it went on", async () => {
  const { answer, truth } = await tell({
    scenario:
      "ok; start-over + finish RECITATION after 11 chunks; raw-error 503 after 6 chunks; ok",
    request: { model: "gemini-4-carbon" },
    sim: { hopTokens: 80 },
  });
  assert.ok(truth.startsWith(answer.text));
  assert.notEqual(answer.text, "");
});

test("a hop that began anew before its first words is refused when it is read on", async () => {
  const { answer, truth, hows } = await tell({
    scenario: "ok; start-over + cut after 3 chunks; ok",
    request: { model: "gemini-4-carbon", background: true },
    sim: { hopTokens: 80 },
  });
  assert.deepEqual(hows.slice(0, 3), ["fresh", "token", "replay"]);
  assert.ok(truth.startsWith(answer.text));
});

test("after two replays that bring nothing, the whole is fetched in one piece", async () => {
  const { sim, answer, truth } = await tell({
    scenario: "cut after 9 chunks; empty; empty; ok",
    request: { background: true },
  });
  assert.equal(answer.text, truth);
  const asked = sim.journal.slice(1).map(({ path }) => /stream=true/.test(path));
  assert.deepEqual(asked, [true, true, false]);
});

test("calls are told once they are whole, and once", async () => {
  const parameters = { type: "object", properties: { word: { type: "string" } } };
  for (let after = 6; after <= 11; after += 1) {
    const { answer } = await tell({
      scenario: `cut after ${after} chunks; ok`,
      request: {
        background: true,
        input: "Use the tool look_up",
        tools: [{ type: "function", name: "look_up", parameters }],
      },
    });
    const calls = answer.parts.filter(({ functionCall }) => functionCall);
    assert.equal(answer.outcome, "done", `cut after ${after}`);
    assert.equal(calls.length, 1);
    assert.equal(typeof calls[0]?.functionCall?.args?.word, "string");
  }
});

test("what the options forbid is not sent, and what is missing is named", async () => {
  for (const [request, field] of [
    [{ model: "" }, "model"],
    [{ agent: "deep-research" }, "model"],
    [{ input: "" }, "input"],
    [{ interaction: "" }, "interaction"],
  ] as const) {
    const { answer, sim } = await tell({ request });
    assert.equal(answer.failure?.code, "request_invalid");
    assert.ok(answer.failure?.message.startsWith(field), answer.failure?.message);
    assert.equal(sim.journal.length, 0);
  }
});

test("a run that is silent for minutes is waited for", async () => {
  const { answer, truth, hows } = await tell({
    scenario: "stall after 4 chunks for 10m",
    request: { background: true },
  });
  assert.equal(answer.text, truth);
  assert.deepEqual(hows, ["fresh"]);
});

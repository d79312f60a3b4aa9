// The faults that today's clients get wrong, and what is right. A shape that is merely unusual costs
// no second attempt; a break is mended; nothing ends in silence.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { isStreamError, Pollux } from "../../src/core/index.ts";
import { createSim } from "../../src/sim/index.ts";
import { FakeClock } from "../fake-clock.ts";
import { KEY, tell } from "./harness.ts";

const HARMLESS = [
  "lf",
  "cr",
  "bom",
  "gzip",
  "done",
  "comments",
  "event-lines",
  "multi-line",
  "no-blank-end",
  "wrong-type",
  "slice 1",
  "slice 7",
  "slice",
  "burst",
  "finish-early",
  "finish-early always",
  "repeat 5",
  "slow every 900ms",
  "huge 3",
  "half crlf after 99 chunks",
];

for (const scenario of HARMLESS) {
  test(`one attempt is enough: ${scenario}`, async () => {
    const { answer, truth, clock } = await tell({ scenario });
    assert.deepEqual([answer.outcome, answer.attempts.length, answer.text], ["done", 1, truth]);
    assert.equal(clock.pendingTimers, 0);
  });
}

const BREAKS = [
  "end after 3 chunks",
  "no-finish",
  "error-event 503 after 3 chunks",
  "error-event 503 named after 3 chunks",
  "error-event 503 bare after 3 chunks",
  "raw-error 503 after 3 chunks",
  "stall after 3 chunks",
  "stall comments after 3 chunks",
  "stall usage after 3 chunks",
  "half json after 3 chunks",
  "half utf8 after 2 chunks",
  "cut after 3 chunks",
  "reset after 3 chunks",
  "garble after 3 chunks",
  "slice 1 + cut after 3 chunks",
];
const HABITS = ["", " + repeat-sentence", " + reopen-fence", " + start-over"];
const MODELS = ["gemini-3.6-flash", "gemini-3.5-flash", "gemini-2.5-pro", "gemini-4-argon"];

for (const model of MODELS) {
  test(`${model}: ${BREAKS.length} breaks × ${HABITS.length} habits are mended to the last byte`, async () => {
    for (const broken of BREAKS) {
      for (const habit of HABITS) {
        const scenario = `${broken}; ok${habit}`;
        const { answer, truth, events, sim } = await tell({ model, scenario });
        assert.equal(answer.outcome, "done", scenario);
        assert.equal(answer.text, truth, scenario);
        assert.ok(answer.recovered && !answer.retried, scenario);
        const marks = events.filter(({ type }) => type === "splice").length;
        assert.equal(marks, answer.splices.length);
        assert.equal(marks, broken === "no-finish" ? 0 : 1, scenario);
        assert.ok(
          sim.journal.every(({ outcome }) => outcome !== "open"),
          "a connection is left",
        );
      }
    }
  });
}

test("a continuation that cannot be one is refused, never pasted", async () => {
  const { answer, truth, events } = await tell({
    scenario: "cut after 3 chunks; drift; preamble; ok",
  });
  const codes = events.flatMap((event) => (event.type === "failure" ? [event.failure.code] : []));
  assert.deepEqual(codes, ["server_disconnected", "resume_diverged", "resume_diverged"]);
  assert.deepEqual([answer.outcome, answer.text], ["done", truth]);
});

test("text after a checkpoint is neither lost nor repeated when the stream drops", async () => {
  for (let after = 1; after < 12; after += 1) {
    const { answer, truth } = await tell({
      model: "gemini-4-carbon",
      scenario: `cut after ${after} chunks; ok`,
    });
    assert.deepEqual([answer.outcome, answer.text], ["done", truth], `cut after ${after}`);
  }
});

test("a long answer hops from token to token, without a failure and without a mark", async () => {
  const prompt = "Write a story in 700 words";
  const { answer, truth, events } = await tell({
    model: "gemini-4-argon",
    prompt,
    sim: { hopTokens: 200 },
  });
  assert.deepEqual([answer.outcome, answer.text], ["done", truth]);
  assert.ok(answer.attempts.length > 3 && answer.splices.length === 0 && !answer.recovered);
  assert.ok(!events.some(({ type }) => type === "failure"));
});

const KEPT: [
  name: string,
  reason: string,
  request: Record<string, unknown>,
  prompt: string,
  fault?: string,
][] = [
  [
    "a function call was delivered",
    "function_call_delivered",
    {
      tools: [
        {
          functionDeclarations: [{ name: "get_weather", parametersJsonSchema: { type: "object" } }],
        },
      ],
    },
    "Call the weather tool",
    "cut after 1 chunks",
  ],
  [
    "server-side tools ran",
    "server_tool_turn",
    { tools: [{ codeExecution: {} }] },
    "Compute",
    "cut after 4 chunks",
  ],
  [
    "there are several candidates",
    "several_candidates",
    { generationConfig: { candidateCount: 2 } },
    "Hello in 90 words",
    "cut after 4 chunks",
  ],
];

for (const [name, reason, request, prompt, fault] of KEPT) {
  test(`not resumed, and said why: ${name}`, async () => {
    const { answer } = await tell({ scenario: `${fault}; ok`, request, prompt });
    assert.deepEqual([answer.outcome, answer.notResumed], ["failed", reason]);
    assert.ok(answer.parts.length > 0, "what came is kept");
  });
}

test("JSON is asked again from the start, and only what goes beyond is delivered", async () => {
  const request = { generationConfig: { responseMimeType: "application/json" } };
  const { answer } = await tell({ scenario: "cut after 3 chunks; ok", request });
  assert.equal(answer.outcome, "done");
  assert.equal(answer.splices[0]?.how, "rematch");
  JSON.parse(answer.text);
});

test("the reader that breaks out closes the upstream, and nothing is left", async () => {
  const clock = new FakeClock();
  const sim = createSim({ clock, scenario: "stall after 3 chunks" });
  const { signal } = new AbortController();
  const pollux = new Pollux({ apiKey: KEY, clock: clock.with(sim.fetch), fetch: sim.fetch });
  const stream = pollux.stream({ model: "gemini-3.6-flash", contents: "Hello", signal });
  const read = async () => {
    for await (const event of stream) if (event.type === "chunk") break;
  };
  await clock.run(read());
  const answer = await stream.answer();
  assert.equal(answer.outcome, "stopped");
  assert.equal(sim.journal[0]?.outcome, "client left");
  assert.equal(clock.pendingTimers, 0);
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("a signal stops before the headers, in the stream, and in a wait", async () => {
  for (const scenario of ["headers-stall", "stall after 2 chunks", "*: 429 retry 50s"]) {
    const clock = new FakeClock();
    const sim = createSim({ clock, scenario });
    const controller = new AbortController();
    clock.setTimer(() => controller.abort(), 3_000);
    const pollux = new Pollux({ apiKey: KEY, clock: clock.with(sim.fetch), fetch: sim.fetch });
    const stream = pollux.stream({
      model: "gemini-3.6-flash",
      contents: "Hello",
      signal: controller.signal,
    });
    const answer = await clock.run(stream.answer());
    assert.equal(answer.outcome, "stopped", scenario);
    assert.ok(answer.timing.totalMs <= 3_500, `${scenario}: ${answer.timing.totalMs} ms`);
    assert.equal(clock.pendingTimers, 0, scenario);
  }
});

test("a first resume goes out at once; a delay that does not fit the deadline ends at once", async () => {
  const quick = await tell({ scenario: "cut after 3 chunks; ok" });
  assert.ok((quick.answer.attempts[0]?.delayMs ?? 99) <= 50);
  const late = await tell({ scenario: "*: 429 retry 90s", options: { deadlineMs: 30_000 } });
  assert.deepEqual([late.answer.outcome, late.answer.notResumed], ["failed", "deadline_too_near"]);
  assert.ok(late.answer.timing.totalMs < 100);
});

test("bad input is refused by name before anything is sent", () => {
  const pollux = new Pollux({ apiKey: KEY, baseUrl: "http://127.0.0.1:1" });
  const ask = (request: object) => () => pollux.stream(request as never);
  const named = (field: RegExp) => (error: unknown) =>
    isStreamError(error) && error.code === "request_invalid" && field.test(error.message);
  assert.throws(ask({ model: "", contents: "x" }), named(/model:/));
  assert.throws(ask({ model: "a b", contents: "x" }), named(/model:/));
  assert.throws(ask({ model: "m", contents: " " }), named(/contents: the prompt is empty/));
  assert.throws(ask({ model: "m", contents: [] }), named(/contents: the list is empty/));
  assert.throws(ask({ model: "m", contents: [{ role: "user" }] }), named(/contents\[0\]/));
  assert.throws(ask({ model: "m", contents: "x", maxAttempts: 0 }), named(/maxAttempts/));
  assert.throws(ask({ model: "m", contents: "x", resume: "maybe" }), named(/resume/));
  assert.throws(() => new Pollux({ baseUrl: "ftp://x" }), /base_url_invalid/);
});

test("without a key nothing is sent", async () => {
  const sent: unknown[] = [];
  const pollux = new Pollux({
    apiKey: "",
    baseUrl: "https://generativelanguage.googleapis.com",
    fetch: (async (url: unknown) => sent.push(url)) as never,
  });
  const answer = await pollux.stream({ model: "gemini-3.6-flash", contents: "Hello" }).answer();
  assert.deepEqual(
    [answer.outcome, answer.failure?.code, sent.length],
    ["failed", "key_missing", 0],
  );
});

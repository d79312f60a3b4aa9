// Where Vertex is asked, with which credential, and what moves a stream to another location.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../test/fake-clock.ts";
import { createSim } from "../sim/index.ts";
import { isStreamError, Pollux } from "./index.ts";
import { type VertexOptions, vertex } from "./vertex.ts";

const TOKEN = "ya29.canary-token-for-tests";
const MODEL = "gemini-3.6-flash";
const ASK = { model: MODEL, contents: "Tell me 60 words about the sea" };

function client(options: VertexOptions, scenarios: readonly unknown[] = []) {
  const clock = new FakeClock();
  const sim = createSim({ clock });
  for (const scenario of scenarios) sim.addScenario(scenario);
  const hosts: string[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    hosts.push(new URL(String(input)).host);
    return sim.fetch(input, init);
  };
  const pollux = new Pollux({
    ...vertex({ clock, ...options }),
    clock: clock.with(fetch),
    fetch,
  });
  return { clock, sim, pollux, hosts, ask: () => clock.run(pollux.stream(ASK).answer()) };
}

const PROJECT = { project: "my-project", token: TOKEN };
const down = (location: string, fault: string) => ({
  match: { path: `/locations/${location}/` },
  attempts: [fault],
  after: "repeat-last",
});

for (const [location, host] of [
  ["global", "aiplatform.googleapis.com"],
  ["eu", "aiplatform.eu.rep.googleapis.com"],
  ["europe-west4", "europe-west4-aiplatform.googleapis.com"],
] as const) {
  test(`location ${location} is asked at ${host}`, async () => {
    const { ask, hosts, sim } = client({ ...PROJECT, location });
    assert.equal((await ask()).outcome, "done");
    assert.deepEqual(hosts, [host]);
    const [entry] = sim.journal;
    assert.equal(
      entry?.path,
      `/v1beta1/projects/my-project/locations/${location}/publishers/google/models/${MODEL}:streamGenerateContent?alt=sse`,
    );
    assert.equal(entry?.key, "bearer");
  });
}

test("express mode asks with a key and without a project", async () => {
  const { ask, sim } = client({ apiKey: "AIzaExpress00000000000000000000000000000" });
  assert.equal((await ask()).outcome, "done");
  const [entry] = sim.journal;
  assert.match(entry?.path ?? "", /^\/v1beta1\/publishers\/google\/models\//);
  assert.equal(entry?.key, "header");
});

test("a token function is asked at each attempt", async () => {
  let asked = 0;
  const token = async () => `${TOKEN}-${++asked}`;
  const { ask } = client({ project: "p", token }, ["503"]);
  assert.equal((await ask()).outcome, "done");
  assert.equal(asked, 2);
});

for (const fault of [
  "shared_capacity_exhausted",
  "model_not_in_location",
  "503",
  "region_quota_zero",
]) {
  test(`${fault} in one location moves the stream to the next`, async () => {
    const location = ["us-central1", "europe-west4"];
    const { ask, hosts, clock } = client({ ...PROJECT, location }, [down("us-central1", fault)]);
    const first = await ask();
    assert.equal(first.outcome, "done");
    assert.deepEqual(
      hosts.map((host) => host.replace("-aiplatform.googleapis.com", "")),
      location,
    );
    assert.ok(first.timing.totalMs < 1_000, "it did not wait for the first");
    await ask();
    assert.equal(hosts.length, 3, "the next stream does not ask where it just failed");
    await clock.run(clock.wait(60_000));
    await ask();
    assert.equal(hosts[3], "us-central1-aiplatform.googleapis.com", "after a while it does");
  });
}

test("a break in the middle of the text is mended in the next location", async () => {
  const location = ["us-central1", "europe-west4"];
  const { pollux, clock, hosts, sim } = client({ ...PROJECT, location }, [
    down("us-central1", "error-event 503 after 3 chunks"),
  ]);
  const answer = await clock.run(pollux.stream(ASK).answer());
  assert.equal(answer.outcome, "done");
  assert.equal(answer.recovered, true);
  assert.equal(new Set(hosts).size, 2);
  const contents = [{ role: "user", parts: [{ text: ASK.contents }] }];
  assert.equal(answer.text, sim.truth(MODEL, { contents }));
});

test("an interaction is read on where it was created", async () => {
  const location = ["us-central1", "europe-west4"];
  const { pollux, clock, hosts } = client({ ...PROJECT, location }, [
    "attempt 1: error-event 503 after 5 chunks; attempt 2: ok",
  ]);
  const ask = { model: MODEL, input: ASK.contents, background: true };
  const answer = await clock.run(pollux.interact(ask).answer());
  assert.equal(answer.outcome, "done");
  assert.equal(answer.attempts.at(-1)?.how, "replay");
  assert.deepEqual(new Set(hosts), new Set(["us-central1-aiplatform.googleapis.com"]));
});

test("arguments in pieces stream as they come, and the answer has the call in one", async () => {
  const { pollux, clock } = client(PROJECT);
  const properties = { city: { type: "string" }, days: { type: "integer" } };
  const parametersJsonSchema = { type: "object", properties, required: ["city", "days"] };
  const stream = pollux.stream({
    model: MODEL,
    contents: "Use the tool get_forecast",
    tools: [{ functionDeclarations: [{ name: "get_forecast", parametersJsonSchema }] }],
    toolConfig: { functionCallingConfig: { streamFunctionCallArguments: true } },
  });
  let pieces = 0;
  const read = async () => {
    for await (const event of stream) {
      const parts = event.type === "chunk" ? event.chunk.candidates?.[0]?.content?.parts : [];
      pieces += parts?.filter(({ functionCall }) => functionCall?.partialArgs).length ?? 0;
    }
  };
  await clock.run(read());
  const { parts, outcome } = await clock.run(stream.answer());
  assert.equal(outcome, "done");
  assert.ok(pieces >= 3, `${pieces} pieces`);
  const calls = parts.flatMap(({ functionCall }) => (functionCall ? [functionCall] : []));
  assert.equal(calls.length, 1);
  assert.equal(typeof calls[0]?.args?.city, "string");
  assert.equal(typeof calls[0]?.args?.days, "number");
});

test("what is the request's own fault moves nothing", async () => {
  const { pollux, clock, hosts } = client({ ...PROJECT, location: ["us-central1", "global"] });
  const bad = { ...ASK, generationConfig: { temperature: 9 } };
  const answer = await clock.run(pollux.stream(bad).answer());
  assert.equal(answer.outcome, "failed");
  assert.equal(hosts.length, 1);
});

test("when no location serves, the failure is that of the last", async () => {
  const location = ["us-central1", "europe-west4"];
  const { ask, hosts } = client(
    { ...PROJECT, location },
    location.map((one) => down(one, "model_not_in_location")),
  );
  const answer = await ask();
  assert.equal(answer.failure?.code, "model_not_in_location");
  assert.equal(hosts.length, 2);
});

test("interactions, models and counts have their places too", async () => {
  const { pollux, clock, sim } = client({ ...PROJECT, location: "us-central1" });
  const told = await clock.run(pollux.interact({ model: MODEL, input: "Hello" }).answer());
  assert.equal(told.outcome, "done");
  await clock.run(pollux.models());
  await clock.run(pollux.countTokens(ASK));
  assert.deepEqual(
    sim.journal.map(({ path }) => path),
    [
      "/v1beta1/projects/my-project/locations/us-central1/interactions",
      "/v1beta1/publishers/google/models?pageSize=1000",
      `/v1beta1/projects/my-project/locations/us-central1/publishers/google/models/${MODEL}:countTokens`,
    ],
  );
});

for (const [options, field] of [
  [{ token: TOKEN, project: "" }, "project"],
  [{ project: "p" }, "token"],
  [{ ...PROJECT, location: "evil.example/x?" }, "location"],
  [{ ...PROJECT, location: [] }, "location"],
] as const) {
  test(`refuses a wrong ${field}: ${JSON.stringify(options)}`, () => {
    assert.throws(
      () => vertex(options),
      (error) => isStreamError(error) && error.message.includes(field),
    );
  });
}

test("a wrong token is the caller's to mend, and is told nowhere", async () => {
  const { ask, clock, pollux } = client(PROJECT, [{ match: {}, attempts: ["oauth_invalid"] }]);
  const answer = await ask();
  assert.equal(answer.failure?.code, "oauth_invalid");
  assert.ok(!JSON.stringify(answer).includes(TOKEN));
  await assert.rejects(clock.run(pollux.generate({ ...ASK, model: "gemini-9" })));
});

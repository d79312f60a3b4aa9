// The gateway in front of Vertex: its paths and credentials, locations that cannot serve, interactions
// that stay where they were created, and clients that were made for either API.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { systemClock } from "../../src/core/index.ts";
import { createSim } from "../../src/sim/index.ts";
import { host, OPEN_HOUSE } from "./host.ts";
import { CANARY, folder, gatewayProcess, upstream } from "./process.ts";

const MODEL = "gemini-3.6-flash";
const PROMPT = "Tell me 120 words about harbours";
const CONTENTS = [{ role: "user", parts: [{ text: PROMPT }] }];
const TOKEN = "ya29.canary-of-the-gateway";
const LOCATIONS = ["us-central1", "europe-west4"];

const asked: { url: string; authorization: string | null }[] = [];
const sim = createSim({ ttftMs: 0, chunkDelayMs: 0 });
/** Later than it is, when a test says so. */
let aheadMs = 0;
const made = await host({
  clock: { ...systemClock, now: () => systemClock.now() + aheadMs },
  fetch: (input, init) => {
    asked.push({
      url: String(input),
      authorization: new Headers(init?.headers).get("authorization"),
    });
    return sim.fetch(input, init);
  },
  baseUrl: "",
  vertex: { project: "my-project", location: LOCATIONS, token: async () => TOKEN },
});
const cleanups: (() => unknown)[] = [made.close];
after(async () => {
  for (const clean of cleanups.reverse()) await clean();
});
const truth = sim.truth(MODEL, { contents: CONTENTS });
const hostsSince = (count: number) => asked.slice(count).map(({ url }) => new URL(url).host);
const down = (location: string, fault: string) =>
  sim.addScenario({
    match: { path: `/locations/${location}/` },
    attempts: [fault],
    after: "ok",
  });

test("a client of the Gemini API gets its answer from Vertex, with the gateway's token", async () => {
  const ai = new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: made.url } });
  // No role: Vertex wants one, and the Gemini API's clients need not say it.
  const contents = [{ parts: [{ text: PROMPT }] }];
  const answer = await ai.models.generateContent({ model: MODEL, contents });
  assert.equal(answer.text, truth);
  const [first] = asked;
  assert.equal(
    first?.url,
    `https://us-central1-aiplatform.googleapis.com/v1beta1/projects/my-project/locations/us-central1/publishers/google/models/${MODEL}:streamGenerateContent?alt=sse`,
  );
  assert.equal(first?.authorization, `Bearer ${TOKEN}`);
  const { totalTokens } = await ai.models.countTokens({ model: MODEL, contents: PROMPT });
  assert.ok((totalTokens ?? 0) > 0);
  const names: string[] = [];
  for await (const model of await ai.models.list()) names.push(model.name ?? "");
  assert.ok(names.includes(`models/${MODEL}`));
});

test("a client of Vertex is served, wherever it believes the model to be", async () => {
  for (const site of [made, await host()]) {
    if (site !== made) cleanups.push(site.close);
    const ai = new GoogleGenAI({
      vertexai: true,
      apiKey: "any",
      httpOptions: { baseUrl: site.url },
    });
    assert.equal((await ai.models.generateContent({ model: MODEL, contents: PROMPT })).text, truth);
    const path = "/v1beta1/projects/theirs/locations/asia-east1/publishers/google/models";
    for (const verb of ["generateContent", "countTokens"]) {
      const response = await fetch(`${site.url}${path}/${MODEL}:${verb}`, {
        method: "POST",
        body: JSON.stringify({ contents: CONTENTS }),
      });
      assert.equal(response.status, 200, verb);
    }
  }
  assert.ok(asked.every(({ url }) => !url.includes("theirs")));
});

test("no other way leads past the list of models", async () => {
  const ways = [
    `/v1/projects/p/locations/l/models/${MODEL}:generateContent`,
    `/v1beta1/projects/p/locations/l/publishers/other/models/${MODEL}:rawPredict`,
    "/v1beta1/projects/p/locations/l/endpoints/openapi/chat/completions",
    "/v1/projects/p/locations/l/endpoints/1:predict",
    "/v1/publishers/google/interactions",
    "/v1beta1/projects/p/locations/l/publishers/google/interactions",
    "/v1beta/endpoints/openapi/chat/completions",
  ];
  const warden = { ...OPEN_HOUSE, mayUse: () => false };
  const nobody = () => assert.fail("nothing may be sent");
  const vertex = { project: "p", location: "global", token: TOKEN };
  for (const more of [{}, { baseUrl: "", vertex }]) {
    const closed = await host({ warden, fetch: nobody, ...more });
    cleanups.push(closed.close);
    for (const way of ways) {
      const response = await fetch(closed.url + way, { method: "POST", body: "{}" });
      assert.ok([403, 404].includes(response.status), `${way}: ${response.status}`);
    }
  }
});

test("OpenAI's client lists the models and gets an answer", async () => {
  const openai = new OpenAI({ apiKey: "any", baseURL: `${made.url}/v1` });
  const names: string[] = [];
  for await (const model of openai.models.list()) names.push(model.id);
  assert.ok(names.includes(MODEL));
  const whole = await openai.chat.completions.create({
    model: MODEL,
    messages: [{ role: "user", content: PROMPT }],
  });
  assert.equal(whole.choices[0]?.message.content, truth);
});

test("a location that breaks off is left: the answer goes on in the next one", async () => {
  const before = asked.length;
  down("us-central1", "error-event 503 after 3 chunks");
  const response = await fetch(`${made.url}/streams`, {
    method: "POST",
    body: JSON.stringify({ model: MODEL, contents: PROMPT }),
  });
  const { id } = (await response.json()) as { id: string };
  const events = await (await fetch(`${made.url}/streams/${id}/events`)).text();
  const end = JSON.parse(/event: done\ndata: (.*)/.exec(events)?.[1] ?? "{}");
  assert.equal(end.text, truth);
  assert.deepEqual(hostsSince(before), [
    "us-central1-aiplatform.googleapis.com",
    "europe-west4-aiplatform.googleapis.com",
  ]);
  assert.ok(!events.includes(TOKEN));
});

test("an interaction is read, cancelled and gone on with where it was created", async () => {
  // The first location rests after the test before.
  const before = asked.length;
  const ai = new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: made.url } });
  const first = await ai.interactions.create({ model: MODEL, input: PROMPT });
  assert.equal(first.output_text, truth);
  // By now the first location is tried again, by others.
  aheadMs += 61_000;
  await ai.interactions.get(first.id);
  const next = { model: MODEL, input: "On", previous_interaction_id: first.id };
  await ai.interactions.create(next);
  await ai.interactions.delete(first.id);
  assert.deepEqual(
    new Set(hostsSince(before)),
    new Set(["europe-west4-aiplatform.googleapis.com"]),
  );
  assert.equal(hostsSince(before).length, 4);
});

test("no token is an answer in words, and nothing is sent", async () => {
  const poor = await host({
    fetch: () => assert.fail("nothing may be sent"),
    baseUrl: "",
    vertex: { project: "p", location: "global", token: async () => undefined },
  });
  cleanups.push(poor.close);
  const response = await fetch(`${poor.url}/v1beta/models/${MODEL}:generateContent`, {
    method: "POST",
    body: JSON.stringify({ contents: CONTENTS }),
  });
  assert.equal(response.status, 401);
  assert.equal(response.headers.get("x-pollux-failure"), "oauth_invalid");
});

test("express mode asks with a key of the pool, and without a project", async () => {
  const seen: [string, string | null][] = [];
  const express = await host({
    fetch: (input, init) => {
      seen.push([String(input), new Headers(init?.headers).get("x-goog-api-key")]);
      return sim.fetch(input, init);
    },
    baseUrl: "",
    vertex: { location: "global" },
    warden: OPEN_HOUSE,
  });
  cleanups.push(express.close);
  await fetch(`${express.url}/v1beta/models/${MODEL}:generateContent`, {
    method: "POST",
    body: JSON.stringify({ contents: CONTENTS }),
  });
  const url = `https://aiplatform.googleapis.com/v1beta1/publishers/google/models/${MODEL}:streamGenerateContent?alt=sse`;
  assert.deepEqual(seen, [[url, "sim-key"]]);
});

test("as people start it: pollux serve --upstream-kind vertex", async () => {
  const up = await upstream();
  const place = folder();
  cleanups.push(up.close, place.remove);
  const args = ["--port", "0", "--upstream", up.url, "--upstream-kind", "vertex"];
  const gateway = await gatewayProcess([...args, "--project", "p", "--location", "europe-west4"], {
    cwd: place.path,
    env: { POLLUX_TOKEN_ENV: "TOKEN", TOKEN: CANARY },
  });
  cleanups.push(() => gateway.kill("SIGKILL"));
  const response = await fetch(`${gateway.url}/v1beta/models/${MODEL}:generateContent`, {
    method: "POST",
    body: JSON.stringify({ contents: CONTENTS }),
  });
  assert.equal(response.status, 200);
  const [entry] = up.sim.journal;
  assert.match(entry?.path ?? "", /^\/v1beta1\/projects\/p\/locations\/europe-west4\//);
  assert.equal(entry?.key, "bearer");
  await gateway.kill("SIGTERM");
  assert.ok(!gateway.said().includes(CANARY));
});

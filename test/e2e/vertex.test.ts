// Google's own client and ours, asking the simulator as Vertex over sockets.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { GoogleGenAI } from "@google/genai";
import { Pollux } from "../../src/core/index.ts";
import { vertex } from "../../src/core/vertex.ts";
import { type Listening, listen } from "../../src/node/index.ts";
import { createSim } from "../../src/sim/index.ts";

const KEY = "AIzaExpressOverSockets000000000000000000";
const MODEL = "gemini-3.6-flash";
const PROMPT = "Tell me 80 words about harbours";

const sim = createSim();
const truth = sim.truth(MODEL, { contents: [{ role: "user", parts: [{ text: PROMPT }] }] });
let server: Listening;
before(async () => {
  server = await listen(sim.serve);
});
after(() => server.close());

test("Google's client and ours send express mode to the same place", async () => {
  const google = new GoogleGenAI({
    vertexai: true,
    apiKey: KEY,
    httpOptions: { baseUrl: server.url },
  });
  let text = "";
  const stream = await google.models.generateContentStream({ model: MODEL, contents: PROMPT });
  for await (const chunk of stream) text += chunk.text ?? "";
  assert.equal(text, truth);
  const pollux = new Pollux(vertex({ apiKey: KEY, baseUrl: server.url }));
  assert.equal((await pollux.generate({ model: MODEL, contents: PROMPT })).text, truth);
  const [theirs, ours] = sim.journal.slice(-2);
  assert.equal(ours?.path, theirs?.path);
  assert.equal(ours?.key, theirs?.key);
});

test("ours is cut in one location and goes on in the other", async () => {
  sim.addScenario({
    match: { path: "/locations/us-central1/" },
    attempts: ["error-event 503 after 3 chunks"],
    after: "repeat-last",
  });
  const location = ["us-central1", "europe-west4"];
  const at = vertex({ project: "p", location, token: async () => "ya29.x", baseUrl: server.url });
  const answer = await new Pollux(at).stream({ model: MODEL, contents: PROMPT }).answer();
  assert.equal(answer.text, truth);
  assert.equal(answer.recovered, true);
  assert.match(sim.journal.at(-1)?.path ?? "", /\/locations\/europe-west4\//);
});

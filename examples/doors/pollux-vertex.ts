// Gemini on Vertex AI, with a second location for when the first cannot serve.
import { Pollux } from "pollux";
import { createSim } from "pollux/sim";
import { vertex } from "pollux/vertex";

const options = vertex({
  project: "my-project",
  location: ["europe-west4", "global"],
  token: async () => "a token", // googleToken() of pollux/node brings real ones
});
const sim = createSim({ keys: false }); // in place of Google
const pollux = new Pollux({ ...options, fetch: sim.fetch });
const answer = await pollux.generate({ model: "gemini-3.6-flash", contents: "Hello" });
console.log(answer.outcome, sim.journal[0]?.path);

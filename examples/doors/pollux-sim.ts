// The simulator in a test: no port, no waiting, the same text each time.
import { Pollux } from "pollux";
import { createSim } from "pollux/sim";

const scenario = "attempt 1: cut after 3 chunks; attempt 2: 503; attempt 3: ok";
const sim = createSim({ scenario, seed: 7 });
const pollux = new Pollux({ apiKey: "any", fetch: sim.fetch });
const request = { model: "gemini-3.6-flash", contents: "A story in 60 words" };
const { text } = await pollux.generate(request);

const contents = [{ role: "user", parts: [{ text: request.contents }] }];
console.log(text === sim.truth(request.model, { contents })); // whole, and nothing twice
console.log(sim.journal.map(({ attempt, faults }) => `${attempt}: ${faults.join() || "ok"}`));

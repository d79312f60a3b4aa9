// The doctor's world: this machine, with the simulator beside it for what must cost nothing.
import { Pollux, systemClock } from "../../core/index.ts";
import type { World } from "../../doctor/index.ts";
import { systemWorld } from "../../node/index.ts";
import { createSim, DEFAULT_MODEL } from "../../sim/index.ts";
import { versionOf } from "../version.ts";

const PROMPT = "Write a story in 60 words.";
/** Chunks after which an answer is cut. */
const CUTS = [1, 3, 6] as const;
const BASE_URL = "http://simulator.invalid";

export function worldOf(env: World["env"], folder: string): World {
  return {
    ...systemWorld({ env, folder, version: versionOf() }),
    simulated: createSim({ ttftMs: 0, chunkDelayMs: 2 }).fetch,
    recover,
  };
}

/** Cut the same answer at several points and compare what came of it. */
async function recover(): Promise<{ cuts: number; exact: number }> {
  const contents = [{ role: "user", parts: [{ text: PROMPT }] }];
  const runs = CUTS.map(async (chunks) => {
    const sim = createSim({
      ttftMs: 0,
      chunkDelayMs: 0,
      scenario: `cut after ${chunks} chunks; ok`,
    });
    const pollux = new Pollux({
      apiKey: "simulated",
      baseUrl: BASE_URL,
      fetch: sim.fetch,
      // The answer is what counts; nobody has to wait for the pause before the second attempt.
      clock: {
        ...systemClock,
        setTimer: (fn, ms) => systemClock.setTimer(fn, ms < 5_000 ? 0 : ms),
      },
    });
    const answer = await pollux.stream({ model: DEFAULT_MODEL, contents }).answer();
    return answer.outcome === "done" && answer.text === sim.truth(DEFAULT_MODEL, { contents });
  });
  const exact = (await Promise.all(runs)).filter(Boolean).length;
  return { cuts: CUTS.length, exact };
}

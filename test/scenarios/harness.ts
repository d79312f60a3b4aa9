// One stream against one scenario, on a fake clock: what the reader saw, and what was true.
import {
  type Answer,
  Pollux,
  type PolluxOptions,
  type StreamEvent,
  type StreamRequest,
} from "../../src/core/index.ts";
import { createSim, type Sim, type SimOptions } from "../../src/sim/index.ts";
import { FakeClock } from "../fake-clock.ts";

export const KEY = "AIzaCanaryKeyForTests0000000000000000000";

export interface Seen {
  events: StreamEvent[];
  answer: Answer;
  truth: string;
  sim: Sim;
  clock: FakeClock;
}

export interface Story {
  scenario?: unknown;
  model?: string;
  prompt?: string;
  request?: Partial<StreamRequest>;
  options?: PolluxOptions;
  sim?: SimOptions;
  /** Called at each event, with the stream's means to stop. */
  at?: (event: StreamEvent, stop: () => void) => void;
}

export async function tell(story: Story): Promise<Seen> {
  const { model = "gemini-3.6-flash", prompt = "Write a story about a brave knight" } = story;
  const clock = new FakeClock();
  const sim = createSim({
    clock,
    ...(story.scenario !== undefined && { scenario: story.scenario }),
    ...story.sim,
  });
  const pollux = new Pollux({
    apiKey: KEY,
    clock: clock.with(sim.fetch),
    fetch: sim.fetch,
    ...story.options,
  });
  const stream = pollux.stream({ model, contents: prompt, ...story.request });
  const events: StreamEvent[] = [];
  const read = async () => {
    for await (const event of stream) {
      events.push(event);
      story.at?.(event, () => stream.stop());
    }
  };
  await clock.run(read());
  const answer = await clock.run(stream.answer());
  const contents = [{ role: "user", parts: [{ text: prompt }] }];
  return { events, answer, truth: sim.truth(model, { contents }), sim, clock };
}

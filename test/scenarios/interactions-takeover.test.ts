// A stream over Interactions that one process began and another ends, from its events alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  RetryBudget,
  restore,
  Stream,
  type StreamInput,
  settingsOf,
} from "../../src/core/engine.ts";
import { isTerminal, type StreamEvent } from "../../src/core/index.ts";
import { Talk } from "../../src/core/interactions.ts";
import { createSim, type SimOptions } from "../../src/sim/index.ts";
import { FakeClock } from "../fake-clock.ts";
import { KEY } from "./harness.ts";

const INPUT = "Write a story about a brave knight in 120 words";

/** Each process dies after it has told so many events; the last one lives. */
async function takenOver(lives: number[], model: string, options: SimOptions, more: object) {
  const clock = new FakeClock();
  const sim = createSim({ clock, chunkDelayMs: 20, ...options });
  const ask = { model, input: INPUT, ...more };
  const log: StreamEvent[] = [];
  const settings = settingsOf(model);
  for (const [i, count] of [...lives, Number.POSITIVE_INFINITY].entries()) {
    const headers = async () => ({ "x-goog-api-key": KEY });
    const url = (path: string) => `https://x.test/v1beta/${path}`;
    const talk = new Talk(
      { ...ask, onStop: "leave" },
      { url, headers, fetch: sim.fetch },
      settings,
    );
    if (i > 0) talk.restore(log);
    const input: StreamInput = {
      ...{ id: "taken", model, request: { contents: [] }, fetch: sim.fetch, ...settings },
      clock: clock.with(sim.fetch),
      budget: new RetryBudget(),
      noPrefill: new Set(),
      dress: (request) => talk.dress(request),
      ways: talk,
      life: i > 0 ? restore(log, 1_000) : undefined,
    };
    const stream = new Stream(input);
    const read = async () => {
      let left = count;
      for await (const batch of stream.events()) {
        for (const event of batch) {
          if (isTerminal(event) && Number.isFinite(count)) return;
          log.push(event);
          left -= 1;
          if (left === 0) return;
        }
      }
    };
    await clock.run(read());
  }
  const contents = [{ role: "user", parts: [{ text: INPUT }] }];
  return { end: log.at(-1), truth: sim.truth(model, { contents }), sim };
}

for (const [name, model, options, more] of [
  ["in the background", "gemini-3.6-flash", {}, { background: true }],
  ["without event ids", "gemini-3.6-flash", { interactions: { eventIds: "never" } }, {}],
  ["not stored", "gemini-3.6-flash", {}, { store: false }],
  ["by token", "gemini-4-argon", { hopTokens: 60 }, {}],
] as const) {
  test(`taken over at any event: ${name}`, async () => {
    for (let after = 4; after <= 24; after += 1) {
      const lives = after % 2 === 0 ? [after] : [after, 3 + (after % 5), 6];
      const { end, truth, sim } = await takenOver(lives, model, options as SimOptions, more);
      assert.ok(end && isTerminal(end), `after ${after}`);
      assert.equal(end.type, "done", `after ${after}: ${JSON.stringify(end).slice(0, 400)}`);
      assert.equal(end.text, truth, `after ${after}`);
      assert.ok(sim.interactions.filter(({ hop }) => !hop).length <= 1, `after ${after}`);
    }
  });
}

test("where nobody knows whether it was created, it is not created again", async () => {
  const { end, sim } = await takenOver([2], "gemini-3.6-flash", {}, {});
  assert.equal(end?.type, "failed");
  assert.ok(sim.interactions.length <= 1);
});

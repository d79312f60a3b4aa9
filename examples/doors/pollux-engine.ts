// A stream driven by hand, and written as OpenAI's clients expect it.
import { isTerminal, systemClock } from "pollux";
import { FormEncode, RetryBudget, requestOf, Stream, settingsOf } from "pollux/engine";
import { createSim } from "pollux/sim";

const { model, request } = requestOf({ model: "gemini-3.6-flash", contents: "Hello" });
const stream = new Stream({
  id: "stream-1",
  model,
  request,
  clock: systemClock,
  fetch: createSim({ keys: false, scenario: "cut after 2 chunks; ok" }).fetch,
  budget: new RetryBudget(),
  noPrefill: new Set(),
  ...settingsOf(model, { maxAttempts: 3 }),
  dress: (body) => ({
    url: `http://sim.invalid/v1beta/models/${model}:streamGenerateContent?alt=sse`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }),
});
const form = new FormEncode({ api: "openai", shape: "sse" }, { model, id: "1", created: 0 });
for await (const events of stream.events()) {
  for (const event of events) {
    if (event.type === "chunk") process.stdout.write(form.take(() => event.chunk));
    else if (isTerminal(event)) process.stdout.write(form.end(event));
  }
}

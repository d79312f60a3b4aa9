// What the public types promise, checked by the compiler alone: this file is never run.
import { type Answer, type Failure, isTerminal, Pollux, type StreamEvent } from "pollux";
import { FAILURES, type FailureCode } from "pollux/failures";
import { createSim } from "pollux/sim";

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <T extends true>(_: T | undefined = undefined): void => {};

declare const event: StreamEvent;
if (isTerminal(event)) {
  yes<Equal<typeof event.type, "done" | "incomplete" | "blocked" | "stopped" | "failed">>();
  const text: string = event.text;
  void text;
}
if (event.type === "failed") {
  const failure: Failure = event.failure;
  void failure.next;
}
if (event.type === "splice") yes<Equal<typeof event.confidence, "exact" | "fuzzy" | "none">>();

const pollux = new Pollux({ fetch: createSim().fetch });
const stream = pollux.stream({
  model: "m",
  contents: "x",
  generationConfig: { temperature: 1 },
  pace: { everyMs: 5 },
});
yes<Equal<ReturnType<typeof stream.answer>, Promise<Answer>>>();
yes<Equal<ReturnType<typeof stream.text>, AsyncIterable<string>>>();

const code: FailureCode = "quota_per_day";
void FAILURES[code].next;
// @ts-expect-error a code that does not exist
void FAILURES.no_such_code;
// @ts-expect-error a pace that does not exist
pollux.stream({ model: "m", contents: "x", pace: "slow" });
// @ts-expect-error a model is needed
pollux.stream({ contents: "x" });

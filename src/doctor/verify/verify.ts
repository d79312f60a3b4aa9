// Proves a path after a fix: the good passes, the bad is refused cleanly, retries end, logs tell and
// hide, and then traffic grows as far as it holds.
import { redactPersonal } from "../../core/failures.ts";
import {
  invalidId,
  missingField,
  retriesEnd,
  stillAnswers,
  stubbed,
  unknownStream,
} from "./bad.ts";
import { goodStream, goodUnary, sameId, type Traces } from "./good.ts";
import { logsHide, logsTell } from "./logs.ts";
import type { Ground, Outcome, Proof } from "./proof.ts";
import { type Level, type Ramp, ramp, stepsWithin } from "./ramp.ts";

interface Row {
  id: string;
  title: string;
  prove(ground: Ground, traces: Traces): Promise<Outcome>;
  /** Requests that generate text, and about how many tokens. */
  spends?: readonly [requests: number, tokens: number];
}

const STREAM_TOKENS = 100;

/** Every proof, in the order in which they run. */
export const PROOFS: readonly Row[] = [
  { id: "good-unary", title: "A good request", prove: goodUnary, spends: [1, 20] },
  { id: "good-stream", title: "A good stream", prove: goodStream, spends: [1, STREAM_TOKENS] },
  { id: "missing-field", title: "A missing field is refused", prove: missingField },
  { id: "invalid-id", title: "An unknown model is refused", prove: invalidId },
  { id: "unknown-stream", title: "An unknown stream is refused", prove: unknownStream },
  { id: "stub-error", title: "A failing dependency", prove: stubbed },
  { id: "retries", title: "Retries end at their limit", prove: retriesEnd },
  { id: "alive", title: "Nothing crashed", prove: stillAnswers },
  { id: "trace", title: "The id comes back", prove: sameId },
  { id: "log-context", title: "The log can be searched by it", prove: logsTell },
  { id: "log-secrets", title: "No secret in the log", prove: logsHide },
];

/** What all proofs together say. */
export interface Verification {
  verdict: "ok" | "problem";
  proofs: Proof[];
  ramp: Ramp | undefined;
  ms: number;
}

/** What `verify` tells while it runs. */
export type VerifyProgress =
  | { type: "begin"; title: string }
  | { type: "proof"; proof: Proof }
  | { type: "level"; level: Level };

/** How much a verification may ask. */
export interface VerifyOptions {
  /** How many requests the ramp may make; 0 leaves it out. */
  rampRequestsMax: number;
  setTimer(fn: () => void, ms: number): () => void;
}

/** What a run will send at most, before it does. */
export function costOf({ rampRequestsMax }: Pick<VerifyOptions, "rampRequestsMax">) {
  const steps = stepsWithin(rampRequestsMax);
  const climbing = steps.reduce((sum, step) => sum + step, 0);
  const spends = PROOFS.flatMap(({ spends }) => (spends ? [spends] : []));
  return {
    requests: climbing + spends.reduce((sum, [requests]) => sum + requests, 0),
    tokens: climbing * STREAM_TOKENS + spends.reduce((sum, [, tokens]) => sum + tokens, 0),
    steps,
  };
}

/** Runs the proofs one after the other, then the ramp; returns the verification. */
export async function* verify(
  ground: Ground,
  options: VerifyOptions,
): AsyncGenerator<VerifyProgress, Verification> {
  const began = ground.now();
  const traces: Traces = { said: [], atStub: 0 };
  const proofs: Proof[] = [];
  for (const { id, title, prove } of PROOFS) {
    yield { type: "begin", title };
    const start = ground.now();
    const outcome = await prove(ground, traces);
    const value = redactPersonal(outcome.value, ground.secrets);
    const proof = { id, title, ...outcome, value, ms: Math.round(ground.now() - start) };
    proofs.push(proof);
    yield { type: "proof", proof };
  }
  const broken = proofs.some(({ status }) => status === "problem");
  let climbed: Ramp | undefined;
  // Traffic returns only to a path that is proven.
  if (!broken && options.rampRequestsMax > 0) {
    const run = ramp(ground, options.rampRequestsMax, options.setTimer);
    while (climbed === undefined) {
      yield { type: "begin", title: "Traffic grows" };
      const next = await run.next();
      if (next.done) climbed = next.value;
      else yield { type: "level", level: next.value };
    }
  }
  return {
    verdict: broken || climbed?.steadyAt === 0 ? "problem" : "ok",
    proofs,
    ramp: climbed,
    ms: Math.round(ground.now() - began),
  };
}

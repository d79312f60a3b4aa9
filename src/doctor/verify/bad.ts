// Known-bad requests: each gets a clear, sanitised refusal, nothing crashes, and retries end.
import { redact } from "../../core/failures.ts";
import { jsonOf } from "../probe.ts";
import { STORY, type Traces } from "./good.ts";
import { fails, type Ground, holds, type Outcome, type Said, say, skips } from "./proof.ts";

/** Looks like a key and is none; wherever it shows, a real one would. */
export const CANARY = `AIzaSy${"VerifyCanaryKeyOfNobody".padEnd(33, "0")}`;
const CLEAN_CHARS_MAX = 100;
const TRACE_OF_CODE = /\n[^\S\n]{1,40}at \S+|node_modules|(?<![\w/])[\w/]+\.(?:ts|js|py):\d+/;

export async function missingField(ground: Ground, traces: Traces): Promise<Outcome> {
  const path = `/v1beta/models/${ground.model}:generateContent?key=${CANARY}`;
  const said = await say(ground, path, {});
  traces.said.push(said);
  return refusal(said, [400], ground);
}

export async function invalidId(ground: Ground, traces: Traces): Promise<Outcome> {
  const body = { contents: [{ role: "user", parts: [{ text: "hi" }] }] };
  const said = await say(ground, "/v1beta/models/no-such-model-0:generateContent", body);
  traces.said.push(said);
  return refusal(said, [400, 403, 404], ground);
}

export async function unknownStream(ground: Ground, traces: Traces): Promise<Outcome> {
  const said = await say(ground, "/streams/no-such-stream/events");
  traces.said.push(said);
  return refusal(said, [404], ground);
}

export async function stubbed(ground: Ground, traces: Traces): Promise<Outcome> {
  const { stub } = ground;
  if (!stub) return skips("there is no stub");
  const path = `/v1beta/models/${ground.model}:generateContent`;
  traces.atStub = stub.arrived();
  const said = await say(ground, path, STORY, stub.url);
  traces.said.push(said);
  return refusal(said, [503], ground);
}

export async function retriesEnd({ stub }: Ground, { atStub }: Traces): Promise<Outcome> {
  if (!stub) return skips("there is no stub");
  const arrived = stub.arrived() - atStub;
  return arrived === stub.attemptsMax
    ? holds(`${arrived} attempts counted at the stub, the limit is ${stub.attemptsMax}`)
    : fails(
        `${arrived} attempts counted at the stub, the limit is ${stub.attemptsMax}`,
        "Check streams.maxAttempts; look for another retry around the gateway.",
      );
}

export async function stillAnswers(ground: Ground): Promise<Outcome> {
  const { status, broke, ms } = await say(ground, "/healthz");
  return status === 200
    ? holds(`healthy after all of it, in ${Math.round(ms)} ms`)
    : fails(`/healthz: ${status || broke}`, "Read the gateway's log: it crashed or hangs.");
}

function refusal(said: Said, wanted: readonly number[], { secrets }: Ground): Outcome {
  const { status, text, broke, ms } = said;
  if (status === 0)
    return fails(`no answer: ${broke}`, "A refusal must be answered; read the gateway's log.");
  const message = (jsonOf(text) as { error?: { message?: unknown } } | undefined)?.error?.message;
  if (!wanted.includes(status))
    return fails(`${status} instead of ${wanted.join(" or ")}`, "pollux doctor --only rejection");
  if (typeof message !== "string" || message === "")
    return fails(`${status} without a message`, "Look for a proxy that alters error bodies.");
  if (TRACE_OF_CODE.test(text))
    return fails(`${status} with a trace of code in its body`, "Turn the debug mode off.");
  if (redact(text, [...secrets, CANARY]) !== text)
    return fails(`${status} with a secret in its body`, "Replace the key, and report this.");
  const clean = message.replace(/\s+/g, " ");
  return holds(
    `${status} in ${Math.round(ms)} ms: ${clean.length > CLEAN_CHARS_MAX ? `${clean.slice(0, CLEAN_CHARS_MAX - 1)}…` : clean}`,
  );
}

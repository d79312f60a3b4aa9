// Known-good requests: the expected shape comes back, under the correlation id they were sent with.
import type { GeminiChunk } from "../../wire/index.ts";
import { jsonOf } from "../probe.ts";
import { fails, type Ground, holds, type Outcome, type Said, say, skips } from "./proof.ts";

const OK = { contents: [{ role: "user", parts: [{ text: "Say OK." }] }] };
export const STORY = {
  contents: [{ role: "user", parts: [{ text: "Write a story in 60 words." }] }],
};

export interface Traces {
  said: Said[];
  /** What had arrived at the stub before it was asked. */
  atStub: number;
}

export async function goodUnary(ground: Ground, traces: Traces): Promise<Outcome> {
  const said = await say(ground, `/v1beta/models/${ground.model}:generateContent`, OK);
  traces.said.push(said);
  if (said.status !== 200) return refused(said);
  return shapeOf(jsonOf(said.text) as GeminiChunk | undefined, said);
}

export async function goodStream(ground: Ground, traces: Traces): Promise<Outcome> {
  const path = `/v1beta/models/${ground.model}:streamGenerateContent?alt=sse`;
  const said = await say(ground, path, STORY);
  traces.said.push(said);
  if (said.status !== 200) return refused(said);
  const chunks = chunksIn(said.text);
  const problem = chunks.find(({ error }) => error);
  if (problem) return fails(`an error in the stream: ${problem.error?.message ?? ""}`, DOCTOR);
  return shapeOf(joined(chunks), said, `, ${chunks.length} chunks`);
}

export async function sameId(_: Ground, { said }: Traces): Promise<Outcome> {
  const answered = said.filter(({ status }) => status > 0);
  if (answered.length === 0) return skips("nothing was answered");
  const other = answered.find(
    ({ headers, requestId }) => headers.get("x-request-id") !== requestId,
  );
  return other
    ? fails(
        `sent ${other.requestId}, came back ${other.headers.get("x-request-id") ?? "without one"}`,
        "Let whatever stands in front of the gateway pass x-request-id on.",
      )
    : holds(`${answered.length} of ${answered.length} answers name the id they were sent with`);
}

/** The chunks of an event stream of Gemini's. */
export function chunksIn(text: string): GeminiChunk[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => jsonOf(line.slice(5)) as GeminiChunk | undefined)
    .filter((chunk) => chunk !== undefined);
}

export function joined(chunks: readonly GeminiChunk[]): GeminiChunk {
  const text = chunks
    .flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? [])
    .map((part) => part.text ?? "")
    .join("");
  const finishReason = chunks
    .map(({ candidates }) => candidates?.[0]?.finishReason)
    .findLast((reason) => reason !== undefined);
  const usageMetadata = chunks.findLast((chunk) => chunk.usageMetadata)?.usageMetadata;
  return {
    candidates: [
      { content: { role: "model", parts: [{ text }] }, ...(finishReason && { finishReason }) },
    ],
    ...(usageMetadata && { usageMetadata }),
  };
}

const DOCTOR = "pollux doctor";

function refused({ status, text, broke }: Said): Outcome {
  const told = jsonOf(text) as { error?: { message?: string } } | undefined;
  return fails(
    `${status || "no answer"}: ${told?.error?.message ?? broke ?? "no message"}`,
    DOCTOR,
  );
}

function shapeOf(answer: GeminiChunk | undefined, said: Said, more = ""): Outcome {
  const candidate = answer?.candidates?.[0];
  const chars = (candidate?.content?.parts ?? []).reduce(
    (sum, part) => sum + (part.text?.length ?? 0),
    0,
  );
  const lacks = [
    chars === 0 && "text",
    candidate?.finishReason === undefined && "finishReason",
    answer?.usageMetadata === undefined && "usageMetadata",
  ].filter((one) => one !== false);
  if (lacks.length > 0) return fails(`the answer lacks ${lacks.join(", ")}`, DOCTOR);
  return holds(
    `${candidate?.finishReason}, ${chars} characters${more} in ${Math.round(said.ms)} ms`,
  );
}

// Single pieces of an interaction, each by itself: a delta as a part, a step as the events that would
// have told it, an event with less text than it came with.
import type { GeminiChunk, GeminiPart } from "./gemini.ts";
import type { InteractionDelta, InteractionEvent, InteractionStep } from "./interaction.ts";
import { partOfContent } from "./interaction-parts.ts";
import { soundStep } from "./interaction-sound.ts";

/** A chunk's event with the text that the chunk has, where a join took some of it. */
export function interactionEventOf(chunk: GeminiChunk): InteractionEvent | undefined {
  const event = chunk.interactionEvent as InteractionEvent | undefined;
  return event && shortened(event, chunk.candidates?.[0]?.content?.parts ?? []);
}

/** The event with only the text that is told: what came before it was told already. */
export function shortened(event: InteractionEvent, [part]: GeminiPart[]): InteractionEvent {
  const { delta } = event;
  if (delta?.text === undefined || part?.text === undefined || delta.text === part.text)
    return event;
  return { ...event, delta: { ...delta, text: part.text } };
}

/** The events by which a whole step would have been told. */
export function eventsOfStep(step: InteractionStep, index: number): InteractionEvent[] {
  const stop: InteractionEvent = { event_type: "step.stop", index };
  if (isWhole(step)) return [{ event_type: "step.start", index, step }, stop];
  const { content = [], summary = [], signature, ...bare } = step;
  const deltas: InteractionDelta[] = [
    ...summary.map((one) => ({ type: "thought_summary", content: one })),
    ...(signature === undefined ? [] : [{ type: "thought_signature", signature }]),
    ...content,
  ];
  return [
    { event_type: "step.start", index, step: bare },
    ...deltas.map((delta) => ({ event_type: "step.delta", index, delta })),
    stop,
  ];
}

/** Calls and results mean something only as a whole. */
export function isWhole({ type }: InteractionStep): boolean {
  return type.endsWith("_call") || type.endsWith("_result");
}

export function partOfDelta(delta: InteractionDelta): GeminiPart | undefined {
  const { type, content, signature } = delta;
  if (type === "text") return { text: delta.text ?? "" };
  if (type === "thought_summary") return content && { ...partOfContent(content), thought: true };
  if (type === "thought_signature") {
    return { text: "", thought: true, ...(signature && { thoughtSignature: signature }) };
  }
  const { content: _, arguments: __, ...block } = delta;
  return partOfContent(block);
}

/** Before May 2026 a step was called content, and its text had no step of its own. */
export function legacyStep(content: unknown): InteractionStep {
  const block = soundStep(content);
  return block.type === "text" || block.type === "unknown" ? { type: "model_output" } : block;
}

export function tokenOf({ continuation_token: token }: { continuation_token?: unknown }) {
  return wordOf(token);
}

export function wordOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

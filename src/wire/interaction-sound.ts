// What came as JSON may be of any shape. Here it gets the shape that its name promises, so that nothing
// that reads it needs to doubt it again. Fields of the wrong kind are as if they had not come.
import type { InteractionDelta, InteractionStep } from "./interaction.ts";

type Json = Record<string, unknown>;

export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function records(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

const TEXTS = ["text", "data", "mime_type", "uri", "signature", "id", "name", "call_id"] as const;

/** Without texts that are none, and with a type. */
function named(value: unknown): Json & { type: string } {
  const sound: Json = isRecord(value) ? { ...value } : {};
  for (const key of TEXTS) if (key in sound && typeof sound[key] !== "string") delete sound[key];
  return { ...sound, type: typeof sound.type === "string" ? sound.type : "unknown" };
}

export function soundStep(value: unknown): InteractionStep {
  const step = named(value);
  for (const key of ["content", "summary"])
    if (key in step) step[key] = records(step[key]).map(named);
  if ("arguments" in step && !isRecord(step.arguments)) delete step.arguments;
  return step as InteractionStep;
}

export function soundDelta(value: unknown): InteractionDelta | undefined {
  if (!isRecord(value)) return undefined;
  // By far the most of them.
  if (value.type === "text" && typeof value.text === "string") return value as InteractionDelta;
  const delta: Json & { type: string } = named(value);
  if ("content" in delta) delta.content = named(delta.content);
  if ("annotations" in delta) delta.annotations = records(delta.annotations);
  return delta as InteractionDelta;
}

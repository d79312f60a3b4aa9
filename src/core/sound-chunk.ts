// A chunk as it may be passed on in another form: whatever upstream wrote, candidates, parts and texts
// are of the kinds that their names promise. What is not is left out; a chunk that is sound stays itself.
import type { GeminiCandidate, GeminiChunk, GeminiPart } from "../wire/index.ts";

export function soundChunk(chunk: GeminiChunk): GeminiChunk {
  const { candidates, promptFeedback, usageMetadata } = chunk;
  const around = isAbsentOr(promptFeedback) && isAbsentOr(usageMetadata);
  if (around && (candidates === undefined || isSoundList(candidates))) return chunk;
  const { promptFeedback: _, usageMetadata: __, ...rest } = chunk;
  const list: unknown[] = Array.isArray(candidates) ? candidates : [];
  return {
    ...rest,
    ...(isRecord(promptFeedback) && { promptFeedback }),
    ...(isRecord(usageMetadata) && { usageMetadata }),
    candidates: list.filter(isRecord).map(soundCandidate),
  };
}

function soundCandidate(given: GeminiCandidate): GeminiCandidate {
  if (isSound(given)) return given;
  const { index, content, finishReason, ...rest } = given;
  const { parts, ...around } = isRecord(content) ? content : {};
  const list: unknown[] = Array.isArray(parts) ? parts : [];
  return {
    ...rest,
    ...(isIndex(index) && { index: index as number }),
    ...(isReason(finishReason) && finishReason !== undefined && { finishReason }),
    content: { ...around, parts: list.filter(isRecord).filter(isPart) },
  };
}

function isSoundList(candidates: unknown): boolean {
  return Array.isArray(candidates) && candidates.every(isSound);
}

function isSound(candidate: unknown): boolean {
  if (!isRecord(candidate)) return false;
  const { index, content, finishReason } = candidate as GeminiCandidate;
  if (!isIndex(index) || !isReason(finishReason) || !isAbsentOr(content)) return false;
  const parts: unknown = content?.parts;
  return parts === undefined || (Array.isArray(parts) && parts.every(isPart));
}

function isPart(part: unknown): boolean {
  if (!isRecord(part)) return false;
  const { text, functionCall: call } = part as GeminiPart;
  return (text === undefined || typeof text === "string") && isAbsentOr(call);
}

function isIndex(index: unknown): boolean {
  return index === undefined || (Number.isInteger(index) && (index as number) >= 0);
}

function isReason(reason: unknown): reason is string | number | undefined {
  return reason === undefined || typeof reason === "string" || typeof reason === "number";
}

function isAbsentOr(value: unknown): boolean {
  return value === undefined || isRecord(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

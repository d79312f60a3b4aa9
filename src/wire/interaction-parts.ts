// Steps, content blocks, usage and statuses of an interaction in the words of generateContent, which
// is what every reader of a stream understands. Pure; what has no word there keeps its own shape.
import type { GeminiPart, GeminiUsage } from "./gemini.ts";
import type {
  InteractionContent,
  InteractionError,
  InteractionStep,
  InteractionUsage,
} from "./interaction.ts";
import { isRecord } from "./interaction-sound.ts";

/** A piece of an interaction's content as a part. */
export function partOfContent(content: InteractionContent): GeminiPart {
  const { type, text, data, mime_type: mimeType, uri } = content;
  if (type === "text" || (text !== undefined && data === undefined)) return { text: text ?? "" };
  const kind = mimeType !== undefined && { mimeType };
  if (data !== undefined) return { inlineData: { ...kind, data } };
  if (uri !== undefined) return { fileData: { ...kind, fileUri: uri } };
  return { interactionContent: content };
}

/** A step of an interaction as parts. */
export function partsOfStep(step: InteractionStep): GeminiPart[] {
  const { type, content = [], summary = [], signature } = step;
  const signed = signature && { thoughtSignature: signature };
  if (type === "model_output" || type === "user_input") return content.map(partOfContent);
  if (type === "thought") {
    const told = summary.map((one): GeminiPart => ({ ...partOfContent(one), thought: true }));
    return signed ? [...told, { text: "", thought: true, ...signed }] : told;
  }
  if (type.endsWith("_call")) return [{ ...callOf(step), ...signed }];
  if (type.endsWith("_result")) return [{ ...resultOf(step), ...signed }];
  return [{ interactionStep: step }];
}

function callOf(step: InteractionStep): GeminiPart {
  const { type, id, name, arguments: args = {} } = step;
  const called = id !== undefined && { id };
  if (type === "function_call")
    return { functionCall: { ...called, ...(name !== undefined && { name }), args } };
  if (type === "code_execution_call") {
    const { language, code } = args;
    const said = typeof language === "string" ? language : "python";
    const text = typeof code === "string" ? code : "";
    return { executableCode: { language: said.toUpperCase(), code: text, ...called } };
  }
  return { toolCall: { toolType: toolOf(type), args, ...called } };
}

function resultOf(step: InteractionStep): GeminiPart {
  const { type, call_id: id, name, result, is_error: failed } = step;
  const answers = id !== undefined && { id };
  if (type === "function_result") {
    const response = isRecord(result) ? result : { result };
    return { functionResponse: { ...answers, ...(name !== undefined && { name }), response } };
  }
  if (type === "code_execution_result") {
    const outcome = failed ? "OUTCOME_FAILED" : "OUTCOME_OK";
    return { codeExecutionResult: { outcome, output: textOfResult(result), ...answers } };
  }
  return { toolResponse: { toolType: toolOf(type), response: result, ...answers } };
}

function toolOf(type: string): string {
  return type.replace(/_(call|result)$/, "").toUpperCase();
}

function textOfResult(result: unknown): string {
  if (typeof result === "string") return result;
  if (!Array.isArray(result)) return JSON.stringify(result ?? "");
  return result
    .map((one) => (isRecord(one) && typeof one.text === "string" ? one.text : ""))
    .join("");
}

/** An interaction's usage as Gemini counts it. */
export function geminiUsageOf(usage: InteractionUsage): GeminiUsage {
  const counts: GeminiUsage = {};
  for (const [from, to] of COUNTS) {
    const count = usage[from];
    if (typeof count === "number") counts[to] = count;
  }
  return counts;
}

const COUNTS = [
  ["total_input_tokens", "promptTokenCount"],
  ["total_output_tokens", "candidatesTokenCount"],
  ["total_thought_tokens", "thoughtsTokenCount"],
  ["total_tool_use_tokens", "toolUsePromptTokenCount"],
  ["total_cached_tokens", "cachedContentTokenCount"],
  ["total_tokens", "totalTokenCount"],
] as const;

/** How an interaction ended: as a finish reason, as an error, or not at all yet. */
export function endOfStatus(
  status: unknown,
  errors: unknown = [],
): { finishReason?: string; finishMessage?: string; error?: InteractionError } {
  if (
    typeof status !== "string" ||
    status === "" ||
    status === "in_progress" ||
    status === "queued"
  )
    return {};
  if (status === "failed") return { error: firstOf(errors) ?? { code: "interaction_failed" } };
  if (status === "cancelled") return { error: { code: "interaction_cancelled" } };
  const known = FINISHES.get(status);
  if (status === "budget_exceeded") return { finishReason: "MAX_TOKENS", finishMessage: status };
  return { finishReason: known ?? status.toUpperCase() };
}

function firstOf(errors: unknown): InteractionError | undefined {
  return Array.isArray(errors)
    ? (errors.find(isRecord) as InteractionError | undefined)
    : undefined;
}

const FINISHES: ReadonlyMap<string, string> = new Map([
  ["completed", "STOP"],
  ["requires_action", "STOP"],
  ["incomplete", "MAX_TOKENS"],
  ["requires_continuation", "CONTINUATION"],
]);

/** Citations as generateContent words them. */
export function citationsOf(annotations: readonly Record<string, unknown>[]) {
  return annotations.map(({ start_index, end_index, url, document_uri, title, file_name }) => ({
    ...(typeof start_index === "number" && { startIndex: start_index }),
    ...(typeof end_index === "number" && { endIndex: end_index }),
    ...pick("uri", url ?? document_uri),
    ...pick("title", title ?? file_name),
  }));
}

function pick(name: string, value: unknown): Record<string, string> {
  return typeof value === "string" ? { [name]: value } : {};
}

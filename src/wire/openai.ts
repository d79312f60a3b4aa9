// OpenAI's chat format ⇄ Gemini's: requests in, chunks out. What Gemini cannot do is refused with the
// field's name; what OpenAI cannot say rides in `extra_content`, as Google's own endpoint does it.
import { blockWord, finishWord } from "./finish.ts";
import type { GeminiChunk, GeminiContent, GeminiPart, GeminiRequest } from "./gemini.ts";
import { checkShape, OpenAiRequestError } from "./openai-shape.ts";

export { OpenAiRequestError };

interface ToolCall {
  id?: string;
  type?: string;
  function?: { name?: string; arguments?: string };
  extra_content?: { google?: { thought_signature?: string } };
}

interface ContentPart {
  type?: string;
  text?: string;
  image_url?: { url?: string };
  input_audio?: { data?: string; format?: string };
}

/** A message of a chat. */
export interface OpenAiMessage {
  role?: string;
  content?: string | ContentPart[] | null;
  tool_calls?: ToolCall[];
  tool_call_id?: string;
  name?: string;
}

/** A request for a chat completion. */
export interface OpenAiChatRequest {
  model?: string;
  messages?: OpenAiMessage[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
  max_tokens?: number;
  max_completion_tokens?: number;
  temperature?: number;
  top_p?: number;
  n?: number;
  seed?: number;
  stop?: string | string[];
  presence_penalty?: number;
  frequency_penalty?: number;
  reasoning_effort?: string;
  response_format?: { type?: string; json_schema?: { schema?: unknown } };
  tools?: {
    type?: string;
    function?: { name?: string; description?: string; parameters?: unknown };
  }[];
  tool_choice?: string | { function?: { name?: string } };
  extra_body?: { google?: { thinking_config?: Record<string, unknown> } };
  [key: string]: unknown;
}

/** A chat request as Gemini's; throws an `OpenAiRequestError` for what Gemini cannot do. */
export function geminiRequestOf(body: OpenAiChatRequest): GeminiRequest {
  const messages = body.messages;
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new OpenAiRequestError("messages", "expected a list with at least one message");
  }
  checkShape(body);
  const isSystem = ({ role }: OpenAiMessage) => role === "system" || role === "developer";
  const names = callNames(messages);
  const contents: GeminiContent[] = [];
  for (const [i, message] of messages.entries()) {
    if (isSystem(message)) continue;
    const parts = partsOf(message, `messages[${i}]`, names);
    const role = message.role === "assistant" ? "model" : "user";
    const last = contents.at(-1);
    // Answers to parallel calls are one turn in Gemini.
    if (message.role === "tool" && last?.parts?.[0]?.functionResponse) last.parts.push(...parts);
    else contents.push({ role, parts });
  }
  const systemText = messages.filter(isSystem).map(textOf).filter(Boolean).join("\n\n");
  const config = configOf(body);
  const tools = (body.tools ?? []).flatMap((tool) =>
    tool.function ? [declarationOf(tool.function)] : [],
  );
  return {
    contents,
    ...(systemText && { systemInstruction: { parts: [{ text: systemText }] } }),
    ...(Object.keys(config).length > 0 && { generationConfig: config }),
    ...(tools.length > 0 && { tools: [{ functionDeclarations: tools }] }),
    ...(body.tool_choice && tools.length > 0 && { toolConfig: toolConfigOf(body.tool_choice) }),
  };
}

function configOf(body: OpenAiChatRequest): NonNullable<GeminiRequest["generationConfig"]> {
  const format = body.response_format;
  const limit = body.max_completion_tokens ?? body.max_tokens;
  const stop = typeof body.stop === "string" ? [body.stop] : body.stop;
  const thinking = body.extra_body?.google?.thinking_config ?? effortOf(body.reasoning_effort);
  const config = {
    maxOutputTokens: limit ?? undefined,
    temperature: body.temperature ?? undefined,
    topP: body.top_p ?? undefined,
    candidateCount: body.n !== undefined && body.n > 1 ? body.n : undefined,
    seed: body.seed ?? undefined,
    stopSequences: stop ?? undefined,
    presencePenalty: body.presence_penalty || undefined,
    frequencyPenalty: body.frequency_penalty || undefined,
    responseMimeType: format?.type?.startsWith("json") ? "application/json" : undefined,
    responseJsonSchema: format?.json_schema?.schema,
    thinkingConfig: thinking,
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

function effortOf(effort: string | undefined): Record<string, unknown> | undefined {
  if (effort === undefined) return undefined;
  if (effort === "none") return { thinkingBudget: 0 };
  return { thinkingLevel: effort === "minimal" ? "low" : effort };
}

function declarationOf(fn: { name?: string; description?: string; parameters?: unknown }) {
  const { name, description, parameters } = fn;
  return {
    name,
    ...(description && { description }),
    ...(parameters !== undefined && { parametersJsonSchema: parameters }),
  };
}

function toolConfigOf(choice: string | { function?: { name?: string } }): Record<string, unknown> {
  if (typeof choice === "object") {
    return {
      functionCallingConfig: { mode: "ANY", allowedFunctionNames: [choice.function?.name] },
    };
  }
  const mode = choice === "none" ? "NONE" : choice === "required" ? "ANY" : "AUTO";
  return { functionCallingConfig: { mode } };
}

function callNames(messages: OpenAiMessage[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const message of messages) {
    for (const call of message.tool_calls ?? [])
      names.set(call.id ?? "", call.function?.name ?? "");
  }
  return names;
}

function textOf(message: OpenAiMessage): string {
  if (typeof message.content === "string") return message.content;
  return (message.content ?? []).map((part) => part.text ?? "").join("");
}

function partsOf(message: OpenAiMessage, where: string, names: Map<string, string>): GeminiPart[] {
  if (message.role === "tool") {
    const name =
      names.get(message.tool_call_id ?? "") || message.name || message.tool_call_id || "tool";
    return [{ functionResponse: { name, response: responseOf(textOf(message)) } }];
  }
  const parts: GeminiPart[] =
    typeof message.content === "string"
      ? [{ text: message.content }]
      : (message.content ?? []).map((part, i) => partOf(part, `${where}.content[${i}]`));
  for (const [i, call] of (message.tool_calls ?? []).entries()) {
    const signature = call.extra_content?.google?.thought_signature;
    const args = parseArgs(
      call.function?.arguments,
      `${where}.tool_calls[${i}].function.arguments`,
    );
    const functionCall = { name: call.function?.name ?? "", args };
    // Without its signature a replayed call is refused; this value says that there is none.
    const needed = i === 0 ? "skip_thought_signature_validator" : undefined;
    const thoughtSignature = signature ?? needed;
    parts.push({ functionCall, ...(thoughtSignature && { thoughtSignature }) });
  }
  const kept = parts.filter((part) => part.text !== "");
  return kept.length > 0 ? kept : [{ text: "" }];
}

function parseArgs(text: string | undefined, where: string): Record<string, unknown> {
  try {
    return JSON.parse(text || "{}") as Record<string, unknown>;
  } catch {
    throw new OpenAiRequestError(where, "expected JSON");
  }
}

function responseOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
    return { result: value };
  } catch {
    return { result: text };
  }
}

function partOf(part: ContentPart, where: string): GeminiPart {
  if (part.type === "text" || typeof part.text === "string") return { text: part.text ?? "" };
  const url = part.image_url?.url;
  if (url !== undefined) {
    const data = /^data:([^;,]+);base64,(.*)$/s.exec(url);
    if (data) return { inlineData: { mimeType: data[1] as string, data: data[2] as string } };
    return { fileData: { fileUri: url } };
  }
  if (part.input_audio) {
    return {
      inlineData: {
        mimeType: `audio/${part.input_audio.format ?? "wav"}`,
        data: part.input_audio.data ?? "",
      },
    };
  }
  throw new OpenAiRequestError(
    where,
    `parts of type "${part.type}" are not supported; use text or image_url`,
  );
}

const FINISH: ReadonlyMap<string, string> = new Map([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
]);

/** A chunk's tokens as OpenAI counts them. */
export function openAiUsage(chunk: GeminiChunk) {
  const usage = chunk.usageMetadata ?? {};
  const thoughts = countOf(usage.thoughtsTokenCount);
  return {
    prompt_tokens: countOf(usage.promptTokenCount),
    completion_tokens: countOf(usage.candidatesTokenCount) + thoughts,
    total_tokens: countOf(usage.totalTokenCount),
    ...(thoughts > 0 && { completion_tokens_details: { reasoning_tokens: thoughts } }),
  };
}

function countOf(tokens: unknown): number {
  return typeof tokens === "number" ? tokens : 0;
}

/** Chunks of one answer → OpenAI's. Remembers what a later chunk depends on. */
export class OpenAiEncode {
  private readonly model: string;
  private readonly id: string;
  private readonly created: number;
  private readonly begun = new Set<number>();
  private readonly calls = new Map<number, number>();

  constructor(model: string, id: string, created: number) {
    this.model = model;
    this.id = id;
    this.created = created;
  }

  chunk(chunk: GeminiChunk) {
    const choices = (chunk.candidates ?? []).map((candidate) => {
      const index = candidate.index ?? 0;
      const delta = this.delta(candidate.content?.parts ?? [], index);
      const word = finishWord(candidate.finishReason);
      const called = (this.calls.get(index) ?? 0) > 0;
      const reason =
        word === undefined
          ? null
          : word === "STOP" && called
            ? "tool_calls"
            : (FINISH.get(word) ?? "content_filter");
      return { index, delta, finish_reason: reason };
    });
    // A blocked prompt has no candidate; OpenAI's clients wait for the reason all the same.
    if (choices.length === 0 && blockWord(chunk.promptFeedback?.blockReason))
      choices.push({ index: 0, delta: this.delta([], 0), finish_reason: "content_filter" });
    return this.envelope(choices);
  }

  usage(chunk: GeminiChunk) {
    return { ...this.envelope([]), usage: openAiUsage(chunk) };
  }

  private envelope<T>(choices: T[]) {
    return {
      id: this.id,
      object: "chat.completion.chunk",
      created: this.created,
      model: this.model,
      choices,
    };
  }

  private delta(parts: GeminiPart[], index: number) {
    const text = parts.map((part) => (part.thought ? "" : (part.text ?? ""))).join("");
    const thoughts = parts.map((part) => (part.thought ? (part.text ?? "") : "")).join("");
    const calls = parts.flatMap((part) => (part.functionCall ? [this.call(part, index)] : []));
    const first = !this.begun.has(index);
    this.begun.add(index);
    return {
      ...(first && { role: "assistant" }),
      ...((text !== "" || (first && calls.length === 0)) && { content: text }),
      ...(thoughts !== "" && { reasoning_content: thoughts }),
      ...(calls.length > 0 && { tool_calls: calls }),
    };
  }

  private call(part: GeminiPart, candidate: number) {
    const index = this.calls.get(candidate) ?? 0;
    this.calls.set(candidate, index + 1);
    const { id, name, args } = part.functionCall ?? {};
    return {
      index,
      id: id || `call_${this.id}_${candidate}_${index}`,
      type: "function",
      function: { name: name ?? "", arguments: JSON.stringify(args ?? {}) },
      ...(part.thoughtSignature && {
        extra_content: { google: { thought_signature: part.thoughtSignature } },
      }),
    };
  }
}

/** One candidate of a whole answer. */
export interface OpenAiChoice {
  index: number;
  message: {
    role: string;
    content: string | null;
    tool_calls?: unknown[];
    reasoning_content?: string;
  };
  finish_reason: string | null;
}

/** An answer's chunks, collected → one `chat.completion`. */
export function openAiCompletion(
  chunks: readonly ReturnType<OpenAiEncode["chunk"]>[],
  last: GeminiChunk,
) {
  // By a map: an index may be any number that upstream says.
  const choices = new Map<number, OpenAiChoice>();
  for (const { choices: list } of chunks) {
    for (const { index, delta, finish_reason } of list) {
      const choice = choices.get(index) ?? {
        index,
        message: { role: "assistant", content: null },
        finish_reason: null,
      };
      choices.set(index, choice);
      const { message }: OpenAiChoice = choice;
      if (delta.content) message.content = (message.content ?? "") + delta.content;
      if (delta.reasoning_content)
        message.reasoning_content = (message.reasoning_content ?? "") + delta.reasoning_content;
      for (const { index: _, ...call } of delta.tool_calls ?? [])
        (message.tool_calls ??= []).push(call);
      choice.finish_reason = finish_reason ?? choice.finish_reason;
    }
  }
  const { id, created, model } = chunks[0] ?? { id: "", created: 0, model: "" };
  return {
    id,
    object: "chat.completion",
    created,
    model,
    choices: [...choices.values()].sort((a, b) => a.index - b.index),
    usage: openAiUsage(last),
  };
}

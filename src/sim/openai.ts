// The OpenAI-compatible endpoint as Google serves it: its requests read as native ones, its chunks
// with Google's own departures from OpenAI's form.
import type { GeminiChunk, GeminiContent, GeminiRequest } from "../wire/index.ts";

interface OpenAiMessage {
  role?: string;
  content?: string | { type?: string; text?: string }[] | null;
  tool_calls?: { id?: string; function?: { name?: string; arguments?: string } }[];
  tool_call_id?: string;
}

const FINISH: Record<string, string> = { STOP: "stop", MAX_TOKENS: "length" };

export function fromOpenAi(body: Record<string, unknown>): GeminiRequest {
  const messages = (body.messages ?? []) as OpenAiMessage[];
  const system = messages
    .filter(({ role }) => role === "system" || role === "developer")
    .map(contentText)
    .join("\n");
  const contents: GeminiContent[] = messages
    .filter(({ role }) => role !== "system" && role !== "developer")
    .map((message) => ({
      role: message.role === "assistant" ? "model" : "user",
      parts: partsOf(message),
    }));
  const tools = (body.tools ?? []) as { function?: Record<string, unknown> }[];
  return {
    contents,
    ...(system && { systemInstruction: { parts: [{ text: system }] } }),
    ...(tools.length > 0 && {
      tools: [{ functionDeclarations: tools.map((tool) => tool.function) }],
    }),
    generationConfig: {
      ...(typeof body.max_tokens === "number" && { maxOutputTokens: body.max_tokens }),
      ...(typeof body.max_completion_tokens === "number" && {
        maxOutputTokens: body.max_completion_tokens,
      }),
      ...(typeof body.n === "number" && { candidateCount: body.n }),
      ...(/json/.test(JSON.stringify(body.response_format ?? "")) && {
        responseMimeType: "application/json",
      }),
    },
  };
}

function contentText(message: OpenAiMessage): string {
  if (typeof message.content === "string") return message.content;
  return (message.content ?? []).map((part) => part.text ?? "").join("");
}

function partsOf(message: OpenAiMessage): GeminiContent["parts"] & object {
  if (message.role === "tool")
    return [
      {
        functionResponse: {
          name: message.tool_call_id ?? "tool",
          response: { result: contentText(message) },
        },
      },
    ];
  const calls = (message.tool_calls ?? []).map((call) => ({
    functionCall: {
      name: call.function?.name ?? "",
      args: JSON.parse(call.function?.arguments || "{}") as Record<string, unknown>,
    },
  }));
  const text = contentText(message);
  return [...(text || calls.length === 0 ? [{ text }] : []), ...calls];
}

function usageOf(chunk: GeminiChunk) {
  const usage = chunk.usageMetadata;
  return {
    completion_tokens: usage?.candidatesTokenCount ?? 0,
    prompt_tokens: usage?.promptTokenCount ?? 0,
    total_tokens: usage?.totalTokenCount ?? 0,
  };
}

function toolCalls(chunk: GeminiChunk) {
  const calls = (chunk.candidates?.[0]?.content?.parts ?? []).flatMap((part) =>
    part.functionCall ? [part] : [],
  );
  return calls.map((part) => ({
    function: {
      arguments: JSON.stringify(part.functionCall?.args ?? {}),
      name: part.functionCall?.name,
    },
    id: part.functionCall?.id ?? "",
    type: "function",
    ...(part.thoughtSignature && {
      extra_content: { google: { thought_signature: part.thoughtSignature } },
    }),
  }));
}

function choices(
  chunk: GeminiChunk,
  key: "delta" | "message",
  calls: ReturnType<typeof toolCalls>,
) {
  return (chunk.candidates ?? []).map((candidate) => {
    const text = (candidate.content?.parts ?? [])
      .map((part) => (part.thought ? "" : (part.text ?? "")))
      .join("");
    const reason = candidate.finishReason;
    const message = {
      ...(text !== "" && { content: text }),
      role: "assistant",
      ...(calls.length > 0 && { tool_calls: calls }),
    };
    return {
      [key]: message,
      ...(reason !== undefined && { finish_reason: FINISH[String(reason)] ?? "content_filter" }),
      index: candidate.index ?? 0,
    };
  });
}

export function openAiChunk(chunk: GeminiChunk, model: string) {
  return {
    choices: choices(chunk, "delta", toolCalls(chunk)),
    created: 1_790_000_000,
    id: chunk.responseId,
    model,
    object: "chat.completion.chunk",
    usage: usageOf(chunk),
  };
}

export function openAiAnswer(chunk: GeminiChunk, model: string) {
  const calls = toolCalls(chunk);
  const all = choices(chunk, "message", calls);
  if (calls.length > 0 && all[0]) all[0].finish_reason = "tool_calls";
  return {
    choices: all,
    created: 1_790_000_000,
    id: chunk.responseId,
    model,
    object: "chat.completion",
    usage: usageOf(chunk),
  };
}

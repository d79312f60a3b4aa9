// The OpenAI-compatible endpoint as Google serves it: its requests read as native ones, its chunks
// with Google's own departures from OpenAI's form.
import type { GeminiChunk, GeminiContent, GeminiPart, GeminiRequest } from "../wire/index.ts";
import { embedding } from "./listing.ts";

interface OpenAiPart {
  type?: string;
  text?: string;
  image_url?: { url?: string };
}

interface OpenAiCall {
  id?: string;
  function?: { name?: string; arguments?: string };
  extra_content?: { google?: { thought_signature?: string } };
}

interface OpenAiMessage {
  role?: string;
  content?: string | OpenAiPart[] | null;
  tool_calls?: OpenAiCall[];
  tool_call_id?: string;
  name?: string;
}

interface ResponseFormat {
  type?: string;
  json_schema?: { schema?: unknown };
}

const FINISH: Readonly<Record<string, string>> = { STOP: "stop", MAX_TOKENS: "length" };

export function fromOpenAi(body: Record<string, unknown>): GeminiRequest {
  const messages = (Array.isArray(body.messages) ? body.messages : []) as OpenAiMessage[];
  const isSystem = ({ role }: OpenAiMessage) => role === "system" || role === "developer";
  const system = messages.filter(isSystem).map(contentText).join("\n");
  const tools = (Array.isArray(body.tools) ? body.tools : []) as { function?: unknown }[];
  const declarations = tools.map((tool) => {
    const { strict: _, ...declared } = (tool.function ?? {}) as Record<string, unknown>;
    return declared;
  });
  return {
    contents: contentsOf(messages.filter((message) => !isSystem(message))),
    ...(system && { systemInstruction: { parts: [{ text: system }] } }),
    ...(tools.length > 0 && { tools: [{ functionDeclarations: declarations }] }),
    ...toolConfig(body.tool_choice),
    generationConfig: configOf(body),
  };
}

/** Answers to parallel calls come as several messages, and are one turn. */
function contentsOf(messages: OpenAiMessage[]): GeminiContent[] {
  const contents: GeminiContent[] = [];
  let before: string | undefined;
  for (const message of messages) {
    const parts = partsOf(message);
    const last = contents.at(-1);
    if (message.role === "tool" && before === "tool") last?.parts?.push(...parts);
    else contents.push({ role: message.role === "assistant" ? "model" : "user", parts });
    before = message.role;
  }
  return contents;
}

function toolConfig(choice: unknown): Pick<GeminiRequest, "toolConfig"> {
  if (choice === "none") return { toolConfig: { functionCallingConfig: { mode: "NONE" } } };
  if (choice === "required") return { toolConfig: { functionCallingConfig: { mode: "ANY" } } };
  const name = (choice as { function?: { name?: string } } | undefined)?.function?.name;
  if (!name) return {};
  const functionCallingConfig = { mode: "ANY", allowedFunctionNames: [name] };
  return { toolConfig: { functionCallingConfig } };
}

function configOf(body: Record<string, unknown>): GeminiRequest["generationConfig"] & object {
  const max = body.max_completion_tokens ?? body.max_tokens;
  const format = body.response_format as ResponseFormat | undefined;
  const google = (body.extra_body as { google?: { thinking_config?: Record<string, unknown> } })
    ?.google;
  const include = google?.thinking_config?.include_thoughts;
  const stops = typeof body.stop === "string" ? [body.stop] : body.stop;
  return {
    ...(typeof max === "number" && { maxOutputTokens: max }),
    ...(typeof body.n === "number" && { candidateCount: body.n }),
    ...(typeof body.temperature === "number" && { temperature: body.temperature }),
    ...(Array.isArray(stops) && { stopSequences: stops as string[] }),
    ...(include !== undefined && { thinkingConfig: { includeThoughts: include } }),
    ...(format?.type?.startsWith("json") && { responseMimeType: "application/json" }),
    ...(format?.json_schema?.schema !== undefined && {
      responseJsonSchema: format.json_schema.schema,
    }),
  };
}

function contentText(message: OpenAiMessage): string {
  if (typeof message.content === "string") return message.content;
  return (message.content ?? []).map((part) => part.text ?? "").join("");
}

function partsOf(message: OpenAiMessage): GeminiPart[] {
  if (message.role === "tool") {
    const name = message.name ?? message.tool_call_id ?? "tool";
    return [{ functionResponse: { name, response: { result: contentText(message) } } }];
  }
  const calls = (message.tool_calls ?? []).map((call): GeminiPart => {
    const signature = call.extra_content?.google?.thought_signature;
    return {
      functionCall: { name: call.function?.name ?? "", args: argsOf(call.function?.arguments) },
      ...(signature && { thoughtSignature: signature }),
    };
  });
  const images = (Array.isArray(message.content) ? message.content : []).flatMap((part) => {
    const found = /^data:([^;]+);base64,(.*)$/s.exec(part.image_url?.url ?? "");
    return found
      ? [{ inlineData: { mimeType: found[1] as string, data: found[2] as string } }]
      : [];
  });
  const text = contentText(message);
  const said = text !== "" || calls.length + images.length === 0 ? [{ text }] : [];
  return [...said, ...images, ...calls];
}

function argsOf(json: string | undefined): Record<string, unknown> {
  try {
    return JSON.parse(json || "{}") as Record<string, unknown>;
  } catch {
    return {};
  }
}

function usageOf(chunk: GeminiChunk) {
  const usage = chunk.usageMetadata;
  return {
    completion_tokens: usage?.candidatesTokenCount ?? 0,
    prompt_tokens: usage?.promptTokenCount ?? 0,
    total_tokens: usage?.totalTokenCount ?? 0,
  };
}

function toolCallsOf(parts: readonly GeminiPart[]) {
  return parts
    .filter((part) => part.functionCall)
    .map(({ functionCall, thoughtSignature }) => ({
      ...(thoughtSignature && {
        extra_content: { google: { thought_signature: thoughtSignature } },
      }),
      function: { arguments: JSON.stringify(functionCall?.args ?? {}), name: functionCall?.name },
      id: functionCall?.id ?? "",
      type: "function",
    }));
}

/** `finish_reason` is absent, not null, until the end; thoughts are content in a tag of their own. */
function choicesOf(chunk: GeminiChunk, key: "delta" | "message") {
  return (chunk.candidates ?? []).map((candidate) => {
    const parts = candidate.content?.parts ?? [];
    const thoughts = parts.filter((part) => part.thought && part.text);
    const text = parts.map((part) => (part.thought ? "" : (part.text ?? ""))).join("");
    const thought = thoughts.map((part) => `<thought>${part.text}</thought>`).join("");
    const calls = toolCallsOf(parts);
    const reason = candidate.finishReason;
    const ends = calls.length > 0 && key === "message" ? "tool_calls" : FINISH[String(reason)];
    return {
      [key]: {
        ...(thought + text !== "" && { content: thought + text }),
        ...(thought !== "" && { extra_content: { google: { thought: true } } }),
        role: "assistant",
        ...(calls.length > 0 && { tool_calls: calls }),
      },
      ...(reason !== undefined && { finish_reason: ends ?? "content_filter" }),
      index: candidate.index ?? 0,
    };
  });
}

export function openAiChunk(chunk: GeminiChunk, model: string, created: number) {
  return {
    choices: choicesOf(chunk, "delta"),
    created,
    id: chunk.responseId,
    model,
    object: "chat.completion.chunk",
    usage: usageOf(chunk),
  };
}

export function openAiAnswer(chunk: GeminiChunk, model: string, created: number) {
  return {
    choices: choicesOf(chunk, "message"),
    created,
    id: chunk.responseId,
    model,
    object: "chat.completion",
    usage: usageOf(chunk),
  };
}

export function openAiEmbeddings(body: Record<string, unknown>) {
  const inputs = Array.isArray(body.input) ? body.input : [body.input];
  const data = inputs.map((input, index) => {
    return { embedding: embedding(input).values, index, object: "embedding" };
  });
  return { data, model: body.model, object: "list", usage: { prompt_tokens: 0, total_tokens: 0 } };
}

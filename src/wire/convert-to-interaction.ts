// A generateContent request → an Interactions request, and what could not come along. Nothing is
// guessed: what has no place there is named.
import {
  isJson,
  type Json,
  type Lost,
  noteRest,
  renamed,
  smallTypes,
  soundly,
} from "./convert-lost.ts";
import type { GeminiContent, GeminiPart, GeminiRequest } from "./gemini.ts";
import type {
  InteractionContent,
  InteractionInput,
  InteractionRequest,
  InteractionStep,
} from "./interaction.ts";

const SAMPLING = [
  ["maxOutputTokens", "max_output_tokens"],
  ["temperature", "temperature"],
  ["topP", "top_p"],
  ["seed", "seed"],
  ["stopSequences", "stop_sequences"],
] as const;
const CONFIG_TAKEN = [
  ...SAMPLING.map(([name]) => name),
  "thinkingConfig",
  "responseMimeType",
  "responseSchema",
  "responseJsonSchema",
  "responseModalities",
  "imageConfig",
];
const TAKEN = [
  "contents",
  "systemInstruction",
  "generationConfig",
  "tools",
  "toolConfig",
  "safetySettings",
  "cachedContent",
  "labels",
  "serviceTier",
  "model",
];
const WHYS = {
  candidateCount: "An interaction has one answer.",
  topK: "Interactions samples without topK.",
  continuationToken: "A token is good only where it was issued.",
};
const TOOLS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    googleSearch: "google_search",
    googleSearchRetrieval: "google_search",
    codeExecution: "code_execution",
    urlContext: "url_context",
    googleMaps: "google_maps",
    fileSearch: "file_search",
    computerUse: "computer_use",
  }),
);

interface Converted {
  request: InteractionRequest;
  lost: Lost[];
}

/**
 * The request is not stored, as generateContent stores none; set `store` to change that. Throws a
 * `ConvertError` for what is no request.
 */
export function toInteraction(model: string, request: GeminiRequest): Converted {
  return soundly(() => interactionOf(model, request));
}

function interactionOf(model: string, request: GeminiRequest): Converted {
  const lost: Lost[] = [];
  const { contents, systemInstruction, tools, toolConfig, safetySettings } = request;
  const config = configOf(request.generationConfig ?? {}, lost);
  const choice = choiceOf(toolConfig, lost);
  const generation = { ...config.generation, ...(choice !== undefined && { tool_choice: choice }) };
  const instruction = systemInstruction && textOf(systemInstruction, "systemInstruction", lost);
  noteRest(request, TAKEN, "", lost, WHYS);
  return {
    request: {
      model: model.replace(/^models\//, ""),
      input: inputOf(contents, lost),
      store: false,
      ...(instruction !== undefined && { system_instruction: instruction }),
      ...(Object.keys(generation).length > 0 && { generation_config: generation }),
      ...config.around,
      ...(tools && tools.length > 0 && { tools: toolsOf(tools, lost) }),
      ...(safetySettings && { safety_settings: safetySettings.map(safetyOf) }),
      ...renamed(request, [
        ["cachedContent", "cached_content"],
        ["labels", "labels"],
      ]),
      ...(typeof request.serviceTier === "string" && {
        service_tier: request.serviceTier.toLowerCase(),
      }),
    },
    lost,
  };
}

function textOf(content: GeminiContent, path: string, lost: Lost[]): string {
  const texts: string[] = [];
  for (const [i, part] of (content.parts ?? []).entries()) {
    if (typeof part.text === "string") texts.push(part.text);
    else lost.push({ path: `${path}.parts[${i}]`, why: "Only text can instruct there." });
  }
  return texts.join("\n");
}

function configOf(config: Json, lost: Lost[]): { generation: Json; around: Json } {
  const generation = renamed(config, SAMPLING);
  const around: Json = {};
  const { responseMimeType, responseSchema, responseJsonSchema, responseModalities } = config;
  const schema = responseJsonSchema ?? smallTypes(responseSchema);
  if (responseMimeType !== undefined || schema !== undefined) {
    const mime_type = responseMimeType ?? "application/json";
    around.response_format = { type: "text", mime_type, ...(isJson(schema) && { schema }) };
  }
  if (Array.isArray(responseModalities))
    around.response_modalities = responseModalities.map((one) => String(one).toLowerCase());
  if (isJson(config.imageConfig)) {
    generation.image_config = renamed(config.imageConfig, [
      ["aspectRatio", "aspect_ratio"],
      ["imageSize", "image_size"],
    ]);
  }
  const thinking = isJson(config.thinkingConfig) ? config.thinkingConfig : {};
  const { includeThoughts, thinkingLevel } = thinking;
  if (includeThoughts !== undefined)
    generation.thinking_summaries = includeThoughts ? "auto" : "none";
  if (typeof thinkingLevel === "string") generation.thinking_level = thinkingLevel.toLowerCase();
  noteRest(
    thinking,
    ["includeThoughts", "thinkingLevel"],
    "generationConfig.thinkingConfig.",
    lost,
    { thinkingBudget: "Interactions knows levels, no budget; set thinking_level." },
  );
  noteRest(config, CONFIG_TAKEN, "generationConfig.", lost, WHYS);
  return { generation, around };
}

function choiceOf(toolConfig: Json | undefined, lost: Lost[]): unknown {
  if (!toolConfig) return undefined;
  const calling = toolConfig.functionCallingConfig;
  noteRest(toolConfig, ["functionCallingConfig"], "toolConfig.", lost);
  if (!isJson(calling)) return undefined;
  const taken = ["mode", "allowedFunctionNames", "streamFunctionCallArguments"];
  noteRest(calling, taken, "toolConfig.functionCallingConfig.", lost);
  const mode = typeof calling.mode === "string" ? calling.mode.toLowerCase() : "auto";
  const { allowedFunctionNames: tools } = calling;
  return tools === undefined ? mode : { allowed_tools: { mode, tools } };
}

function toolsOf(tools: readonly Json[], lost: Lost[]): Json[] {
  return tools.flatMap((tool, i) =>
    Object.entries(tool).flatMap(([name, settings]): Json[] => {
      if (name === "functionDeclarations") return (settings as Json[]).map(functionOf);
      const type = TOOLS.get(name);
      if (type === undefined) {
        lost.push({ path: `tools[${i}].${name}`, why: "Interactions has no such tool." });
        return [];
      }
      const snake = isJson(settings)
        ? Object.entries(settings).map(([key, value]) => [snakeName(key), value])
        : [];
      return [{ type, ...(Object.fromEntries(snake) as Json) }];
    }),
  );
}

function functionOf(declared: Json): Json {
  const { name, description, parameters, parametersJsonSchema } = declared;
  const schema = parametersJsonSchema ?? smallTypes(parameters);
  return {
    type: "function",
    name,
    ...(description !== undefined && { description }),
    ...(schema !== undefined && { parameters: schema }),
  };
}

function safetyOf({ category, threshold, ...rest }: Json): Json {
  return {
    type: String(category ?? "")
      .toLowerCase()
      .replace(/^harm_category_/, ""),
    threshold: String(threshold ?? "").toLowerCase(),
    ...rest,
  };
}

function snakeName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function inputOf(contents: readonly GeminiContent[], lost: Lost[]): InteractionInput {
  const [only] = contents;
  const parts = only?.parts ?? [];
  const plain = contents.length === 1 && only?.role !== "model" && parts.length === 1;
  if (plain && typeof parts[0]?.text === "string" && Object.keys(parts[0]).length === 1)
    return parts[0].text;
  const calls = new Calls();
  return contents.flatMap((content, i) => stepsOfContent(content, `contents[${i}]`, calls, lost));
}

/** Calls have ids there; where they have none here, they get one, and their results the same. */
class Calls {
  private count = 0;
  private readonly open: { name: string; id: string }[] = [];

  begin(name: string, id: string | undefined): string {
    this.count += 1;
    const known = id ?? `call_${this.count}`;
    this.open.push({ name, id: known });
    return known;
  }

  end(name: string, id: string | undefined): string {
    const at = this.open.findIndex((one) => (id === undefined ? one.name === name : one.id === id));
    const [found] = at < 0 ? [] : this.open.splice(at, 1);
    return id ?? found?.id ?? `call_of_${name}`;
  }
}

function stepsOfContent(
  content: GeminiContent,
  path: string,
  calls: Calls,
  lost: Lost[],
): InteractionStep[] {
  const said = content.role === "model" ? "model_output" : "user_input";
  const steps: InteractionStep[] = [];
  for (const [i, part] of (content.parts ?? []).entries()) {
    const { thoughtSignature: signature } = part;
    const block = blockOf(part);
    const before = steps.at(-1);
    if (part.thought || (signature && part.text === "")) {
      const summary = part.text ? { summary: [{ type: "text", text: part.text }] } : {};
      steps.push({ type: "thought", ...summary, ...(signature && { signature }) });
      continue;
    }
    if (signature) steps.push({ type: "thought", signature });
    const step = block ? undefined : stepOf(part, calls);
    if (step) steps.push(step);
    else if (!block) lost.push({ path: `${path}.parts[${i}]`, why: "No step holds such a part." });
    else if (before?.type === said && !signature) before.content?.push(block);
    else steps.push({ type: said, content: [block] });
  }
  return steps;
}

function blockOf({ text, inlineData, fileData }: GeminiPart): InteractionContent | undefined {
  if (typeof text === "string") return { type: "text", text };
  if (inlineData) {
    const { mimeType, data = "" } = inlineData;
    return { type: kindOf(mimeType), data, ...(mimeType && { mime_type: mimeType }) };
  }
  if (!fileData) return undefined;
  const { mimeType, fileUri = "" } = fileData;
  return { type: kindOf(mimeType), uri: fileUri, ...(mimeType && { mime_type: mimeType }) };
}

function kindOf(mimeType = ""): string {
  return /^(image|audio|video)\//.exec(mimeType)?.[1] ?? "document";
}

function stepOf(part: GeminiPart, calls: Calls): InteractionStep | undefined {
  const { functionCall, functionResponse, executableCode, codeExecutionResult } = part;
  if (functionCall) {
    const { name = "", id, args = {} } = functionCall;
    return { type: "function_call", id: calls.begin(name, id), name, arguments: args };
  }
  if (functionResponse) {
    const { name = "", id, response } = functionResponse;
    return { type: "function_result", call_id: calls.end(name, id), name, result: response };
  }
  if (executableCode) {
    const { language = "PYTHON", code = "", id } = executableCode;
    const args = { language: language.toLowerCase(), code };
    return { type: "code_execution_call", id: calls.begin(CODE, id), arguments: args };
  }
  if (!codeExecutionResult) return undefined;
  const { outcome, output = "", id } = codeExecutionResult;
  const failed = outcome !== undefined && outcome !== "OUTCOME_OK";
  return {
    type: "code_execution_result",
    call_id: calls.end(CODE, id),
    result: output,
    ...(failed && { is_error: true }),
  };
}

const CODE = "code_execution";

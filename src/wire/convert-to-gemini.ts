// An Interactions request → a generateContent request, and what could not come along: above all, the
// state that Interactions keeps at Google and generateContent has sent each time.
import { isJson, type Json, type Lost, noteRest, renamed, soundly } from "./convert-lost.ts";
import type { GeminiContent, GeminiRequest } from "./gemini.ts";
import type {
  InteractionContent,
  InteractionInput,
  InteractionRequest,
  InteractionStep,
} from "./interaction.ts";
import { partsOfStep } from "./interaction-parts.ts";

const SAMPLING = [
  ["max_output_tokens", "maxOutputTokens"],
  ["temperature", "temperature"],
  ["top_p", "topP"],
  ["seed", "seed"],
  ["stop_sequences", "stopSequences"],
] as const;
const CONFIG_TAKEN = [
  ...SAMPLING.map(([name]) => name),
  "thinking_level",
  "thinking_summaries",
  "tool_choice",
  "image_config",
];
const TAKEN = [
  "model",
  "input",
  "stream",
  "store",
  "system_instruction",
  "generation_config",
  "response_format",
  "response_mime_type",
  "response_modalities",
  "tools",
  "safety_settings",
  "cached_content",
  "labels",
  "service_tier",
];
const WHYS = {
  previous_interaction_id:
    "Its history lives at Google; put the turns before this one into contents.",
  background: "generateContent runs only while somebody reads.",
  agent: "Agents answer only to Interactions.",
  continuation_token: "A token is good only where it was issued.",
};
const TOOLS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    google_search: "googleSearch",
    code_execution: "codeExecution",
    url_context: "urlContext",
    google_maps: "googleMaps",
    file_search: "fileSearch",
    computer_use: "computerUse",
  }),
);

interface Converted {
  model: string;
  request: GeminiRequest;
  lost: Lost[];
}

/** A request of Interactions as one of generateContent. Throws a `ConvertError` for what is none. */
export function toGemini(from: InteractionRequest): Converted {
  return soundly(() => geminiOf(from));
}

function geminiOf(from: InteractionRequest): Converted {
  const lost: Lost[] = [];
  const config = from.generation_config ?? {};
  const generationConfig = configOf(from, config, lost);
  const { system_instruction: instruction, tools, safety_settings: safety, model = "" } = from;
  const toolConfig = choiceOf(config.tool_choice);
  noteRest(from, TAKEN, "", lost, WHYS);
  if (from.store) lost.push({ path: "store", why: "generateContent keeps nothing." });
  return {
    model,
    request: {
      contents: contentsOf(from.input),
      ...(typeof instruction === "string" && {
        systemInstruction: { parts: [{ text: instruction }] },
      }),
      ...(Object.keys(generationConfig).length > 0 && { generationConfig }),
      ...(tools && tools.length > 0 && { tools: toolsOf(tools, lost) }),
      ...(toolConfig && { toolConfig }),
      ...(Array.isArray(safety) && { safetySettings: (safety as Json[]).map(safetyOf) }),
      ...renamed(from, [
        ["cached_content", "cachedContent"],
        ["labels", "labels"],
        ["service_tier", "serviceTier"],
      ]),
    },
    lost,
  };
}

function configOf(from: InteractionRequest, config: Json, lost: Lost[]): Json {
  const to = renamed(config, SAMPLING);
  const { thinking_level: level, thinking_summaries: summaries } = config;
  if (level !== undefined || summaries !== undefined) {
    to.thinkingConfig = {
      ...(summaries !== undefined && { includeThoughts: summaries !== "none" }),
      ...(typeof level === "string" && { thinkingLevel: level.toUpperCase() }),
    };
  }
  if (isJson(config.image_config)) {
    to.imageConfig = renamed(config.image_config, [
      ["aspect_ratio", "aspectRatio"],
      ["image_size", "imageSize"],
    ]);
  }
  const { response_format, response_mime_type, response_modalities: modalities } = from;
  const formats = (
    Array.isArray(response_format) ? response_format : [response_format]
  ) as unknown[];
  const text = formats.find((one) => isJson(one) && (one.type === "text" || !one.type));
  if (isJson(text)) {
    to.responseMimeType = text.mime_type ?? "application/json";
    if (text.schema !== undefined) to.responseJsonSchema = text.schema;
  } else if (response_mime_type !== undefined) to.responseMimeType = response_mime_type;
  if (formats.some((one) => isJson(one) && one !== text))
    lost.push({ path: "response_format", why: "Only its text form has a counterpart." });
  if (Array.isArray(modalities))
    to.responseModalities = modalities.map((one) => String(one).toUpperCase());
  noteRest(config, CONFIG_TAKEN, "generation_config.", lost);
  return to;
}

function choiceOf(choice: unknown): Json | undefined {
  if (typeof choice === "string") return { functionCallingConfig: { mode: choice.toUpperCase() } };
  if (!isJson(choice) || !isJson(choice.allowed_tools)) return undefined;
  const { mode = "auto", tools } = choice.allowed_tools;
  const allowed = Array.isArray(tools) && { allowedFunctionNames: tools };
  return { functionCallingConfig: { mode: String(mode).toUpperCase(), ...allowed } };
}

function toolsOf(tools: readonly Json[], lost: Lost[]): Json[] {
  const functions: Json[] = [];
  const others: Json[] = [];
  for (const [i, { type, ...settings }] of tools.entries()) {
    const name = typeof type === "string" ? TOOLS.get(type) : undefined;
    if (type === "function") {
      const { parameters, ...rest } = settings;
      functions.push({
        ...rest,
        ...(parameters !== undefined && { parametersJsonSchema: parameters }),
      } as Json);
    } else if (name) {
      const camel = Object.entries(settings).map(([key, value]) => [camelName(key), value]);
      others.push({ [name]: Object.fromEntries(camel) as Json });
    } else lost.push({ path: `tools[${i}]`, why: `generateContent has no tool ${String(type)}.` });
  }
  return [...(functions.length > 0 ? [{ functionDeclarations: functions }] : []), ...others];
}

function safetyOf({ type, threshold, ...rest }: Json): Json {
  const category = `HARM_CATEGORY_${String(type ?? "").toUpperCase()}`;
  return { category, threshold: String(threshold ?? "").toUpperCase(), ...rest };
}

function camelName(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Any form of input as a list of steps. */
export function stepsOf(input: InteractionInput | undefined): InteractionStep[] {
  if (input === undefined) return [];
  const list = typeof input === "string" ? [{ type: "text", text: input }] : input;
  const all = (Array.isArray(list) ? list : [list]) as InteractionStep[];
  if (all.some(isStep)) return all.map((one) => (isStep(one) ? one : asTurn(one)));
  const content = all as unknown as InteractionContent[];
  return [{ type: "user_input", content }];
}

function isStep({ type, role }: InteractionStep): boolean {
  return role !== undefined || /_(input|output|call|result)$|^thought$/.test(type ?? "");
}

function asTurn(block: InteractionStep): InteractionStep {
  return { type: "user_input", content: [block as unknown as InteractionContent] };
}

/** Steps of one speaker that follow each other are one turn. */
export function contentsOf(input: InteractionInput | undefined): GeminiContent[] {
  const contents: GeminiContent[] = [];
  for (const step of stepsOf(input)) {
    const role = roleOf(step);
    const parts = step.role === undefined ? partsOfStep(step) : partsOfStep(turnStep(step));
    const before = contents.at(-1);
    if (before?.role === role) for (const part of parts) before.parts?.push(part);
    else contents.push({ role, parts });
  }
  return contents;
}

/** Turns with a role are how input was written before May 2026; they are still taken. */
function turnStep({ role, content }: InteractionStep): InteractionStep {
  const list = typeof content === "string" ? [{ type: "text", text: content }] : (content ?? []);
  return { type: role === "model" ? "model_output" : "user_input", content: list };
}

function roleOf({ type, role }: InteractionStep): "user" | "model" {
  if (role !== undefined) return role === "model" ? "model" : "user";
  return type === "user_input" || type === "function_result" ? "user" : "model";
}

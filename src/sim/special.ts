// Answers that are no prose: function calls that fit their declaration, documents that fit a schema,
// and one small picture.
import type { GeminiRequest } from "../wire/index.ts";
import { hash, type Random, random } from "./random.ts";
import { type Schema, satisfy } from "./schema.ts";

/** A red pixel, 1×1 PNG. */
export const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

interface Declaration {
  name?: string;
  parameters?: Schema;
  parametersJsonSchema?: Schema;
  parameters_json_schema?: Schema;
}

export interface Call {
  name: string;
  args: Record<string, unknown>;
}

interface Choice {
  mode?: string;
  allowedFunctionNames?: string[];
}

/** Calls the function that the prompt names; `both` or `parallel` calls all that are declared. */
export function callsFor(request: GeminiRequest, prompt: string): Call[] {
  if (request.contents.at(-1)?.parts?.some((part) => part.functionResponse)) return [];
  const { mode, allowedFunctionNames } = (request.toolConfig?.functionCallingConfig ??
    {}) as Choice;
  if (mode === "NONE") return [];
  const tools = Array.isArray(request.tools) ? request.tools : [];
  const declared = tools
    .flatMap((tool) => (tool?.functionDeclarations ?? []) as Declaration[])
    .filter((one) => !allowedFunctionNames || allowedFunctionNames.includes(one.name ?? ""));
  return chosen(declared, prompt, mode).map((one) => ({
    name: one.name ?? "",
    args: satisfy(
      one.parametersJsonSchema ?? one.parameters_json_schema ?? one.parameters ?? {},
      random(hash(prompt + one.name)),
    ) as Record<string, unknown>,
  }));
}

function chosen(declared: Declaration[], prompt: string, mode: string | undefined): Declaration[] {
  if (/\b(both|parallel|all (the )?tools)\b/i.test(prompt)) return declared;
  const words = prompt.toLowerCase();
  const named = declared.filter(({ name = "" }) =>
    [name, ...name.split(/[_.-]|(?=[A-Z])/)].some(
      (word) => word.length >= NAME_CHARS_MIN && words.includes(word.toLowerCase()),
    ),
  );
  if (named.length > 0) return named.slice(0, 1);
  const cued = mode === "ANY" || /\b(call|tool|function)\b/i.test(prompt);
  return cued ? declared.slice(0, 1) : [];
}

/** `get` or `set` in a prompt names no function. */
const NAME_CHARS_MIN = 4;

/** A document that satisfies the request's schema, pretty enough to stream in pieces. */
export function document(request: GeminiRequest, r: Random): string {
  const config = request.generationConfig ?? {};
  const schema = (config.responseJsonSchema ??
    config._responseJsonSchema ??
    config.responseSchema) as Schema | undefined;
  if (/x\.enum/.test(config.responseMimeType ?? "")) return String(r.pick(schema?.enum ?? ["yes"]));
  const free = {
    title: "A small document",
    items: Array.from({ length: 6 }, (_, i) => ({ id: i + 1, name: `item ${r.int(100, 999)}` })),
  };
  return JSON.stringify(schema ? satisfy(schema, r) : free, null, 2);
}

// Answers that are no prose: function calls that fit their declaration, documents that fit a schema,
// and one small picture.
import type { GeminiRequest } from "../wire/index.ts";
import type { Random } from "./random.ts";
import { random } from "./random.ts";

/** A red pixel, 1×1 PNG. */
export const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

const DEPTH_MAX = 8;

interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  enum?: unknown[];
  anyOf?: Schema[];
  minimum?: number;
}

interface Declaration {
  name?: string;
  parameters?: Schema;
  parametersJsonSchema?: Schema;
}

/** Calls the functions the prompt names; with `both` or `parallel`, all that are declared. */
export function callsFor(request: GeminiRequest, prompt: string) {
  const last = request.contents.at(-1);
  if (last?.parts?.some((part) => part.functionResponse)) return [];
  const declared = (request.tools ?? []).flatMap(
    (tool) => (tool.functionDeclarations ?? []) as Declaration[],
  );
  const all = /\b(both|parallel|all tools)\b/i.test(prompt);
  const named = declared.filter(({ name = "" }) =>
    prompt.toLowerCase().includes(name.toLowerCase().split("_").at(-1) ?? name),
  );
  const chosen = all
    ? declared
    : named.length > 0
      ? named.slice(0, 1)
      : /\b(call|tool|function)\b/i.test(prompt)
        ? declared.slice(0, 1)
        : [];
  return chosen.map(({ name = "", parameters, parametersJsonSchema }) => ({
    name,
    args: value(
      parametersJsonSchema ?? parameters ?? { type: "object" },
      random(name.length),
      0,
    ) as Record<string, unknown>,
  }));
}

/** A JSON document that satisfies the request's schema, pretty enough to stream in pieces. */
export function document(request: GeminiRequest, r: Random): string {
  const config = request.generationConfig ?? {};
  const schema = (config.responseJsonSchema ?? config.responseSchema) as Schema | undefined;
  const free = {
    title: "A small document",
    items: Array.from({ length: 6 }, (_, i) => ({ id: i + 1, name: `item ${r.int(100, 999)}` })),
  };
  return JSON.stringify(schema ? value(schema, r, 0) : free, null, 2);
}

function value(schema: Schema, r: Random, depth: number): unknown {
  if (schema.enum) return r.pick(schema.enum);
  if (schema.anyOf?.[0]) return value(schema.anyOf[0], r, depth + 1);
  const type = String(
    Array.isArray(schema.type) ? schema.type[0] : (schema.type ?? "object"),
  ).toLowerCase();
  if (type === "object" && depth < DEPTH_MAX) {
    const entries = Object.entries(schema.properties ?? {});
    return Object.fromEntries(entries.map(([key, inner]) => [key, value(inner, r, depth + 1)]));
  }
  if (type === "array" && depth < DEPTH_MAX)
    return Array.from({ length: 3 }, () => value(schema.items ?? { type: "string" }, r, depth + 1));
  if (type === "integer") return (schema.minimum ?? 0) + r.int(1, 99);
  if (type === "number") return (schema.minimum ?? 0) + r.int(1, 999) / 10;
  if (type === "boolean") return r.next() < 0.5;
  return `${r.pick(["amber", "quiet", "north", "silver"])} ${r.pick(["river", "lantern", "harbour", "comet"])}`;
}

// A value that satisfies a schema: Gemini's dialect of OpenAPI (upper-case types) or JSON Schema.
import type { Random } from "./random.ts";

export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  prefixItems?: Schema[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  any_of?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
  definitions?: Record<string, Schema>;
  minimum?: number;
  maximum?: number;
  minItems?: number | string;
  maxItems?: number | string;
  minLength?: number | string;
  maxLength?: number | string;
  format?: string;
}

/** Deeper than this only what is required is filled in, so that a schema of itself ends. */
const DEPTH_MAX = 6;
const DEPTH_HARD_MAX = 40;
const ITEMS_USUAL = 3;
const ITEMS_MAX = 100;
const NUMBER_MAX = 99;

export function satisfy(schema: Schema, r: Random): unknown {
  return value(schema, { r, root: schema }, 0);
}

interface Within {
  r: Random;
  root: Schema;
}

function value(given: Schema, within: Within, depth: number): unknown {
  const schema = resolved(given, within.root);
  const { r } = within;
  if (depth > DEPTH_HARD_MAX) return null;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum?.length) return r.pick(schema.enum);
  const options = schema.anyOf ?? schema.any_of ?? schema.oneOf;
  const option = depth > DEPTH_MAX ? options?.at(-1) : options?.[0];
  if (option) return value(option, within, depth + 1);
  switch (typeOf(schema)) {
    case "object":
      return objectOf(schema, within, depth);
    case "array":
      return arrayOf(schema, within, depth);
    case "integer":
      return Math.min(Math.ceil(numberIn(schema, r)), Math.floor(schema.maximum ?? Infinity));
    case "number":
      return shortened(numberIn(schema, r), schema);
    case "boolean":
      return r.next() < 0.5;
    case "null":
      return null;
    default:
      return textOf(schema, r);
  }
}

function typeOf(schema: Schema): string {
  const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? ""];
  const type = (types.find((one) => one.toLowerCase() !== "null") ?? "null").toLowerCase();
  if (type !== "") return type;
  if (schema.items || schema.prefixItems) return "array";
  return schema.properties || !schema.format ? "object" : "string";
}

/** The schema with its reference followed and its parts put together. */
function resolved(schema: Schema, root: Schema, depth = 0): Schema {
  const name = /^#\/(\$defs|definitions)\/(.+)$/.exec(schema.$ref ?? "");
  const target = name && root[name[1] as "$defs"]?.[name[2] as string];
  const own = target ?? schema;
  if (!own.allOf || depth > DEPTH_MAX) return own;
  const all: Schema = { ...own };
  for (const part of own.allOf) {
    const one = resolved(part, root, depth + 1);
    Object.assign(all, one, { properties: { ...all.properties, ...one.properties } });
  }
  return all;
}

function objectOf(schema: Schema, within: Within, depth: number): Record<string, unknown> {
  const required = new Set(schema.required ?? []);
  const entries = Object.entries(schema.properties ?? {}).filter(
    ([key]) => depth <= DEPTH_MAX || required.has(key),
  );
  return Object.fromEntries(entries.map(([key, one]) => [key, value(one, within, depth + 1)]));
}

function arrayOf(schema: Schema, within: Within, depth: number): unknown[] {
  if (schema.prefixItems) return schema.prefixItems.map((one) => value(one, within, depth + 1));
  const least = Number(schema.minItems ?? 0);
  const most = Number(schema.maxItems ?? ITEMS_MAX);
  const usual = depth > DEPTH_MAX ? 0 : ITEMS_USUAL;
  const length = Math.min(ITEMS_MAX, most, Math.max(least, usual));
  const items = schema.items ?? { type: "string" };
  return Array.from({ length }, () => value(items, within, depth + 1));
}

function numberIn({ minimum, maximum }: Schema, r: Random): number {
  const low = minimum ?? Math.min(1, maximum ?? 1);
  const high = maximum ?? low + NUMBER_MAX;
  return low + r.next() * (high - low);
}

/** One digit after the point, where the bounds have room for it. */
function shortened(number: number, { minimum, maximum }: Schema): number {
  const short = Math.round(number * 10) / 10;
  return short < (minimum ?? short) || short > (maximum ?? short) ? number : short;
}

const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-11-20T12:00:00Z",
  date: "2026-11-20",
  time: "12:00:00Z",
  email: "mira@example.com",
  uri: "https://example.com/lantern",
  uuid: "3f1d2c4b-5a69-4788-9c0d-1e2f3a4b5c6d",
};

function textOf(schema: Schema, r: Random): string {
  const known = FORMATS[schema.format ?? ""];
  if (known) return known;
  const least = Number(schema.minLength ?? 0);
  const most = Number(schema.maxLength ?? Number.POSITIVE_INFINITY);
  let text = `${r.pick(["amber", "quiet", "north", "silver"])} ${r.pick(["river", "lantern", "harbour", "comet"])}`;
  while (text.length < least) text += ` ${r.pick(["stone", "cloud", "kite", "bell"])}`;
  return text.slice(0, most);
}

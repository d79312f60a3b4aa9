// What a conversion could not carry over, and the small turns of form that both directions need.

/** A field that the other API has no place for. */
export interface Lost {
  /** Where it stood, e.g. `generationConfig.topK`. */
  path: string;
  why: string;
}

export type Json = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Fields that change only their name. */
export function renamed(from: Json, names: readonly (readonly [string, string])[]): Json {
  const to: Json = {};
  for (const [before, after] of names) {
    if (from[before] !== undefined) to[after] = from[before];
  }
  return to;
}

const SCHEMA_DEPTH_MAX = 64;

/** A schema in Google's older dialect has its types in capitals; JSON Schema has them small. */
export function smallTypes(schema: unknown, depth = 0): unknown {
  if (depth > SCHEMA_DEPTH_MAX) return schema;
  if (Array.isArray(schema)) return schema.map((one) => smallTypes(one, depth + 1));
  if (!isJson(schema)) return schema;
  const entries = Object.entries(schema).map(([key, value]) => {
    if (key === "type" && typeof value === "string") return [key, value.toLowerCase()];
    const inner = key === "enum" || key === "default" || key === "example";
    return [key, inner ? value : smallTypes(value, depth + 1)];
  });
  return Object.fromEntries(entries) as Json;
}

/** Notes every field that nobody took. */
export function noteRest(
  from: Json,
  taken: readonly string[],
  path: string,
  lost: Lost[],
  whys: Readonly<Record<string, string>> = {},
): void {
  for (const key of Object.keys(from)) {
    if (taken.includes(key) || from[key] === undefined) continue;
    lost.push({
      path: path + key,
      why: (Object.hasOwn(whys, key) ? whys[key] : undefined) ?? "The other API has no such field.",
    });
  }
}

/** The request is of another shape than its API has. */
export class ConvertError extends Error {
  override name = "ConvertError";
}

/** Converts what may be anything that came as JSON. */
export function soundly<T>(convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    const message = "A field of the request is of another kind than its API has it.";
    throw new ConvertError(message, { cause: error });
  }
}

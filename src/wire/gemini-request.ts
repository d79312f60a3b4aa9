// Requests come in camelCase or in snake_case; Google takes both. What a gateway has to understand is
// brought into the one form of this library; everything else stays as it came.
import type { GeminiRequest } from "./gemini.ts";

/** A request whose keys may be in snake_case, with its keys in camelCase. */
export function camelRequest(body: Record<string, unknown>): GeminiRequest {
  const request = camelKeys(body);
  const config = request.generationConfig;
  if (typeof config === "object" && config !== null && !Array.isArray(config))
    request.generationConfig = camelKeys(config as Record<string, unknown>);
  return request as unknown as GeminiRequest;
}

function camelKeys(object: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    // A key of that name would be the object's prototype, not a field.
    if (key !== "__proto__") result[camel(key)] = value;
  }
  return result;
}

function camel(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

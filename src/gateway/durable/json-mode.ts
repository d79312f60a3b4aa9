// Streams of JSON: what is appended is one value, or the elements of one array; what is read is an array
// of all. Values are kept as they were written, so that no number loses a digit.
import { Declined } from "./declined.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });
const encoder = new TextEncoder();
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/** The body of a request → values with commas between them; empty for an array without elements. */
export function flatten(body: Uint8Array): Uint8Array {
  let text: string;
  let value: unknown;
  try {
    text = decoder.decode(body).trim();
    value = JSON.parse(text);
  } catch {
    throw new Declined(400, "request_invalid", "The body is not JSON.");
  }
  if (!Array.isArray(value)) return encoder.encode(text);
  return value.length === 0 ? new Uint8Array() : encoder.encode(text.slice(1, -1).trim());
}

/** Messages → one array. */
export function arrayOf(messages: readonly Uint8Array[]): Uint8Array {
  const bytes = messages.reduce((sum, message) => sum + message.length + 1, 1);
  const array = new Uint8Array(Math.max(2, bytes));
  array[0] = OPEN;
  let at = 1;
  for (const message of messages) {
    if (at > 1) array[at++] = COMMA;
    array.set(message, at);
    at += message.length;
  }
  array[at] = CLOSE;
  return array;
}

/** The first `count` values of a message; undefined if it has fewer. */
export function firstValues(message: Uint8Array, count: number): Uint8Array | undefined {
  let depth = 0;
  let inText = false;
  let seen = 0;
  for (let i = 0; i < message.length; i += 1) {
    const char = String.fromCharCode(message[i] as number);
    if (inText) {
      if (char === "\\") i += 1;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === "[" || char === "{") depth += 1;
    else if (char === "]" || char === "}") depth -= 1;
    else if (char === "," && depth === 0) {
      seen += 1;
      if (seen === count) return message.slice(0, i);
    }
  }
  return seen + 1 === count ? message : undefined;
}

// What a request asks for: a new answer, or the rest of one. Request bodies may be camelCase or
// snake_case; inside the simulator they are camelCase.
import type { GeminiContent, GeminiRequest } from "../wire/index.ts";
import { hash, random } from "./random.ts";
import { document } from "./special.ts";
import { write } from "./writer.ts";

/** Shortest end of a partial answer that, quoted back, asks to go on from it. */
const QUOTE_CHARS_MIN = 8;

export interface Wanted {
  /** The whole answer, whatever of it is sent. */
  full: string;
  /** Where the text to send begins. */
  from: number;
  /** How the request asked to go on. */
  how: "fresh" | "prefill" | "anchor" | "token";
  /** What stands before the text to send; for `anchor` the quoted words. */
  quote: string;
  /** The prompt, the same for every attempt at one answer. */
  key: string;
  prompt: string;
}

export function camel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camel);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    const name = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const opaque =
      /^(args|response|parametersJsonSchema|responseJsonSchema|responseSchema|parameters)$/.test(
        name,
      );
    return [name, opaque ? inner : camel(inner)];
  });
  return Object.fromEntries(entries);
}

export function textOf(content: GeminiContent | undefined): string {
  return (content?.parts ?? [])
    .filter((part) => typeof part.text === "string" && !part.thought)
    .map((part) => part.text)
    .join("");
}

export function wanted(seed: number, model: string, request: GeminiRequest): Wanted {
  const contents = Array.isArray(request.contents) ? request.contents : [request.contents];
  const last = contents.at(-1);
  const before = contents.at(-2);
  const compose = (base: GeminiContent[]) => {
    const prompt = textOf(base.findLast((one) => one?.role !== "model"));
    const key = hash(
      `${model}\n${JSON.stringify(base.map((one) => [one?.role, textOf(one)]))}`,
    ).toString(36);
    if (/json/.test(request.generationConfig?.responseMimeType ?? "")) {
      return { prompt, key, full: document(request, random(hash(key, seed))) };
    }
    const calls = JSON.stringify(base).includes("functionResponse") ? " (tools)" : "";
    const full = write({ seed, model, prompt: `${prompt}${calls}#${base.length}` });
    return { prompt, key, full };
  };
  if (before?.role === "model" && last?.role !== "model") {
    const partial = textOf(before);
    const quote = quoted(partial, textOf(last));
    const base = compose(contents.slice(0, -2));
    if (quote && base.full.startsWith(partial)) {
      return { ...base, from: partial.length, how: "anchor", quote };
    }
  }
  if (last?.role === "model") {
    const partial = textOf(last);
    const base = compose(contents.slice(0, -1));
    const full = base.full.startsWith(partial) ? base.full : partial + base.full;
    return { ...base, full, from: partial.length, how: "prefill", quote: "" };
  }
  const base = compose(contents);
  const offset = tokenOffset(request.continuationToken);
  if (offset === undefined) return { ...base, from: 0, how: "fresh", quote: "" };
  return { ...base, from: Math.min(offset, base.full.length), how: "token", quote: "" };
}

/** The longest end of `partial` that the message quotes. */
function quoted(partial: string, message: string): string {
  const text = partial.trimEnd();
  let low = QUOTE_CHARS_MIN;
  if (text.length < 1 || !message.includes(text.slice(-Math.min(low, text.length)))) return "";
  while (low < text.length && message.includes(text.slice(-(low + 1)))) low += 1;
  return text.slice(-Math.min(low, text.length)) + partial.slice(text.length);
}

const TOKEN_PREFIX = "sim-continue:";

export function tokenFor(offset: number): string {
  return btoa(`${TOKEN_PREFIX}${offset}`);
}

function tokenOffset(token: string | undefined): number | undefined {
  if (!token) return undefined;
  try {
    const text = atob(token);
    return text.startsWith(TOKEN_PREFIX) ? Number(text.slice(TOKEN_PREFIX.length)) : undefined;
  } catch {
    return undefined;
  }
}

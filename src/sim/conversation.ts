// What a request asks for: a new answer, or the rest of one. Request bodies may be camelCase or
// snake_case; inside the simulator they are camelCase.
import type { GeminiContent, GeminiPart, GeminiRequest } from "../wire/index.ts";
import type { SimModel } from "./models.ts";
import { hash, random } from "./random.ts";
import { type Call, callsFor, document } from "./special.ts";
import { write } from "./writer.ts";

/** Shortest end of a partial answer that, quoted back, asks to go on from it. */
const QUOTE_CHARS_MIN = 8;
/** Words by which a message that quotes a short or a whole answer still asks to go on from it. */
const ASKS_TO_GO_ON = /\b(continu|cut off|carry on|go on|resume|interrupted|repeat)/i;

export interface Wanted {
  /** The whole answer, whatever of it is sent; empty for an answer that is no text. */
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
  /** Function calls in place of text. */
  calls: Call[];
  isImage: boolean;
  /** The continuation token is of another answer, or of none. */
  tokenIsForeign: boolean;
}

/** Keys of what a caller made up; these are not names of ours. */
const OPAQUE =
  /^(args|response|parameters|parametersJsonSchema|responseSchema|responseJsonSchema|_responseJsonSchema|labels|struct)$/;

export function camel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camel);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    const name = key.replace(/(?!^)_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return [name, OPAQUE.test(name) ? inner : camel(inner)];
  });
  return Object.fromEntries(entries);
}

function textOf(content: GeminiContent | undefined): string {
  return (content?.parts ?? [])
    .filter((part) => typeof part.text === "string" && !part.thought)
    .map((part) => part.text)
    .join("");
}

/** `contents` as a list; the API also takes a single one, and text is what people try first. */
export function contentsOf(request: Pick<GeminiRequest, "contents">): GeminiContent[] {
  const contents: unknown = request.contents ?? [];
  if (typeof contents === "string") return [{ role: "user", parts: [{ text: contents }] }];
  const list: unknown[] = Array.isArray(contents) ? contents : [contents];
  return list.map((one) => {
    if (typeof one !== "object" || one === null) return { parts: [] };
    const { parts = [], ...rest } = one as GeminiContent & { parts?: unknown };
    const all: unknown[] = Array.isArray(parts) ? parts : [parts];
    const objects = all.filter((part): part is GeminiPart => typeof part === "object" && !!part);
    return { ...rest, parts: objects };
  });
}

/** What of a model decides what it says. */
type Voice = Pick<SimModel, "name" | "image">;

const CAPTION = "Here is a very small picture.";

export function wanted(seed: number, model: Voice, request: GeminiRequest): Wanted {
  const contents = contentsOf(request);
  const last = contents.at(-1);
  const before = contents.at(-2);
  if (before?.role === "model" && last?.role !== "model") {
    const partial = textOf(before);
    const base = compose(seed, model, request, contents.slice(0, -2));
    const quote = base.full.startsWith(partial)
      ? quoted(partial, textOf(last), partial.length === base.full.length)
      : "";
    const at = quote === "" ? undefined : offsetIn(request.continuationToken ?? "", base.key);
    if (at !== undefined) return { ...base, from: Math.min(at, base.full.length), how: "token" };
    if (quote !== "") return { ...base, from: partial.length, how: "anchor", quote };
  }
  if (last?.role === "model" && !last.parts?.some((part) => part.functionCall)) {
    const partial = textOf(last);
    const base = compose(seed, model, request, contents.slice(0, -1));
    const full = base.full.startsWith(partial) ? base.full : partial + base.full;
    return { ...base, full, from: partial.length, how: "prefill" };
  }
  const base = compose(seed, model, request, contents);
  if (!request.continuationToken) return base;
  const offset = offsetIn(request.continuationToken, base.key);
  if (offset === undefined) return { ...base, tokenIsForeign: true };
  return { ...base, from: Math.min(offset, base.full.length), how: "token" };
}

/** The answer to a conversation that asks for a new one. */
function compose(
  seed: number,
  model: Voice,
  request: GeminiRequest,
  contents: GeminiContent[],
): Wanted {
  const prompt = textOf(contents.findLast((one) => one.role !== "model"));
  const told = contents.map((one) => [one.role, textOf(one)]);
  const key = hash(`${model.name}\n${JSON.stringify(told)}`).toString(36);
  const asked = { ...request, contents };
  const calls = callsFor(asked, prompt);
  const fresh = {
    from: 0,
    how: "fresh",
    quote: "",
    tokenIsForeign: false,
    isImage: false,
  } as const;
  const base = { prompt, key, calls, ...fresh };
  if (calls.length > 0) return { ...base, full: "" };
  const config = request.generationConfig ?? {};
  if (model.image || JSON.stringify(config.responseModalities ?? "").includes("IMAGE"))
    return { ...base, full: CAPTION, isImage: true };
  if (/json|x\.enum/.test(config.responseMimeType ?? ""))
    return { ...base, full: document(asked, random(hash(key, seed))) };
  const answersCall = contents.at(-1)?.parts?.some((part) => part.functionResponse);
  const turn = `${answersCall ? " (tools)" : ""}#${contents.length}`;
  return { ...base, full: write({ seed, model: model.name, prompt, turn }) };
}

/** The longest end of `partial` that the message quotes. */
function quoted(partial: string, message: string, isWhole: boolean): string {
  const text = partial.trimEnd();
  const least = Math.min(QUOTE_CHARS_MIN, text.length);
  if (least === 0 || !message.includes(text.slice(-least))) return "";
  if ((isWhole || least < QUOTE_CHARS_MIN) && !ASKS_TO_GO_ON.test(message)) return "";
  let length = least;
  while (length < text.length && message.includes(text.slice(-(length + 1)))) length += 1;
  return text.slice(-length) + partial.slice(text.length);
}

const TOKEN_PREFIX = "sim";

/** State to go on from: opaque to a client, and good for this answer only. */
export function tokenFor(key: string, offset: number): string {
  return btoa(`${TOKEN_PREFIX}:${key}:${offset}`);
}

function offsetIn(token: string, key: string): number | undefined {
  try {
    const [prefix, of, offset] = atob(token).split(":");
    return prefix === TOKEN_PREFIX && of === key ? Number(offset) : undefined;
  } catch {
    return undefined;
  }
}

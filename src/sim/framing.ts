// Items → pieces, in the very bytes of each endpoint: SSE, a streamed array, one object, or the
// OpenAI-compatible forms.
import { ArrayEncode, FINISH_REASONS, type GeminiChunk } from "../wire/index.ts";
import { unary } from "./answer.ts";
import { openAiAnswer, openAiChunk } from "./openai.ts";
import { bytesOf, type Framing, type Item, type Piece, type Stop } from "./reply.ts";

/** One line, `": "` after keys, no space after commas, `<` and `>` escaped: Google's own hand. */
function googleJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(googleJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}: ${googleJson(inner)}`).join(",")}}`;
  }
  return escaped(JSON.stringify(value));
}

export function prettyJson(value: unknown): string {
  return escaped(JSON.stringify(value, null, 2));
}

function escaped(json: string): string {
  return json.replace(/[<>]/g, (found) => (found === "<" ? "\\u003c" : "\\u003e"));
}

interface Speaker {
  model: string;
  /** Seconds since 1970, for OpenAI's `created`. */
  createdS: number;
}

export function frame(items: readonly Item[], framing: Framing, speaker: Speaker): Piece[] {
  if (framing.mode === "array") return frameArray(items, framing);
  if (framing.mode === "unary" || framing.mode === "openai-unary")
    return frameWhole(items, framing, speaker);
  const pieces: Piece[] = [];
  const lastChunk = items.findLastIndex((item) => item.kind === "chunk");
  for (const [i, item] of items.entries()) {
    if (item.kind === "chunk") {
      const bareEnd = framing.bareEnd && i === lastChunk;
      put(pieces, event(item.chunk, { ...framing, bareEnd }, speaker, i));
    } else if (item.kind === "comment") put(pieces, `: ${item.text}${framing.eol}${framing.eol}`);
    else if (item.kind === "error") {
      const name = item.named ? `event: error${framing.eol}` : "";
      put(pieces, `${name}data: ${JSON.stringify({ error: item.error })}${framing.eol.repeat(2)}`);
    } else if (item.kind === "raw") putRaw(pieces, item);
    else pieces.push(item);
    if (item.kind === "stop") return pieces;
  }
  if (framing.done || framing.mode === "openai") put(pieces, "data: [DONE]\n\n");
  return pieces;
}

function put(pieces: Piece[], text: string): void {
  pieces.push({ kind: "bytes", bytes: bytesOf(text) });
}

function putRaw(pieces: Piece[], { text, parts = 1 }: { text: string; parts?: number }): void {
  const size = Math.max(1, Math.ceil(text.length / parts));
  for (let at = 0; at < text.length; at += size) put(pieces, text.slice(at, at + size));
}

/** Elements are flushed one by one; the array is closed only by a proper end. */
function frameArray(items: readonly Item[], framing: Framing): Piece[] {
  const array = new ArrayEncode();
  const pieces: Piece[] = [];
  let open = true;
  for (const item of items) {
    if (item.kind === "chunk") {
      const chunk = framing.integerEnums ? withIntegers(item.chunk) : item.chunk;
      put(pieces, array.element(prettyJson(chunk)));
    } else if (item.kind === "error") put(pieces, array.element(prettyJson({ error: item.error })));
    else if (item.kind === "raw") {
      putRaw(pieces, item);
      open = false;
    } else if (item.kind === "wait") pieces.push(item);
    else if (item.kind === "stop") {
      if (item.how === "eof") break;
      pieces.push(item);
      return pieces;
    }
  }
  if (open) put(pieces, array.end());
  return pieces;
}

/** One object; what breaks a stream in the middle breaks this body in the middle. */
function frameWhole(items: readonly Item[], framing: Framing, speaker: Speaker): Piece[] {
  const chunks = items.flatMap((item) => (item.kind === "chunk" ? [item.chunk] : []));
  const answer = unary(chunks);
  const shown =
    framing.mode === "unary"
      ? framing.integerEnums
        ? withIntegers(answer)
        : answer
      : openAiAnswer(answer, speaker.model, speaker.createdS);
  const error = items.find((item) => item.kind === "error");
  const raw = items.flatMap((item) => (item.kind === "raw" ? [item.text] : [])).join("");
  const text = error
    ? prettyJson({ error: error.error })
    : raw || (chunks.length > 0 ? prettyJson(shown) : "");
  const pieces: Piece[] = items.filter((item) => item.kind === "wait");
  const stop = items.find((item): item is Stop => item.kind === "stop" && item.how !== "eof");
  if (stop) {
    if (stop.how !== "hang") put(pieces, text.slice(0, text.length >> 1));
    return [...pieces, stop];
  }
  if (text !== "") put(pieces, `${text}\n`);
  return pieces;
}

function event(chunk: GeminiChunk, framing: Framing, speaker: Speaker, n: number): string {
  const { eol } = framing;
  if (framing.mode === "openai") {
    const json = JSON.stringify(openAiChunk(chunk, speaker.model, speaker.createdS));
    return `data: ${json}\n\n`;
  }
  const shown = framing.integerEnums ? withIntegers(chunk) : chunk;
  const lines = framing.multiLine ? prettyJson(shown).split("\n") : [googleJson(shown)];
  const before = framing.eventLines ? `id: ${n}${eol}event: message${eol}` : "";
  const end = framing.bareEnd ? "" : eol + eol;
  return before + lines.map((line) => `data: ${line}`).join(eol) + end;
}

function withIntegers(chunk: GeminiChunk): GeminiChunk {
  const candidates = chunk.candidates?.map((one) => {
    if (typeof one.finishReason !== "string") return one;
    const number = (FINISH_REASONS as readonly string[]).indexOf(one.finishReason);
    return { ...one, finishReason: number < 0 ? one.finishReason : number };
  });
  return { ...chunk, ...(candidates && { candidates }) };
}

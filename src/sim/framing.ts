// Items → pieces, in the very bytes of each endpoint: SSE, a streamed array, one object, or the
// OpenAI-compatible form.
import { ArrayEncode, FINISH_REASONS, type GeminiChunk } from "../wire/index.ts";
import { openAiChunk } from "./openai.ts";
import { bytesOf, type Framing, type Item, type Piece } from "./reply.ts";

/** One line, `": "` after keys, no space after commas, `<` and `>` escaped: Google's own hand. */
export function googleJson(value: unknown): string {
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
  return json.replace(/</g, "\\u003c").replace(/>/g, "\\u003e");
}

export function frame(items: readonly Item[], framing: Framing, model: string): Piece[] {
  const array = new ArrayEncode();
  const pieces: Piece[] = [];
  let ended = false;
  const put = (text: string) => pieces.push({ kind: "bytes", bytes: bytesOf(text) });
  const lastChunk = items.findLastIndex((item) => item.kind === "chunk");
  for (const [i, item] of items.entries()) {
    if (item.kind === "chunk") {
      const chunk = framing.integerEnums ? withIntegers(item.chunk) : item.chunk;
      if (framing.mode === "array") put(array.element(prettyJson(chunk)));
      else put(event(chunk, framing, model, i, i === lastChunk));
    } else if (item.kind === "comment") {
      if (framing.mode !== "array") put(`: ${item.text}${framing.eol}${framing.eol}`);
    } else if (item.kind === "raw") {
      for (const part of split(item.text, item.parts ?? 1)) put(part);
    } else {
      if (item.kind === "stop" && item.how === "eof") ended = true;
      pieces.push(item);
    }
    if (item.kind === "stop") break;
  }
  const cut = pieces.at(-1)?.kind === "stop";
  if (framing.mode === "array" && (!cut || ended))
    pieces.splice(cut ? -1 : pieces.length, 0, { kind: "bytes", bytes: bytesOf(array.end()) });
  if ((framing.done || framing.mode === "openai") && !cut) put("data: [DONE]\n\n");
  return pieces;
}

function event(
  chunk: GeminiChunk,
  framing: Framing,
  model: string,
  n: number,
  isLast: boolean,
): string {
  const { eol } = framing;
  if (framing.mode === "openai") return `data: ${JSON.stringify(openAiChunk(chunk, model))}\n\n`;
  const json = googleJson(chunk);
  const lines = framing.multiLine ? prettyJson(chunk).split("\n") : [json];
  const before = framing.eventLines ? `id: ${n}${eol}event: message${eol}` : "";
  const end = framing.bareEnd && isLast ? "" : eol + eol;
  return before + lines.map((line) => `data: ${line}`).join(eol) + end;
}

function split(text: string, parts: number): string[] {
  const size = Math.ceil(text.length / parts);
  return Array.from({ length: parts }, (_, i) => text.slice(i * size, (i + 1) * size)).filter(
    Boolean,
  );
}

function withIntegers(chunk: GeminiChunk): GeminiChunk {
  const candidates = chunk.candidates?.map((one) => {
    if (typeof one.finishReason !== "string") return one;
    const number = (FINISH_REASONS as readonly string[]).indexOf(one.finishReason);
    return { ...one, finishReason: number < 0 ? one.finishReason : number };
  });
  return { ...chunk, ...(candidates && { candidates }) };
}

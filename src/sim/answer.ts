// A valid request → the chunks its model sends. What differs between models is read from their
// habits; nothing here knows of faults.
import type { GeminiChunk, GeminiPart } from "../wire/index.ts";
import { tokenFor } from "./conversation.ts";
import type { SimModel } from "./models.ts";
import { hash, type Random, random } from "./random.ts";
import { PIXEL } from "./special.ts";
import { Speech, type Telling, tokensOf } from "./speech.ts";
import { write } from "./writer.ts";

/** Tokens one streamed request of a long answer yields before it asks to be continued. */
export const HOP_TOKENS = 65_536;
const CHECKPOINT_CHUNKS = 4;
const CHARS_PER_TOKEN = 4;
const CANDIDATES_MAX = 8;
/** How often an old model ends with a chunk that has no parts. */
const BARE_END_CHANCE = 0.2;

interface ThinkingConfig {
  includeThoughts?: boolean;
}

export function chunksOf(telling: Telling): GeminiChunk[] {
  const { model, request, wanted, seed } = telling;
  const r = random(hash(`${wanted.key} ${wanted.how} ${wanted.from}`, seed));
  const speech = new Speech(telling, r);
  const config = request.generationConfig ?? {};
  if (/\[\[blocked\]\]/.test(wanted.prompt)) return speech.blocked("PROHIBITED_CONTENT");
  const thinking = config.thinkingConfig as ThinkingConfig | undefined;
  if (model.thinks && wanted.how !== "token" && thinking?.includeThoughts)
    thoughts(speech, telling);
  if (wanted.calls.length > 0) return calls(speech, telling);
  if (wanted.isImage) return image(speech, telling);
  if (request.tools?.some((tool) => "codeExecution" in tool) && wanted.how === "fresh")
    code(speech, model);
  return texts(speech, telling, r);
}

function thoughts(speech: Speech, { wanted }: Telling): void {
  const about = wanted.prompt.replace(/\s+/g, " ").slice(0, 40);
  const first = `**Weighing the question**\n\nThe prompt is about “${about}”.\n\n\n`;
  speech.send([{ text: first, thought: true }]);
  speech.send([{ text: "**Choosing the words**\n\nA calm tone will do.\n\n\n", thought: true }]);
}

/** The text as far as limits and stop sequences let it go, and why it ends there. */
export function limited(telling: Omit<Telling, "vertex" | "nowDate" | "seed" | "attempt">) {
  const { model, request, wanted, hopTokens } = telling;
  const config = request.generationConfig ?? {};
  let { text } = telling;
  let reason = "STOP";
  for (const stop of config.stopSequences ?? []) {
    const at = stop === "" ? -1 : text.indexOf(stop);
    if (at >= 0) text = text.slice(0, at);
  }
  // A token carries what was spent; any other request begins to count anew.
  const spent = wanted.how === "token" ? tokensOf(wanted.full.slice(0, wanted.from)) : 0;
  const limit = Math.min(
    config.maxOutputTokens ?? Number.POSITIVE_INFINITY,
    model.outputTokenLimit,
  );
  if (tokensOf(text) + spent > limit) {
    text = whole(text, Math.max(0, limit - spent) * CHARS_PER_TOKEN);
    reason = "MAX_TOKENS";
  }
  if (model.tokens && tokensOf(text) > hopTokens) {
    text = whole(text, hopTokens * CHARS_PER_TOKEN);
    reason = "CONTINUATION";
  }
  return { text, reason };
}

/** The first characters, without half of a surrogate pair at their end. */
function whole(text: string, chars: number): string {
  return text.slice(0, /[\ud800-\udbff]/.test(text[chars - 1] ?? "") ? chars - 1 : chars);
}

interface Line {
  index: number;
  pieces: string[];
  reason: string;
}

function texts(speech: Speech, telling: Telling, r: Random): GeminiChunk[] {
  const { model, request, wanted, seed } = telling;
  const count = Math.min(CANDIDATES_MAX, request.generationConfig?.candidateCount ?? 1);
  const lines = Array.from({ length: count }, (_, index): Line => {
    const other = { seed, model: model.name, prompt: wanted.prompt, turn: `#candidate ${index}` };
    const { text, reason } = limited(index === 0 ? telling : { ...telling, text: write(other) });
    return { index, pieces: split(text, r), reason };
  });
  const rounds = Math.max(...lines.map(({ pieces }) => pieces.length));
  const apart = model.signs || r.next() < BARE_END_CHANCE;
  for (let i = 0; i < rounds; i += 1) {
    for (const { index, pieces, reason } of lines) {
      const text = pieces[i];
      if (text === undefined) continue;
      const last = i === pieces.length - 1;
      const at = telling.offset + speech.sentChars + text.length;
      const marks = model.tokens && index === 0 && i % CHECKPOINT_CHUNKS === CHECKPOINT_CHUNKS - 1;
      speech.send([{ text }], {
        index,
        ...(last && !apart && { finishReason: reason }),
        ...(marks && { continuationToken: tokenFor(wanted.key, at) }),
      });
    }
  }
  for (const line of lines) {
    if (apart || line.pieces.length === 0) end(speech, telling, line);
  }
  return speech.chunks;
}

/** The last chunk where the reason to end stands apart: signed and empty, or without parts. */
function end(speech: Speech, { model, wanted, offset }: Telling, { index, reason }: Line): void {
  const goesOn = model.tokens && (reason === "CONTINUATION" || reason === "MAX_TOKENS");
  speech.send(model.signs ? [{ text: "", thoughtSignature: speech.signature }] : [], {
    index,
    finishReason: reason,
    ...(goesOn && { continuationToken: tokenFor(wanted.key, offset + speech.sentChars) }),
  });
}

/** Pieces that grow, as the API's do; a character of two units is never cut, a family of them is. */
function split(text: string, r: Random): string[] {
  const pieces: string[] = [];
  let at = 0;
  for (let size = 14; at < text.length; size = Math.min(130, size * 1.4)) {
    let end = Math.min(text.length, at + r.int(Math.ceil(size / 2), Math.ceil(size)));
    if (/[\ud800-\udbff]/.test(text[end - 1] ?? "")) end += 1;
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}

function calls(speech: Speech, telling: Telling): GeminiChunk[] {
  const { model, wanted, request, vertex } = telling;
  const config = request.toolConfig?.functionCallingConfig as Record<string, unknown> | undefined;
  if (vertex && config?.streamFunctionCallArguments) return callsInPieces(speech, telling);
  const parts = wanted.calls.map(
    ({ name, args }, i): GeminiPart => ({
      functionCall: { ...(model.signs && { id: speech.callId(i) }), name, args },
      ...(model.signs && i === 0 && { thoughtSignature: speech.signature }),
    }),
  );
  const finish = {
    finishReason: "STOP",
    ...(!model.signs && { finishMessage: "Model generated function call(s)." }),
  };
  // One chunk for each call on newer models, one for all on older ones.
  const groups = model.signs ? parts.map((part) => [part]) : [parts];
  for (const [i, group] of groups.entries())
    speech.send(group, i === groups.length - 1 ? finish : {});
  return speech.chunks;
}

function callsInPieces(speech: Speech, { wanted, model }: Telling): GeminiChunk[] {
  for (const [i, { name, args }] of wanted.calls.entries()) {
    const entries = Object.entries(args);
    const signed = model.signs && i === 0 && { thoughtSignature: speech.signature };
    const more = entries.length > 0 && { willContinue: true };
    speech.send([{ functionCall: { name, ...more }, ...signed }]);
    for (const [key, inner] of entries) {
      const jsonPath = `$.${key}`;
      if (typeof inner === "string") {
        const half = Math.ceil(inner.length / 2);
        const first = { jsonPath, stringValue: inner.slice(0, half), willContinue: true };
        speech.send([{ functionCall: { partialArgs: [first], willContinue: true } }]);
        const second = { jsonPath, stringValue: inner.slice(half) };
        speech.send([{ functionCall: { partialArgs: [second], willContinue: true } }]);
      } else {
        const kind = typeof inner === "number" ? "numberValue" : "boolValue";
        const plain = typeof inner === "number" || typeof inner === "boolean";
        const one = { jsonPath, ...(plain && { [kind]: inner }) };
        speech.send([{ functionCall: { partialArgs: [one], willContinue: true } }]);
      }
    }
    if (entries.length > 0) speech.send([{ functionCall: {} }]);
  }
  speech.send([], { finishReason: "STOP" });
  return speech.chunks;
}

function image(speech: Speech, { wanted }: Telling): GeminiChunk[] {
  speech.send([{ text: wanted.full.slice(wanted.from) }]);
  speech.send([{ inlineData: { mimeType: "image/png", data: PIXEL } }], { finishReason: "STOP" });
  return speech.chunks;
}

/** Rounds of code; with two, some models say STOP in the middle of the turn. */
function code(speech: Speech, model: SimModel): void {
  for (const [i, factor] of [6, 7].entries()) {
    const stops = i === 1 && model.stopsTwice ? { finishReason: "STOP" } : {};
    speech.send(
      [{ executableCode: { language: "PYTHON", code: `print(${factor} * 7)\n` } }],
      stops,
    );
    const output = `${factor * 7}\n`;
    speech.send([{ codeExecutionResult: { outcome: "OUTCOME_OK", output } }]);
  }
}

/** The same answer in one piece: parts that follow each other are joined, for each candidate. */
export function unary(chunks: readonly GeminiChunk[]): GeminiChunk {
  const last = chunks.at(-1) ?? {};
  const indexes = new Set(chunks.flatMap((one) => (one.candidates ?? []).map((c) => c.index ?? 0)));
  if (indexes.size === 0) return last;
  const candidates = [...indexes].sort().map((index) => {
    const all = chunks.flatMap((one) =>
      (one.candidates ?? []).filter((candidate) => (candidate.index ?? 0) === index),
    );
    const parts: GeminiPart[] = [];
    for (const part of all.flatMap((one) => one.content?.parts ?? [])) {
      const before = parts.at(-1);
      const bothText = typeof before?.text === "string" && typeof part.text === "string";
      if (before && bothText && before.thought === part.thought)
        parts[parts.length - 1] = { ...before, ...part, text: `${before.text}${part.text}` };
      else parts.push({ ...part });
    }
    const { content: _, continuationToken, ...rest } = Object.assign({}, ...all);
    const kept = all.at(-1)?.continuationToken && { continuationToken };
    return { content: { parts, role: "model" }, ...rest, ...kept };
  });
  return { ...last, candidates };
}

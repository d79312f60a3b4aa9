// A valid request → the chunks its model sends. What differs between models is read from their
// habits; nothing here knows of faults.
import type { GeminiChunk, GeminiPart, GeminiRequest, GeminiUsage } from "../wire/index.ts";
import { tokenFor, type Wanted } from "./conversation.ts";
import type { SimModel } from "./models.ts";
import { hash, type Random, random } from "./random.ts";
import { callsFor, PIXEL } from "./special.ts";

/** Tokens one streamed request of a long answer yields before it asks to be continued. */
export const HOP_TOKENS = 65_536;
const CHECKPOINT_CHUNKS = 4;

export interface Telling {
  model: SimModel;
  request: GeminiRequest;
  wanted: Wanted;
  /** Text to send: normally a quote and the rest; faults may put something else. */
  text: string;
  /** Where in `wanted.full` the text that is new begins, for tokens. */
  offset: number;
  seed: number;
  hopTokens: number;
}

export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

export function chunksOf(telling: Telling): GeminiChunk[] {
  const { model, request, wanted, seed } = telling;
  const r = random(hash(wanted.key + wanted.from, seed));
  const writer = new Writer(telling, r);
  const config = request.generationConfig ?? {};
  const thinking = config.thinkingConfig as { includeThoughts?: boolean } | undefined;
  if (model.thinks && thinking?.includeThoughts) {
    writer.send([
      {
        text: `**Weighing the question**\n\nThe prompt asks for ${wanted.prompt.slice(0, 40)}…`,
        thought: true,
      },
    ]);
    writer.send([{ text: "**Choosing the words**\n\nA calm tone will do.", thought: true }]);
  }
  if (/\[\[blocked\]\]/.test(wanted.prompt)) return [writer.blocked("PROHIBITED_CONTENT")];
  const calls = callsFor(request, wanted.prompt);
  if (calls.length > 0) return writer.calls(calls);
  if (model.image || JSON.stringify(config.responseModalities ?? "").includes("IMAGE"))
    return writer.image();
  if (request.tools?.some((tool) => "codeExecution" in tool)) writer.code();
  const limit = config.maxOutputTokens;
  let text = telling.text;
  let reason = "STOP";
  for (const stop of config.stopSequences ?? []) {
    const at = text.indexOf(stop);
    if (at >= 0) text = text.slice(0, at);
  }
  const before = wanted.how === "token" ? tokensOf(wanted.full.slice(0, wanted.from)) : 0;
  if (limit !== undefined && tokensOf(text) + before > limit) {
    text = text.slice(0, Math.max(0, limit - before) * 4);
    reason = "MAX_TOKENS";
  }
  if (model.tokens && tokensOf(text) > telling.hopTokens) {
    text = text.slice(0, telling.hopTokens * 4);
    reason = "CONTINUATION";
  }
  return writer.texts(text, reason, config.candidateCount ?? 1);
}

class Writer {
  private readonly out: GeminiChunk[] = [];
  private sent = "";
  private thoughts = 0;
  private readonly telling: Telling;
  private readonly r: Random;
  private readonly responseId: string;

  constructor(telling: Telling, r: Random) {
    this.telling = telling;
    this.r = r;
    this.responseId = `sim${hash(telling.wanted.key + telling.wanted.from, telling.seed).toString(36)}`;
  }

  send(
    parts: GeminiPart[],
    more: {
      finishReason?: string;
      finishMessage?: string;
      index?: number;
      continuationToken?: string;
    } = {},
  ): void {
    for (const part of parts) {
      if (part.thought) this.thoughts += tokensOf(part.text ?? "");
      else if (!more.index) this.sent += part.text ?? "";
    }
    const { index = 0, ...rest } = more;
    const content = parts.length > 0 ? { parts, role: "model" } : { role: "model" };
    this.out.push({
      candidates: [{ content, ...rest, index }],
      usageMetadata: this.usage(rest.finishReason !== undefined),
      modelVersion: this.telling.model.name,
      responseId: this.responseId,
    });
  }

  texts(text: string, reason: string, candidates: number): GeminiChunk[] {
    const { model, telling } = this.with();
    const pieces = this.split(text);
    const last = model.signs ? pieces.length : pieces.length - 1;
    for (const [i, piece] of pieces.entries()) {
      const done = i === last;
      const at = telling.offset + this.sent.length + piece.length;
      const checkpoint = model.tokens && !done && i % CHECKPOINT_CHUNKS === CHECKPOINT_CHUNKS - 1;
      for (let index = 0; index < candidates; index += 1) {
        this.send([{ text: index === 0 ? piece : piece.toUpperCase() }], {
          index,
          ...(done && { finishReason: reason }),
          ...(checkpoint && { continuationToken: tokenFor(at) }),
        });
      }
    }
    if (model.signs || pieces.length === 0) {
      const token = reason === "CONTINUATION" || (model.tokens && reason === "MAX_TOKENS");
      const at = telling.offset + this.sent.length;
      for (let index = 0; index < candidates; index += 1) {
        const part = model.signs
          ? { text: "", thoughtSignature: btoa(`signature-${this.responseId}`) }
          : { text: "" };
        this.send([part], {
          index,
          finishReason: reason,
          ...(token && { continuationToken: tokenFor(at) }),
        });
      }
    }
    return this.out;
  }

  calls(calls: { name: string; args: Record<string, unknown> }[]): GeminiChunk[] {
    const { model } = this.with();
    const parts = calls.map(
      ({ name, args }, i): GeminiPart => ({
        functionCall: { ...(model.signs && { id: `call_${this.responseId}_${i}` }), name, args },
        ...(model.signs && i === 0 && { thoughtSignature: btoa(`signature-${this.responseId}`) }),
      }),
    );
    this.send(parts, {
      finishReason: "STOP",
      ...(!model.signs && { finishMessage: "Model generated function call(s)." }),
    });
    return this.out;
  }

  image(): GeminiChunk[] {
    this.send([{ text: "Here is a very small picture." }]);
    this.send([{ inlineData: { mimeType: "image/png", data: PIXEL } }], { finishReason: "STOP" });
    return this.out;
  }

  code(): void {
    const rounds = this.with().model.stopsTwice ? 2 : 1;
    for (let i = 0; i < rounds; i += 1) {
      const stops = i === 1 ? { finishReason: "STOP" } : {};
      this.send([{ executableCode: { language: "PYTHON", code: `print(${6 + i} * 7)\n` } }], stops);
      this.send([{ codeExecutionResult: { outcome: "OUTCOME_OK", output: `${(6 + i) * 7}\n` } }]);
    }
  }

  blocked(blockReason: string): GeminiChunk {
    const { promptTokenCount } = this.usage(true);
    return {
      promptFeedback: { blockReason },
      usageMetadata: { promptTokenCount, totalTokenCount: promptTokenCount },
      modelVersion: this.telling.model.name,
    } as GeminiChunk;
  }

  private with() {
    return { model: this.telling.model, telling: this.telling };
  }

  private split(text: string): string[] {
    const pieces: string[] = [];
    let at = 0;
    for (let size = 14; at < text.length; size = Math.min(130, size * 1.4)) {
      let end = Math.min(text.length, at + this.r.int(Math.ceil(size / 2), Math.ceil(size)));
      if (/[\ud800-\udbff]/.test(text[end - 1] ?? "")) end += 1;
      pieces.push(text.slice(at, end));
      at = end;
    }
    return pieces;
  }

  private usage(last: boolean): GeminiUsage {
    const { model, request } = this.telling;
    const promptTokens =
      tokensOf(JSON.stringify(request.contents)) + (model.shrinkingPrompt && !last ? 2 : 0);
    const output = tokensOf(this.sent);
    return {
      promptTokenCount: promptTokens,
      candidatesTokenCount: output,
      totalTokenCount: promptTokens + output + this.thoughts,
      promptTokensDetails: [{ modality: "TEXT", tokenCount: promptTokens }],
      ...(this.thoughts > 0 && { thoughtsTokenCount: this.thoughts }),
      serviceTier: "standard",
    };
  }
}

/** The same answer in one piece. */
export function unary(chunks: readonly GeminiChunk[]): GeminiChunk {
  const parts: GeminiPart[] = [];
  for (const chunk of chunks) {
    for (const part of chunk.candidates?.[0]?.content?.parts ?? []) {
      const last = parts.at(-1);
      const joins =
        last &&
        typeof last.text === "string" &&
        typeof part.text === "string" &&
        last.thought === part.thought;
      if (joins) parts[parts.length - 1] = { ...last, ...part, text: `${last.text}${part.text}` };
      else parts.push({ ...part });
    }
  }
  const last = chunks.at(-1) ?? {};
  if (!last.candidates) return last;
  return { ...last, candidates: [{ ...last.candidates[0], content: { parts, role: "model" } }] };
}

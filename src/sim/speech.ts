// Chunks as they are told one after another: each with its candidate, the usage so far and the ids
// of the answer, in the key order and with the counting habits of the endpoint and the model.
import type { GeminiChunk, GeminiPart, GeminiRequest, GeminiUsage } from "../wire/index.ts";
import type { Wanted } from "./conversation.ts";
import type { SimModel } from "./models.ts";
import { hash, type Random } from "./random.ts";

export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

export interface Telling {
  model: SimModel;
  request: GeminiRequest;
  wanted: Wanted;
  /** Text to send: normally a quote and the rest; faults may put something else. */
  text: string;
  /** Where in the whole answer `text` begins, for tokens. */
  offset: number;
  seed: number;
  /** Told apart by its response id. */
  attempt: number;
  hopTokens: number;
  /** Vertex writes other usage and may send the arguments of a call in pieces. */
  vertex: boolean;
  nowDate: Date;
}

interface Mark {
  index?: number;
  finishReason?: string;
  finishMessage?: string;
  continuationToken?: string;
}

export class Speech {
  readonly chunks: GeminiChunk[] = [];
  /** Characters of the first candidate's text. */
  sentChars = 0;
  private otherChars = 0;
  private thoughtTokens: number;
  private readonly promptTokens: number;
  private readonly telling: Telling;
  private readonly responseId: string;

  constructor(telling: Telling, r: Random) {
    const { model, request, wanted, seed, attempt } = telling;
    this.telling = telling;
    this.promptTokens = tokensOf(JSON.stringify(request.contents ?? ""));
    this.thoughtTokens = model.thinks && wanted.how !== "token" ? r.int(12, 180) : 0;
    const id = hash(`${wanted.key} ${wanted.how} ${wanted.from} ${attempt}`, seed);
    this.responseId = `sim${id.toString(36)}`;
  }

  get signature(): string {
    return btoa(`signature of ${this.responseId}`);
  }

  callId(n: number): string {
    return `call_${this.responseId}_${n}`;
  }

  send(parts: GeminiPart[], mark: Mark = {}): void {
    const { model, vertex, nowDate } = this.telling;
    const { index = 0, ...rest } = mark;
    for (const part of parts) {
      if (part.thought) this.thoughtTokens += tokensOf(part.text ?? "");
      else if (index === 0) this.sentChars += part.text?.length ?? 0;
      else this.otherChars += part.text?.length ?? 0;
    }
    const content =
      parts.length === 0
        ? { role: "model" }
        : vertex
          ? { role: "model", parts }
          : { parts, role: "model" };
    const shownIndex = model.bareIndex && index === 0 && !rest.finishReason ? {} : { index };
    this.chunks.push({
      candidates: [{ content, ...rest, ...shownIndex }],
      usageMetadata: this.usage(rest.finishReason !== undefined),
      modelVersion: model.name,
      ...(vertex && { createTime: nowDate.toISOString() }),
      responseId: this.responseId,
    });
  }

  /** One event without candidates. */
  blocked(blockReason: string): GeminiChunk[] {
    const promptTokenCount = this.promptTokens;
    const usageMetadata = { promptTokenCount, totalTokenCount: promptTokenCount };
    const modelVersion = this.telling.model.name;
    return [{ promptFeedback: { blockReason }, usageMetadata, modelVersion }];
  }

  private usage(last: boolean): GeminiUsage {
    const { model, vertex } = this.telling;
    if (vertex && !last) return { trafficType: "ON_DEMAND" };
    const prompt = this.promptTokens + (model.shrinkingPrompt && !last ? 2 : 0);
    const output = Math.ceil((this.sentChars + this.otherChars) / 4);
    const hidden = model.shrinkingPrompt && !last;
    return {
      promptTokenCount: prompt,
      ...(!hidden && { candidatesTokenCount: output }),
      totalTokenCount: prompt + (hidden ? 0 : output) + this.thoughtTokens,
      promptTokensDetails: [{ modality: "TEXT", tokenCount: prompt }],
      ...(this.thoughtTokens > 0 && { thoughtsTokenCount: this.thoughtTokens }),
      ...(vertex ? { trafficType: "ON_DEMAND" } : { serviceTier: "standard" }),
    };
  }
}

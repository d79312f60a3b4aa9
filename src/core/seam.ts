// Applies a join to chunks: holds them back until it is decided, then cuts what repeats. Parts that
// are not text pass untouched; thoughts of a later attempt are not shown over those already shown.
import type { GeminiChunk, GeminiPart } from "../wire/index.ts";
import type { Confidence } from "./event.ts";
import type { Joiner } from "./splice.ts";

/** Chunks one attempt may have in hand before its text must have been joined. */
const HELD_CHUNKS_MAX = 20_000;

type SeamResult =
  | { type: "hold" }
  | { type: "diverged" }
  | { type: "pass"; chunks: GeminiChunk[]; joined?: { dropped: number; confidence: Confidence } };

export class Seam {
  private readonly joiner: Joiner;
  private readonly dropThoughts: boolean;
  private held: GeminiChunk[] = [];
  private text = "";
  private joined = false;
  private left = 0;

  constructor(joiner: Joiner, dropThoughts: boolean) {
    this.joiner = joiner;
    this.dropThoughts = dropThoughts;
  }

  accept(chunks: GeminiChunk[], ended: boolean): SeamResult {
    if (this.joined) return { type: "pass", chunks: this.cut(chunks) };
    for (const chunk of chunks) {
      this.held.push(chunk);
      this.text += textOf(chunk);
    }
    const join = this.joiner.judge(this.text, ended);
    if (join.type === "diverged") return join;
    if (join.type === "hold") {
      return this.held.length > HELD_CHUNKS_MAX || ended ? { type: "diverged" } : join;
    }
    this.joined = true;
    this.left = join.drop;
    const ready = this.cut(this.held);
    this.held = [];
    this.text = "";
    const { drop: dropped, confidence } = join;
    return { type: "pass", chunks: ready, joined: { dropped, confidence } };
  }

  /** Give up joining: nothing of the attempt's text has come, so nothing can repeat. */
  release(): GeminiChunk[] {
    return this.held.splice(0);
  }

  private cut(chunks: GeminiChunk[]): GeminiChunk[] {
    if (this.left === 0 && !this.dropThoughts) return chunks;
    return chunks.map((chunk) => this.cutChunk(chunk)).filter((chunk) => chunk !== undefined);
  }

  private cutChunk(chunk: GeminiChunk): GeminiChunk | undefined {
    const candidate = chunk.candidates?.[0];
    const parts = candidate?.content?.parts;
    if (!candidate || !parts) return chunk;
    const kept = parts.map((part) => this.cutPart(part)).filter((part) => part !== undefined);
    if (kept.length === parts.length && kept.every((part, i) => part === parts[i])) return chunk;
    const { continuationToken, ...rest } = candidate;
    // A token inside repeated text stands for less than the reader has.
    const token = continuationToken && this.left === 0 ? { continuationToken } : {};
    if (kept.length === 0 && !rest.finishReason && !token.continuationToken) return undefined;
    const content = { ...rest.content, parts: kept };
    return { ...chunk, candidates: [{ ...rest, ...token, content }] };
  }

  private cutPart(part: GeminiPart): GeminiPart | undefined {
    if (typeof part.text !== "string") return part;
    if (part.thought) return this.dropThoughts && !part.thoughtSignature ? undefined : part;
    if (this.left === 0) return part;
    const drop = Math.min(this.left, part.text.length);
    this.left -= drop;
    if (drop < part.text.length || part.thoughtSignature) {
      return { ...part, text: part.text.slice(drop) };
    }
    return undefined;
  }
}

function textOf(chunk: GeminiChunk): string {
  let text = "";
  for (const part of chunk.candidates?.[0]?.content?.parts ?? []) {
    if (!part.thought && typeof part.text === "string") text += part.text;
  }
  return text;
}

// What one attempt has shown of itself, and what its end means. Only the end of the body ends an
// attempt: a finish reason may be followed by more content, and then it no longer counts.
import {
  blockWord,
  finishWord,
  type GeminiCandidate,
  type GeminiChunk,
  type GeminiPart,
  type GeminiUsage,
} from "../wire/index.ts";
import type { Problem } from "./problem.ts";

export class Seen {
  /** Whether something new came since it was last looked at, and whether content ever came. */
  readonly progress = { moved: false, content: false };
  chunks = 0;
  content = false;
  usage: GeminiUsage | undefined;
  responseId: string | undefined;
  modelVersion: string | undefined;
  finishMessage: string | undefined;
  /** Gemini 4: state to go on from, as of the newest chunk that carried one. */
  token: string | undefined;
  private block: string | undefined;
  private blockMessage: string | undefined;
  private usageMark = -1;
  /** Finish reason by candidate index; `undefined` while that candidate goes on. */
  private readonly finishes: (string | undefined)[] = [];

  get finish(): string | undefined {
    if (this.finishes.length === 0 || this.finishes.includes(undefined)) return undefined;
    return this.finishes.find((reason) => reason !== "STOP") ?? "STOP";
  }

  add(chunk: GeminiChunk): void {
    const { progress } = this;
    this.chunks += 1;
    this.responseId ??= chunk.responseId;
    this.modelVersion ??= chunk.modelVersion;
    for (const candidate of chunk.candidates ?? []) this.addCandidate(candidate);
    const block = blockWord(chunk.promptFeedback?.blockReason);
    if (block) {
      this.block = block;
      this.blockMessage = chunk.promptFeedback?.blockReasonMessage;
      progress.moved = true;
    }
    if (chunk.usageMetadata) this.addUsage(chunk.usageMetadata);
  }

  private addCandidate(candidate: GeminiCandidate): void {
    const { progress } = this;
    const index = candidate.index ?? 0;
    if (index >= this.finishes.length) this.finishes[index] = undefined;
    for (const part of candidate.content?.parts ?? []) {
      if (!isContent(part)) continue;
      this.finishes[index] = undefined;
      progress.moved = true;
      progress.content = true;
      if (!part.thought) this.content = true;
    }
    const reason = finishWord(candidate.finishReason);
    if (reason && reason !== this.finishes[index]) {
      this.finishes[index] = reason;
      this.finishMessage = candidate.finishMessage;
      progress.moved = true;
    }
    if (candidate.continuationToken) this.token = candidate.continuationToken;
  }

  /** A usage chunk sent again and again keeps a connection alive but is no progress. */
  private addUsage(usage: GeminiUsage): void {
    const mark = (usage.totalTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0);
    if (mark > this.usageMark && this.usageMark >= 0) this.progress.moved = true;
    this.usageMark = Math.max(mark, this.usageMark);
    this.usage = usage;
  }

  /** The body ended cleanly. Nothing means the answer is complete. */
  ending(resumed: boolean): Problem | undefined {
    if (this.block && !this.content) return { block: this.block, message: this.blockMessage };
    const { finish } = this;
    if (finish === undefined)
      return { code: this.chunks > 0 ? "end_unverified" : "empty_response" };
    if (finish !== "STOP") return { finish, message: this.finishMessage };
    // A resumed attempt that stops at once proves that the text was whole already.
    return this.content || resumed ? undefined : { code: "empty_response" };
  }
}

function isContent(part: GeminiPart): boolean {
  if (typeof part.text === "string") return part.text !== "";
  for (const key in part) if (key !== "thoughtSignature" && key !== "thought") return true;
  return false;
}

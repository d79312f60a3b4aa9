// What one attempt has in hand for the reader but has not given yet: the seam to tell of, and chunks
// that only say how the answer ended, because another attempt may end it otherwise.
import type { GeminiChunk } from "../wire/index.ts";
import type { Splice } from "./event.ts";

export type PendingSplice = Pick<Splice, "attempt" | "how" | "cause" | "waitMs"> &
  Partial<Pick<Splice, "confidence" | "dropped">>;

export class Hand {
  /** Told right before the first new text: without new text there is no seam. */
  splice: PendingSplice | undefined;
  private readonly held: GeminiChunk[] = [];

  constructor(splice: PendingSplice | undefined) {
    this.splice = splice;
  }

  /** What of the chunks may be given now. */
  sort(chunks: GeminiChunk[]): GeminiChunk[] {
    const last = chunks.at(-1);
    if (this.held.length === 0 && (!last || !onlyEnds(last))) return chunks;
    const ready: GeminiChunk[] = [];
    for (const chunk of chunks) {
      this.held.push(chunk);
      if (!onlyEnds(chunk)) ready.push(...this.held.splice(0));
    }
    return ready;
  }

  /** The rest, once it is sure that nothing will end the answer otherwise. */
  rest(): GeminiChunk[] {
    return this.held.splice(0);
  }
}

function onlyEnds(chunk: GeminiChunk): boolean {
  const candidates = chunk.candidates ?? [];
  if (candidates.length === 0) return chunk.promptFeedback?.blockReason !== undefined;
  return candidates.every(
    (one) =>
      one.finishReason &&
      (one.content?.parts ?? []).every((part) => part.text === "" && !part.functionCall),
  );
}

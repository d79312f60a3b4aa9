// What the reader has been given so far, over all attempts: the ground every resume stands on.
import type { GeminiChunk, GeminiPart } from "../wire/index.ts";

export class Delivered {
  /** Answer text of the first candidate, thoughts left out. */
  text = "";
  thoughts = false;
  calls = 0;
  /** Parts whose state lives on the server: code execution and server-side tools. */
  serverParts = 0;
  otherParts = 0;
  candidates = 1;
  /** Parts in order; a run of plain text is kept as its place in `text`, not copied at each chunk. */
  private readonly runs: (GeminiPart | TextRun)[] = [];
  private open: TextRun | undefined;

  /** Whether a fresh start would show something twice. Thoughts alone do not count. */
  get shown(): boolean {
    return this.text !== "" || this.calls + this.serverParts + this.otherParts > 0;
  }

  /** The parts of the first candidate, neighbouring plain text as one, as in a unary answer. */
  get parts(): GeminiPart[] {
    return this.runs.map((one) =>
      one instanceof TextRun ? { text: this.text.slice(one.start, one.end) } : one,
    );
  }

  add(chunk: GeminiChunk): void {
    const { candidates } = chunk;
    if (!candidates) return;
    for (const candidate of candidates) {
      const index = candidate.index ?? 0;
      if (index >= this.candidates) this.candidates = index + 1;
      const parts = candidate.content?.parts;
      if (parts) for (const part of parts) this.addPart(part, index);
    }
  }

  private addPart(part: GeminiPart, index: number): void {
    const { text } = part;
    if (index > 0) {
      if (text !== "") this.otherParts += 1;
      return;
    }
    if (typeof text === "string" && !part.thought) {
      if (!this.open || Object.keys(part).length > 1) this.begin(part);
      this.text += text;
      if (this.open) this.open.end = this.text.length;
      return;
    }
    this.open = undefined;
    if (typeof text === "string") this.addThought(part);
    else {
      if (part.functionCall) this.calls += 1;
      else if (isServerPart(part)) this.serverParts += 1;
      else if (part.thoughtSignature === undefined || Object.keys(part).length > 1) {
        this.otherParts += 1;
      }
      this.runs.push({ ...part });
    }
  }

  private begin(part: GeminiPart): void {
    const plain = Object.keys(part).length === 1;
    this.open = plain ? new TextRun(this.text.length) : undefined;
    this.runs.push(this.open ?? { ...part });
  }

  private addThought(part: GeminiPart): void {
    if (part.text !== "") this.thoughts = true;
    const last = this.runs.at(-1);
    const joins = last && !(last instanceof TextRun) && last.thought && !last.thoughtSignature;
    if (joins && !part.thoughtSignature) last.text = `${last.text}${part.text}`;
    else this.runs.push({ ...part });
  }
}

/** A run of plain answer text, by its place in the whole. */
class TextRun {
  readonly start: number;
  end: number;
  constructor(start: number) {
    this.start = start;
    this.end = start;
  }
}

function isServerPart(part: GeminiPart): boolean {
  return Boolean(
    part.executableCode ||
      part.codeExecutionResult ||
      part.toolCall ||
      part.toolResponse ||
      part.functionResponse,
  );
}

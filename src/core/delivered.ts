// What the reader has been given so far, over all attempts: the ground every resume stands on.
import type { GeminiChunk, GeminiPart } from "../wire/index.ts";

export class Delivered {
  /** Answer text of the first candidate, thoughts left out. */
  text = "";
  parts: GeminiPart[] = [];
  thoughts = false;
  calls = 0;
  /** Parts whose state lives on the server: code execution and server-side tools. */
  serverParts = 0;
  otherParts = 0;
  candidates = 1;

  /** Whether a fresh start would show something twice. Thoughts alone do not count. */
  get shown(): boolean {
    return this.text !== "" || this.calls + this.serverParts + this.otherParts > 0;
  }

  add(chunk: GeminiChunk): void {
    for (const candidate of chunk.candidates ?? []) {
      const index = candidate.index ?? 0;
      if (index >= this.candidates) this.candidates = index + 1;
      for (const part of candidate.content?.parts ?? []) this.addPart(part, index);
    }
  }

  private addPart(part: GeminiPart, index: number): void {
    if (typeof part.text === "string") {
      if (part.thought) this.thoughts ||= part.text !== "";
      else if (index === 0) this.text += part.text;
      else this.otherParts += part.text === "" ? 0 : 1;
    } else if (part.functionCall) this.calls += 1;
    else if (isServerPart(part)) this.serverParts += 1;
    else if (part.thoughtSignature === undefined || Object.keys(part).length > 1) {
      this.otherParts += 1;
    }
    if (index === 0) this.join(part);
  }

  /** The part that text is being added to, when the last one is plain. */
  private open: GeminiPart | undefined;

  /** Neighbouring plain text is one part, as in a unary answer; everything else stays as it came. */
  private join(part: GeminiPart): void {
    const { open } = this;
    const plain = isPlain(part);
    if (plain && open && open.thought === part.thought) open.text = `${open.text}${part.text}`;
    else {
      const copy = { ...part };
      this.parts.push(copy);
      this.open = plain ? copy : undefined;
    }
  }
}

function isPlain(part: GeminiPart): boolean {
  if (typeof part.text !== "string") return false;
  for (const key in part) if (key !== "text" && key !== "thought") return false;
  return true;
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

// A stream that clients write, read from its tape; a fork reads on in the tapes it was made from.
import type { Known } from "./about.ts";
import { notFound } from "./declined.ts";
import { piecesOf } from "./pieces.ts";
import type { Recorder } from "./recorder.ts";
import type { Part, Source, View } from "./source.ts";

export class TapeSource implements Source {
  private readonly recorder: Recorder;
  private readonly name: string;
  private known: Known | undefined;

  constructor(recorder: Recorder, name: string) {
    this.recorder = recorder;
    this.name = name;
  }

  async view(): Promise<View> {
    this.known = await this.recorder.known(this.name);
    const { tape, about, tail } = this.known;
    const { contentType, closed, ttlSeconds, expiresAt } = about;
    return { id: tape.id, contentType, tail, closed, ttlSeconds, expiresAt };
  }

  async read(_: View, from: number, bytesMax: number): Promise<Part> {
    if (!this.known) throw notFound();
    const messages: Uint8Array[] = [];
    let bytes = 0;
    for (const { id, from: first, to } of piecesOf(this.known, from)) {
      const some = await this.recorder.tapes.read(id, first, to, bytesMax - bytes);
      // What was there a moment ago has been removed.
      if (some.length === 0) throw notFound();
      messages.push(...some);
      bytes += some.reduce((sum, message) => sum + message.length, 0);
      if (bytes >= bytesMax || some.length < to - first) break;
    }
    return { messages, next: from + messages.length };
  }

  async used(): Promise<void> {
    if (this.known) await this.recorder.used(this.known);
  }

  watch(told: () => void): () => void {
    return this.recorder.tapes.watch(this.name, told);
  }
}

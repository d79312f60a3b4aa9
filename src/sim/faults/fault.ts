// What a fault is: a word, and a change to what would have been said. A fault changes one shape of
// the answer; without faults every change is the identity.

import type { Random } from "../random.ts";
import type { Framing, Item, Piece, Reply } from "../reply.ts";

/** What follows a fault's word: `after 3 chunks`, `for 2s`, `retry 1s`, numbers and words. */
export interface Settings {
  after?: number;
  unit?: "chunks" | "bytes";
  /** From `for 2s` or `every 20ms`. */
  ms?: number;
  retryMs?: number;
  numbers: number[];
  words: string[];
}

/** The text about to be sent, and the whole answer it belongs to. */
export interface Told {
  text: string;
  /** The whole answer as this attempt tells it, delivered part included. */
  truth: string;
  /** Text the caller holds already. */
  delivered: string;
  how: "fresh" | "prefill" | "anchor" | "token";
  quote: string;
}

export interface FaultContext {
  random: Random;
  /** The error body of a code or status, ready to send. */
  error(
    name: string,
    retryMs?: number,
  ): {
    status: number;
    headers: Record<string, string>;
    text: string;
    json: Record<string, unknown> | undefined;
  };
}

export interface Fault {
  word: string;
  does: string;
  example: string;
  /** Answers in place of the model. */
  reply?(settings: Settings, context: FaultContext): Partial<Reply> | undefined;
  tell?(told: Told, settings: Settings, context: FaultContext): Told;
  items?(items: Item[], settings: Settings, context: FaultContext): Item[];
  framing?(framing: Framing, settings: Settings): Framing;
  pieces?(pieces: Piece[], settings: Settings, context: FaultContext): Piece[];
  headers?(headers: Record<string, string>, settings: Settings): Record<string, string>;
}

/** Where in `items` the first `after` chunks end. */
export function afterChunks(items: readonly Item[], after: number): number {
  let seen = 0;
  if (after <= 0) return 0;
  for (const [i, item] of items.entries()) {
    if (item.kind === "chunk") seen += 1;
    if (seen >= after) return i + 1;
  }
  return items.length;
}

/** The first `bytes` bytes of `pieces`, or all of them. */
export function firstBytes(pieces: readonly Piece[], bytes: number): Piece[] {
  const kept: Piece[] = [];
  let left = bytes;
  for (const piece of pieces) {
    if (piece.kind !== "bytes") {
      kept.push(piece);
      continue;
    }
    if (left <= 0) break;
    kept.push({ kind: "bytes", bytes: piece.bytes.subarray(0, left) });
    left -= piece.bytes.length;
  }
  return kept;
}

export function joinBytes(pieces: readonly Piece[]): Uint8Array {
  const parts = pieces.flatMap((piece) => (piece.kind === "bytes" ? [piece.bytes] : []));
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

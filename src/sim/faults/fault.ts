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

/** One use of a fault in a scenario. */
export interface FaultCall {
  word: string;
  settings: Settings;
  /** For `flaky`: how likely the fault in it is. */
  chance?: number;
}

/** The settings a fault understands; others are refused where the scenario is read. */
export interface Takes {
  after?: "chunks" | "chunks|bytes";
  duration?: "for" | "every";
  retry?: true;
  /** How many bare numbers. */
  numbers?: number;
  /** The words, or a pattern for words of any kind. */
  words?: readonly string[] | RegExp;
  /** All of it as a person reads it, where that is shorter said by hand. */
  described?: string;
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
  /** The reply that carries the error body of a code or status. */
  error(name: string, retryMs?: number): Reply;
  /** The error object of a code or status, for a place inside a stream. */
  errorObject(name: string): Record<string, unknown>;
  /** Takes one request from a quota; the reply that refuses it, when nothing is left. */
  quota(kind: "minute" | "day" | "tokens", limit: number): Reply | undefined;
}

/** One way to misbehave: its word, and what it does to a reply. */
export interface Fault {
  word: string;
  /** One sentence for the page and the list. */
  does: string;
  takes: Takes;
  example: string;
  /** Answers in place of the model. */
  reply?(settings: Settings, context: FaultContext): Reply | undefined;
  tell?(told: Told, settings: Settings, context: FaultContext): Told;
  items?(items: Item[], settings: Settings, context: FaultContext): Item[];
  framing?(framing: Framing, settings: Settings): Framing;
  pieces?(pieces: Piece[], settings: Settings, context: FaultContext): Piece[];
  /** Changes the reply around the body. */
  around?(reply: Reply, settings: Settings): Reply;
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
    if (left <= 0) break;
    if (piece.kind !== "bytes") {
      kept.push(piece);
      continue;
    }
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

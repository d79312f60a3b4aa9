// The pieces of a reply as time lets them out, for whoever carries them: the bytes, or how the
// connection ends. Keeps the journal's account of how it ended.
import { type SimClock, untilAborted } from "./clock.ts";
import { Gzip } from "./gzip.ts";
import type { JournalEntry } from "./journal.ts";
import type { Piece, Refusal, Reply } from "./reply.ts";

/** How a body ends other than properly. */
export interface Broken {
  how: "fin" | "reset";
  as?: Refusal;
}

export function leave(entry: JournalEntry, clock: SimClock): void {
  if (entry.outcome !== "open") return;
  entry.outcome = "client left";
  entry.clientLeftAt = clock.date().toISOString();
}

/** Silence before the headers. False when the client left meanwhile. */
export async function headersDue(
  reply: Reply,
  clock: SimClock,
  signal: AbortSignal,
): Promise<boolean> {
  const { headersWaitMs = 0 } = reply;
  if (headersWaitMs === Number.POSITIVE_INFINITY) await untilAborted(signal);
  else if (headersWaitMs > 0) await clock.wait(headersWaitMs, signal);
  return !signal.aborted;
}

/** `compressed` for a carrier of raw bytes; one that stands for a decoding client leaves it out. */
export async function* bodyOf(
  reply: Reply,
  entry: JournalEntry,
  carrier: { clock: SimClock; signal: AbortSignal; compressed?: boolean },
): AsyncGenerator<Uint8Array | Broken, void, void> {
  const { clock, signal } = carrier;
  const gzip = reply.gzip && carrier.compressed ? new Gzip() : undefined;
  let outcome: JournalEntry["outcome"] = "sent";
  try {
    for (const piece of piecesOf(reply)) {
      if (piece.kind === "wait") await clock.wait(piece.ms, signal);
      if (signal.aborted) return;
      if (piece.kind === "bytes" && piece.bytes.length > 0)
        yield gzip ? gzip.push(piece.bytes) : piece.bytes;
      if (piece.kind !== "stop") continue;
      if (piece.how === "eof") break;
      if (piece.how === "hang") {
        await untilAborted(signal);
        return;
      }
      outcome = "cut";
      settle(entry, outcome);
      yield { how: piece.how, ...(piece.as && { as: piece.as }) };
      return;
    }
    if (gzip) yield gzip.end();
    settle(entry, outcome);
  } finally {
    leave(entry, clock);
  }
}

function* piecesOf({ pieces, instead }: Reply): Generator<Piece> {
  for (const piece of pieces) {
    const others = instead?.();
    if (others) return yield* others;
    yield piece;
  }
}

function settle(entry: JournalEntry, outcome: JournalEntry["outcome"]): void {
  if (entry.outcome === "open") entry.outcome = outcome;
}

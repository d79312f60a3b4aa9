// The simulator as a handler for whoever owns a socket: bytes, and the moments at which the
// connection must break. It opens no socket itself.
import type { JournalEntry } from "./journal.ts";
import type { Reply } from "./reply.ts";
import type { Simulator } from "./sim.ts";

export interface ServedRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: Record<string, string>;
  body: Uint8Array;
  /** Fires when the client leaves. */
  signal: AbortSignal;
}

export type ServedReply =
  | { refuse: string }
  | {
      status: number;
      headers: Record<string, string>;
      body: AsyncIterable<Uint8Array | "reset" | "fin">;
    };

export function simServe(sim: Simulator): (request: ServedRequest) => Promise<ServedReply> {
  return async ({ method, url, headers, body, signal }) => {
    const text = new TextDecoder().decode(body);
    const { reply, entry } = sim.handle({ method, url, headers, body: text });
    if (reply.refusal) return { refuse: reply.refusal };
    const { "x-sim-headers-wait": waitMs, ...shown } = reply.headers;
    if (waitMs) await sim.clock.wait(Number(waitMs), signal);
    if (reply.status === 0) {
      await left(signal);
      return { refuse: "client left" };
    }
    const pieces = bodyOf(sim, reply, signal, entry);
    const zipped = shown["content-encoding"] === "gzip" ? gzip(pieces) : pieces;
    return { status: reply.status, headers: shown, body: zipped };
  };
}

async function* bodyOf(
  sim: Simulator,
  reply: Reply,
  signal: AbortSignal,
  entry: JournalEntry,
): AsyncGenerator<Uint8Array | "reset" | "fin"> {
  try {
    for (const piece of reply.pieces) {
      if (signal.aborted) return;
      if (piece.kind === "wait") await sim.clock.wait(piece.ms, signal);
      else if (piece.kind === "bytes") yield piece.bytes;
      else if (piece.how === "hang") return await left(signal);
      else {
        entry.outcome = piece.how === "eof" ? "sent" : "cut";
        if (piece.how !== "eof") yield piece.how;
        return;
      }
    }
    entry.outcome = "sent";
  } finally {
    if (signal.aborted && entry.outcome === "open") {
      entry.outcome = "client left";
      entry.clientLeftAt = sim.clock.date().toISOString();
    }
  }
}

function left(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function* gzip(
  pieces: AsyncGenerator<Uint8Array | "reset" | "fin">,
): AsyncGenerator<Uint8Array | "reset" | "fin"> {
  let broken: "reset" | "fin" | undefined;
  const source = new ReadableStream<BufferSource>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else if (typeof value === "string") {
        broken = value;
        controller.close();
      } else controller.enqueue(Uint8Array.from(value));
    },
  });
  for await (const bytes of source.pipeThrough(new CompressionStream("gzip")))
    yield bytes as Uint8Array;
  if (broken) yield broken;
}

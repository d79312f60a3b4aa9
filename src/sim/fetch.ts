// The simulator as a `fetch`: no socket, but a real Response with a body that is pulled, and errors
// that look as the platform's own would.
import type { JournalEntry } from "./journal.ts";
import type { Piece, Refusal, Reply } from "./reply.ts";
import type { Simulator } from "./sim.ts";

const REFUSALS: Record<Refusal, { code: string; message: string }> = {
  refused: { code: "ECONNREFUSED", message: "connect ECONNREFUSED 127.0.0.1:443" },
  dns: { code: "ENOTFOUND", message: "getaddrinfo ENOTFOUND generativelanguage.googleapis.com" },
  tls: {
    code: "ECONNRESET",
    message: "Client network socket disconnected before secure TLS connection was established",
  },
  reset: { code: "ECONNRESET", message: "read ECONNRESET" },
  "connect-timeout": { code: "UND_ERR_CONNECT_TIMEOUT", message: "Connect Timeout Error" },
};

function platformError(message: string, cause: { code: string; message: string }): TypeError {
  return new TypeError(message, {
    cause: Object.assign(new Error(cause.message), { code: cause.code }),
  });
}

function abortReason(signal: AbortSignal): unknown {
  return signal.reason ?? new DOMException("This operation was aborted", "AbortError");
}

export function simFetch(sim: Simulator): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(
      input as string,
      { ...init, ...(init?.body ? { duplex: "half" } : {}) } as RequestInit,
    );
    const signal = init?.signal ?? request.signal;
    if (signal.aborted) throw abortReason(signal);
    const headers = Object.fromEntries(request.headers);
    const body = request.method === "GET" ? "" : await request.text();
    const { reply, entry } = sim.handle({
      method: request.method,
      url: request.url,
      headers,
      body,
    });
    if (reply.refusal) throw platformError("fetch failed", REFUSALS[reply.refusal]);
    await headersWait(sim, reply, signal, entry);
    const withBody = reply.status !== 204 && reply.status !== 304;
    return new Response(withBody ? bodyOf(sim, reply.pieces, signal, entry) : null, {
      status: reply.status,
      headers: shownHeaders(reply),
    });
  };
}

function shownHeaders(reply: Reply): Record<string, string> {
  const { "x-sim-headers-wait": _, ...headers } = reply.headers;
  return headers;
}

async function headersWait(
  sim: Simulator,
  reply: Reply,
  signal: AbortSignal,
  entry: JournalEntry,
): Promise<void> {
  const waitMs = Number(reply.headers["x-sim-headers-wait"] ?? 0);
  if (waitMs > 0) await sim.clock.wait(waitMs, signal);
  if (reply.status === 0)
    await new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve(), { once: true }),
    );
  if (!signal.aborted) return;
  leave(sim, entry);
  throw abortReason(signal);
}

function leave(sim: Simulator, entry: JournalEntry): void {
  if (entry.outcome !== "open") return;
  entry.outcome = "client left";
  entry.clientLeftAt = sim.clock.date().toISOString();
}

function bodyOf(
  sim: Simulator,
  pieces: readonly Piece[],
  signal: AbortSignal,
  entry: JournalEntry,
): ReadableStream<Uint8Array> {
  let at = 0;
  const left = new AbortController();
  let forget = () => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const onAbort = () => {
          leave(sim, entry);
          left.abort();
          controller.error(abortReason(signal));
        };
        signal.addEventListener("abort", onAbort, { once: true });
        forget = () => signal.removeEventListener("abort", onAbort);
      },
      async pull(controller) {
        for (;;) {
          const piece = pieces[at++];
          if (left.signal.aborted) return;
          if (piece?.kind === "wait") await sim.clock.wait(piece.ms, left.signal);
          else if (piece?.kind === "bytes") {
            if (piece.bytes.length === 0) continue;
            controller.enqueue(Uint8Array.from(piece.bytes));
            return;
          } else if (piece?.how === "hang") {
            await new Promise<void>((resolve) =>
              left.signal.addEventListener("abort", () => resolve(), { once: true }),
            );
            return;
          } else {
            forget();
            entry.outcome = piece && piece.how !== "eof" ? "cut" : "sent";
            if (!piece || piece.how === "eof") controller.close();
            else if (piece.how === "fin")
              controller.error(
                platformError("terminated", {
                  code: "UND_ERR_SOCKET",
                  message: "other side closed",
                }),
              );
            else
              controller.error(
                platformError("terminated", { code: "ECONNRESET", message: "read ECONNRESET" }),
              );
            return;
          }
        }
      },
      cancel() {
        forget();
        leave(sim, entry);
        left.abort();
      },
    },
    { highWaterMark: 0 },
  );
}

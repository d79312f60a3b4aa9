// The simulator as a `fetch`: no socket, but a real Response with a body that is pulled, and errors
// that look as the platform's own would.
import { type Broken, bodyOf, headersDue, leave } from "./body.ts";
import type { SimClock } from "./clock.ts";
import type { JournalEntry } from "./journal.ts";
import { refusal } from "./refusals.ts";
import type { Refusal, Reply } from "./reply.ts";

/** What a fetch talks to. */
interface Answers {
  clock: SimClock;
  handle(request: { method: string; url: string; headers: Record<string, string>; body: string }): {
    reply: Reply;
    entry: JournalEntry;
  };
}

const REDIRECTS_MAX = 20;
const NO_BODY = [204, 205, 304];

export function simFetch(sim: Answers): typeof globalThis.fetch {
  return async (input, init) => {
    // The signal stays out of the request, which would listen to it for good.
    const request = new Request(input as string, withDuplex(init));
    const own = input instanceof Request ? input.signal : undefined;
    const signal = init?.signal ?? own ?? new AbortController().signal;
    if (signal.aborted) throw abortReason(signal);
    const body = request.body ? await request.text() : "";
    const headers = Object.fromEntries(request.headers);
    let { method, url } = request;
    for (let hops = 0; hops <= REDIRECTS_MAX; hops += 1) {
      const asked = { method, url, headers, body: method === "GET" ? "" : body };
      const { reply, entry } = sim.handle(asked);
      if (reply.refusal) throw thrown("fetch failed", reply.refusal);
      if (!(await headersDue(reply, sim.clock, signal))) {
        leave(entry, sim.clock);
        throw abortReason(signal);
      }
      const target = redirectOf(reply, url);
      if (target === undefined || request.redirect === "manual")
        return response(sim, reply, entry, { signal, url, redirected: hops > 0 });
      entry.outcome = "sent";
      if (request.redirect === "error") throw fetchFailed("unexpected redirect");
      if (reply.status < 307 && method === "POST") method = "GET";
      url = target;
    }
    throw fetchFailed("redirect count exceeded");
  };
}

/** Node asks for `duplex` where a body is a stream. */
function withDuplex(init: RequestInit | undefined): RequestInit {
  return { ...init, signal: null, ...(init?.body && { duplex: "half" }) } as RequestInit;
}

function redirectOf(reply: Reply, from: string): string | undefined {
  const { location } = reply.headers;
  if (![301, 302, 303, 307, 308].includes(reply.status) || !location) return undefined;
  return new URL(location, from).href;
}

function response(
  sim: Answers,
  reply: Reply,
  entry: JournalEntry,
  how: { signal: AbortSignal; url: string; redirected: boolean },
): Response {
  const { status, headers } = reply;
  const empty = reply.pieces.length === 0;
  if (empty) entry.outcome = "sent";
  const body = empty ? emptyBody(status) : streamOf(sim, reply, entry, how.signal);
  const made = new Response(body, { status, headers });
  Object.defineProperties(made, {
    url: { value: how.url },
    redirected: { value: how.redirected },
  });
  return made;
}

/** An empty body is over at once, read or not. */
function emptyBody(status: number): ReadableStream<Uint8Array> | null {
  if (NO_BODY.includes(status)) return null;
  return new ReadableStream({ start: (controller) => controller.close() });
}

function streamOf(
  sim: Answers,
  reply: Reply,
  entry: JournalEntry,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const left = new AbortController();
  const pieces = bodyOf(reply, entry, { clock: sim.clock, signal: left.signal });
  let forget = () => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const onAbort = () => {
          left.abort();
          leave(entry, sim.clock);
          controller.error(abortReason(signal));
        };
        signal.addEventListener("abort", onAbort, { once: true });
        forget = () => signal.removeEventListener("abort", onAbort);
        if (signal.aborted) onAbort();
      },
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (left.signal.aborted) return;
        if (value instanceof Uint8Array) {
          controller.enqueue(value.slice());
          return;
        }
        forget();
        if (done || value === undefined) controller.close();
        else controller.error(thrown("terminated", causeOf(value)));
      },
      cancel() {
        forget();
        left.abort();
        leave(entry, sim.clock);
        void pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}

function causeOf({ how, as }: Broken): Refusal {
  return as ?? refusal(how === "fin" ? "UND_ERR_SOCKET" : "ECONNRESET");
}

function thrown(message: string, why: Refusal): TypeError {
  const told = why.thrown ?? message;
  if (why.code === "") return new TypeError(told);
  const cause = Object.assign(new Error(why.message), { code: why.code });
  return new TypeError(told, { cause });
}

function fetchFailed(message: string): TypeError {
  return new TypeError("fetch failed", { cause: new Error(message) });
}

function abortReason(signal: AbortSignal): unknown {
  return signal.reason ?? new DOMException("This operation was aborted", "AbortError");
}

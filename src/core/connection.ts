// One connection to a gateway's stream, as events, until it ends or breaks.
import { type Frame, SseDecode } from "../wire/index.ts";
import type { Clock } from "./clock.ts";
import type { StreamEvent } from "./event.ts";
import { failure } from "./failure-table.ts";
import { StreamError } from "./stream-error.ts";

/** How one connection to a gateway's stream is made. */
export interface EventsOptions {
  /** The last event already seen; -1 for none. */
  after: number;
  clock: Clock;
  fetch: typeof globalThis.fetch;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Silence after which the connection is taken for dead. */
  silenceMs: number;
}

/** The cursor stands at the stream's end already. */
export class NothingMore extends Error {}

/** The gateway answered with something else than a stream. */
export class NoStream extends Error {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  constructor(status: number, headers: Headers, body: string) {
    super(`The gateway answered ${status}.`);
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** The events of a gateway's stream over one connection, until it ends or breaks. */
export async function* eventsOf(
  url: string,
  options: EventsOptions,
): AsyncGenerator<StreamEvent, void> {
  const { after, clock, silenceMs } = options;
  const controller = new AbortController();
  const abort = () => controller.abort();
  options.signal?.addEventListener("abort", abort, { once: true });
  const headers = { ...options.headers, accept: "text/event-stream" };
  const at = new URL(url);
  if (after >= 0) at.searchParams.set("after", String(after));
  let silence = clock.setTimer(abort, silenceMs);
  try {
    const { signal } = controller;
    const response = await options.fetch(at.href, { headers, signal, redirect: "manual" });
    if (response.status === 204) throw new NothingMore();
    if (!response.ok || !response.body)
      throw new NoStream(response.status, response.headers, await response.text());
    const decoder = new SseDecode();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      silence();
      silence = clock.setTimer(abort, silenceMs);
      if (done) return;
      const frames: Frame[] = [];
      decoder.push(value, frames);
      for (const frame of frames) yield JSON.parse(frame.data) as StreamEvent;
    }
  } catch (error) {
    if (controller.signal.aborted && !options.signal?.aborted)
      throw new StreamError(failure("stalled_stream"));
    throw error;
  } finally {
    silence();
    controller.abort();
    options.signal?.removeEventListener("abort", abort);
  }
}

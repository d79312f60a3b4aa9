// Reads a gateway's stream from a cursor to its terminal event, reconnecting by itself. An event the
// reader has had is never given again, whatever the connection repeats.
import { type Frame, isTerminalWord, SseDecode } from "../wire/index.ts";
import { backoff } from "./backoff.ts";
import { classifyResponse, classifyThrown } from "./classify.ts";
import { type Clock, wait } from "./clock.ts";
import type { StreamEvent } from "./event.ts";
import { type Failure, failure } from "./failure-table.ts";
import { StreamError } from "./stream-error.ts";

export interface FollowOptions {
  /** The last event already seen. Default: none. */
  after?: number;
  signal?: AbortSignal;
  /** Connections in a row that bring nothing new before giving up. */
  maxAttempts?: number;
  /** Silence after which a connection is taken for dead. Gateways send a comment every ten seconds. */
  silenceMs?: number;
}

interface Connection extends FollowOptions {
  headers: () => Promise<Record<string, string>>;
  clock: Clock;
  fetch: typeof globalThis.fetch;
}

/** The cursor stands at the stream's end already. */
class NothingMore extends Error {}

const MAX_ATTEMPTS = 12;
const SILENCE_MS = 35_000;

export async function* follow(url: string, options: Connection): AsyncGenerator<StreamEvent, void> {
  const { clock, signal } = options;
  let after = options.after ?? -1;
  let fruitless = 0;
  let last: Failure | undefined;
  while (fruitless < (options.maxAttempts ?? MAX_ATTEMPTS)) {
    if (signal?.aborted) return;
    const before = after;
    try {
      for await (const event of connect(url, after, options)) {
        if (event.seq <= after) continue;
        after = event.seq;
        yield event;
        if (isTerminalWord(event.type)) return;
      }
      last = failure("truncated_stream");
    } catch (error) {
      if (error instanceof NothingMore) return;
      last = classifyThrown(error);
      if (!last.transient && last.code !== "conn_refused") throw new StreamError(last);
    }
    if (signal?.aborted) return;
    fruitless = after > before ? 1 : fruitless + 1;
    const { delayMs } = backoff(fruitless, last.retryAfterMs, true, clock.random);
    await wait(clock, delayMs, signal);
  }
  throw new StreamError(failure("gateway_gone", last?.message), { attempts: fruitless });
}

async function* connect(
  url: string,
  after: number,
  options: Connection,
): AsyncGenerator<StreamEvent, void> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  options.signal?.addEventListener("abort", abort, { once: true });
  const headers = { ...(await options.headers()), accept: "text/event-stream" };
  const at = new URL(url);
  if (after >= 0) at.searchParams.set("after", String(after));
  let silence = options.clock.setTimer(abort, options.silenceMs ?? SILENCE_MS);
  try {
    const { signal } = controller;
    const response = await options.fetch(at.href, { headers, signal, redirect: "manual" });
    if (response.status === 204) throw new NothingMore();
    if (!response.ok || !response.body) {
      const { status, headers: seen } = response;
      throw new StreamError(
        classifyResponse({ status, headers: seen, body: await response.text() }),
      );
    }
    const decoder = new SseDecode();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      silence();
      silence = options.clock.setTimer(abort, options.silenceMs ?? SILENCE_MS);
      if (done) return;
      const frames: Frame[] = [];
      decoder.push(value, frames);
      for (const frame of frames) yield JSON.parse(frame.data) as StreamEvent;
    }
  } catch (error) {
    if (controller.signal.aborted && !options.signal?.aborted) {
      throw new StreamError(failure("stalled_stream"));
    }
    throw error;
  } finally {
    silence();
    controller.abort();
    options.signal?.removeEventListener("abort", abort);
  }
}

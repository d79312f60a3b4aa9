// Reads a gateway's stream from a cursor to its terminal event, reconnecting by itself. An event the
// reader has had is never given again, whatever the connection repeats.
import { isTerminalWord } from "../wire/index.ts";
import { backoff } from "./backoff.ts";
import { classifyResponse, classifyThrown } from "./classify.ts";
import { type Clock, wait } from "./clock.ts";
import { eventsOf, NoStream, NothingMore } from "./connection.ts";
import type { StreamEvent } from "./event.ts";
import { type Failure, failure } from "./failure-table.ts";
import { StreamError } from "./stream-error.ts";

/** Where to read a gateway's stream from, and how long to keep trying. */
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
      const headers = await options.headers();
      const silenceMs = options.silenceMs ?? SILENCE_MS;
      const { fetch } = options;
      for await (const event of eventsOf(url, {
        after,
        clock,
        fetch,
        headers,
        signal,
        silenceMs,
      })) {
        if (event.seq <= after) continue;
        after = event.seq;
        yield event;
        if (isTerminalWord(event.type)) return;
      }
      last = failure("truncated_stream");
    } catch (error) {
      if (error instanceof NothingMore) return;
      last = error instanceof NoStream ? classifyResponse(error) : classifyThrown(error);
      if (!last.transient && last.code !== "conn_refused") throw new StreamError(last);
    }
    if (signal?.aborted) return;
    fruitless = after > before ? 1 : fruitless + 1;
    const { delayMs } = backoff(fruitless, last.retryAfterMs, true, clock.random);
    await wait(clock, delayMs, signal);
  }
  throw new StreamError(failure("gateway_gone", last?.message), { attempts: fruitless });
}

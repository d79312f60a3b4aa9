// What every door is given: the streams, the warden, and the way to answer a visit with a stream.

import type { Form } from "../../core/engine.ts";
import type { Clock } from "../../core/index.ts";
import type { StreamLog } from "../../store/index.ts";
import { STREAM_HEADER } from "../../wire/index.ts";
import type { Ask } from "../ask.ts";
import { Refusal } from "../refusal.ts";
import type { Visit } from "../route.ts";
import { FormSink } from "../sinks/form-sink.ts";
import type { SinkOptions } from "../sinks/sending.ts";
import type { Order, Streams } from "../streams.ts";
import type { Upstream } from "../upstream.ts";
import type { Client, Warden } from "../warden.ts";

/** What every door of the gateway can reach. */
export interface House {
  streams: Streams;
  upstream: Upstream;
  warden: Warden;
  log: StreamLog;
  clock: Clock;
  settings: Settings;
}

export interface Settings {
  bodyBytesMax: number;
  heartbeatMs: number;
  firstCommentMs: number;
  deadlineMs: number;
  /** The API version for doors whose paths name none. */
  apiVersion: string;
  /** Headers of clients that upstream is to see; the simulator's, when it answers. */
  passOn: (name: string) => boolean;
}

/** A visit by somebody known. */
export interface Guest extends Visit {
  client: Client;
  /** Told once, when the answer has begun or was refused. */
  onAnswered(status: number, refused?: string): void;
}

/** Sent with every answer: nothing on the way may keep it or hold it back. */
export function answerHeaders(requestId: string, streamId?: string): Record<string, string> {
  return {
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
    ...(streamId && { [STREAM_HEADER]: streamId }),
  };
}

export async function readJson(guest: Guest, bytesMax: number): Promise<Record<string, unknown>> {
  const bytes = await guest.exchange.body(bytesMax);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    const why = error instanceof Error ? error.message : "not UTF-8";
    throw new Refusal("request_invalid", `The body is not JSON: ${why.slice(0, 120)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refusal("request_invalid", "The body is not a JSON object.");
  return value as Record<string, unknown>;
}

export function sinkOptions(
  house: House,
  guest: Guest,
  streamId: string,
): Omit<SinkOptions, "onReady"> {
  const { heartbeatMs, firstCommentMs } = house.settings;
  return {
    exchange: guest.exchange,
    headers: answerHeaders(guest.requestId, streamId),
    nowMs: house.clock.now(),
    heartbeatMs,
    firstCommentMs,
    onAnswered: guest.onAnswered,
  };
}

/** What a visit asks for; the patience is the client's own, where it said so. */
type Asked = Pick<Ask, "model" | "request" | "version"> &
  Partial<Pick<Ask, "deadlineMs" | "maxAttempts" | "resume" | "interact" | "via">>;

/** Begins a stream, if it may: the pass is given back when the stream is over. */
export async function begin(house: House, guest: Guest, door: string, asked: Asked) {
  const { warden, streams, settings, clock } = house;
  const { client, exchange, requestId } = guest;
  const { headers } = exchange;
  const left = new AbortController();
  exchange.onLeave(() => left.abort());
  const deadlineMs = asked.deadlineMs ?? deadlineOf(headers["x-server-timeout"]);
  const askedMs = clock.now();
  const pass = await warden.admit(client, {
    model: asked.model,
    bodyChars: JSON.stringify(asked.interact ?? asked.request).length,
    deadlineMs: deadlineMs ?? settings.deadlineMs,
    signal: left.signal,
  });
  const ask: Ask = { ...asked, headers: {}, requestId, deadlineMs };
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && settings.passOn(name)) ask.headers[name] = value;
  }
  const order: Order = {
    client: client.name,
    door,
    ask,
    idempotencyKey: keyOf(headers["idempotency-key"]),
    traceparent: headers.traceparent,
    waitedMs: clock.now() - askedMs,
    onEnd: (end) => pass.ended(end),
  };
  try {
    const started = await streams.start(order);
    // The one that was begun before has a pass of its own.
    if (!started.created) pass.ended(undefined);
    return started;
  } catch (error) {
    pass.ended(undefined);
    throw error;
  }
}

/** Answers a visit with a new stream, in the form its client expects. */
export async function serveForm(
  house: House,
  guest: Guest,
  door: string,
  asked: Asked & { form: Form },
): Promise<void> {
  const { form, ...rest } = asked;
  const { head } = await begin(house, guest, door, rest);
  const created = Math.floor(head.startedAtMs / 1000);
  const name = { model: asked.model, id: head.id, created };
  const sink = new FormSink(form, name, {
    ...sinkOptions(house, guest, head.id),
    onReady: () => reader.ready(),
  });
  const reader = house.streams.follow(head.id, guest.client.name, -1, sink);
  guest.exchange.onLeave(() => reader.close());
}

function deadlineOf(seconds: string | undefined): number | undefined {
  const value = Number(seconds);
  return seconds !== undefined && value > 0 && value <= 86_400 ? value * 1000 : undefined;
}

const KEY_CHARS_MAX = 200;

function keyOf(key: string | undefined): string | undefined {
  if (key === undefined || key === "") return undefined;
  if (key.length > KEY_CHARS_MAX)
    throw new Refusal("request_invalid", `Idempotency-Key: at most ${KEY_CHARS_MAX} characters`);
  return key;
}

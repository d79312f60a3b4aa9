// A stream is looked at, and read from an offset: at once, or as soon as there is more.
import type { Guest } from "../doors/door.ts";
import { isJson } from "./about.ts";
import { cursorOf } from "./cursor.ts";
import { Declined } from "./declined.ts";
import { sendEvents } from "./events.ts";
import { CLOSED, CURSOR, NEXT_OFFSET, UP_TO_DATE } from "./headers.ts";
import { arrayOf } from "./json-mode.ts";
import { offsetOf, placeOf, type Start, startOf } from "./position.ts";
import { answer, PAGE_BYTES, type Room } from "./room.ts";
import type { Source, View } from "./source.ts";

/** `HEAD` */
export async function lookAt(_: Room, guest: Guest, source: Source): Promise<void> {
  const view = await source.view();
  const { contentType, tail, closed, ttlSeconds, expiresAt } = view;
  answer(guest, 200, {
    "content-type": contentType,
    "cache-control": "no-store",
    [NEXT_OFFSET]: offsetOf(tail),
    ...(closed && { [CLOSED]: "true" }),
    ...(ttlSeconds !== undefined && { "stream-ttl": String(ttlSeconds) }),
    ...(expiresAt !== undefined && { "stream-expires-at": expiresAt }),
    etag: tagOf(view, 0, tail, closed),
  });
}

/** `GET` */
export async function readFrom(room: Room, guest: Guest, source: Source): Promise<void> {
  const { query } = guest;
  const start = startOf(query);
  const live = query.get("live");
  if (live !== null && live !== "long-poll" && live !== "sse")
    throw new Declined(400, "request_invalid", "live: expected long-poll or sse.");
  if (live !== null && start === undefined)
    throw new Declined(400, "request_invalid", "A live read begins at an offset.");
  if (live === "sse") return sendEvents(room, guest, source, start ?? "start");
  if (live === "long-poll") return waitFor(room, guest, source, start ?? "start");
  const view = await source.view();
  await source.used(view);
  if (start === "now") return tellTail(guest, view);
  await sendPart(guest, source, view, placeOf(start, view.tail), {});
}

async function waitFor(room: Room, guest: Guest, source: Source, start: Start): Promise<void> {
  const { clock, settings, ears } = room;
  const ear = ears.listen(source);
  guest.exchange.onLeave(() => ear.close());
  try {
    const untilMs = clock.now() + settings.longPollMs;
    let from: number | undefined;
    for (;;) {
      const view = await source.view();
      await source.used(view);
      from ??= placeOf(start, view.tail);
      const cursor = cursorOf(guest.query.get("cursor"), clock);
      const more = { [CURSOR]: cursor, "cache-control": "no-store" };
      if (from < view.tail) return await sendPart(guest, source, view, from, more);
      const leftMs = untilMs - clock.now();
      const heard = view.closed || leftMs <= 0 ? "nothing" : await ear.hear(leftMs);
      if (heard === "news") continue;
      return answer(guest, 204, {
        ...more,
        [NEXT_OFFSET]: offsetOf(from),
        [UP_TO_DATE]: "true",
        ...(view.closed && { [CLOSED]: "true" }),
      });
    }
  } finally {
    ear.close();
  }
}

function tellTail(guest: Guest, { contentType, tail, closed }: View): void {
  const headers = {
    "content-type": contentType,
    "cache-control": "no-store",
    [NEXT_OFFSET]: offsetOf(tail),
    [UP_TO_DATE]: "true",
    ...(closed && { [CLOSED]: "true" }),
  };
  answer(guest, 200, headers, isJson(contentType) ? "[]" : "");
}

async function sendPart(
  guest: Guest,
  source: Source,
  view: View,
  from: number,
  more: Record<string, string>,
): Promise<void> {
  const { messages, next } = await source.read(view, from, PAGE_BYTES);
  const isTail = next === view.tail;
  const isEnd = isTail && view.closed;
  const etag = tagOf(view, from, next, isEnd);
  const headers = {
    "content-type": view.contentType,
    etag,
    ...more,
    [NEXT_OFFSET]: offsetOf(next),
    ...(isTail && { [UP_TO_DATE]: "true" }),
    ...(isEnd && { [CLOSED]: "true" }),
  };
  if (isKnown(guest.exchange.headers["if-none-match"], etag)) return answer(guest, 304, headers);
  answer(guest, 200, headers, isJson(view.contentType) ? arrayOf(messages) : joined(messages));
}

function joined(messages: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(messages.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const message of messages) {
    whole.set(message, at);
    at += message.length;
  }
  return whole;
}

function tagOf({ id }: View, from: number, next: number, isEnd: boolean): string {
  return `"${id}:${from}:${next}${isEnd ? ":c" : ""}"`;
}

function isKnown(given: string | undefined, etag: string): boolean {
  const tags = (given ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}

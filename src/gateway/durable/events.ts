// A stream as server-sent events: each message, and after it where the reader is now. The connection ends
// after a while, and with the stream; the reader comes back with its offset.
import type { Guest } from "../doors/door.ts";
import type { Outlet } from "../exchange.ts";
import { isJson, isText } from "./about.ts";
import { cursorOf } from "./cursor.ts";
import type { Ear } from "./ear.ts";
import { offsetOf, placeOf, type Start } from "./position.ts";
import { headersOf, PAGE_BYTES, type Room } from "./room.ts";
import type { Source, View } from "./source.ts";

/** A silent connection says something after so long, lest somebody on the way gives it up. */
const SILENT_MS = 15_000;

export async function sendEvents(
  room: Room,
  guest: Guest,
  source: Source,
  start: Start,
): Promise<void> {
  const ear = room.ears.listen(source);
  guest.exchange.onLeave(() => ear.close());
  try {
    const view = await source.view();
    await source.used(view);
    const from = placeOf(start, view.tail);
    guest.onAnswered(200);
    const outlet = guest.exchange.open(
      200,
      headersOf(guest, {
        "content-type": "text/event-stream",
        ...(!isText(view.contentType) && { "stream-sse-data-encoding": "base64" }),
      }),
    );
    await follow({ room, guest, source, ear, outlet }, view, from);
  } finally {
    ear.close();
  }
}

interface Telling {
  room: Room;
  guest: Guest;
  source: Source;
  ear: Ear;
  outlet: Outlet;
}

async function follow(telling: Telling, first: View, from: number): Promise<void> {
  const { room, source, ear, outlet } = telling;
  const { clock, settings } = room;
  const untilMs = clock.now() + settings.eventsMs;
  let view = first;
  let at = from;
  // One who has nothing to read still learns where the stream is.
  let isSilent = true;
  try {
    for (;;) {
      const { messages, next } =
        at < view.tail ? await source.read(view, at, PAGE_BYTES) : { messages: [], next: at };
      let text = "";
      for (const message of messages) {
        at += 1;
        text += dataEvent(view.contentType, message) + controlEvent(telling, view, at);
      }
      at = next;
      const isEnd = view.closed && at === view.tail;
      if (text === "" && (isSilent || isEnd)) text = controlEvent(telling, view, at);
      if (text !== "" && !outlet.write(text)) await drained(telling);
      if (isEnd || ear.isClosed) break;
      if (at === view.tail) {
        const leftMs = untilMs - clock.now();
        const heard = leftMs <= 0 ? "over" : await ear.hear(Math.min(leftMs, SILENT_MS));
        if (heard === "over") break;
        isSilent = heard === "nothing";
      }
      const { id } = view;
      view = await source.view();
      // Another one has taken its place.
      if (view.id !== id) break;
      await source.used(view);
    }
  } finally {
    // Also where it was removed, or cannot be read now: only a control event says that a stream is closed,
    // so after any other end the reader comes back, and is told then.
    outlet.end();
  }
}

function drained({ outlet, guest }: Telling): Promise<void> {
  return new Promise((resolve) => {
    outlet.onDrain(resolve);
    guest.exchange.onLeave(resolve);
  });
}

function dataEvent(contentType: string, message: Uint8Array): string {
  if (!isText(contentType)) return `event: data\ndata:${base64(message)}\n\n`;
  const text = new TextDecoder().decode(message);
  const whole = isJson(contentType) ? `[${text}]` : text;
  // Whatever ends a line of events must not end one of the message.
  const lines = whole.split(/\r\n|\r|\n/).map((line) => `data:${line}\n`);
  return `event: data\n${lines.join("")}\n`;
}

function controlEvent({ room, guest }: Telling, { tail, closed }: View, at: number): string {
  const isTail = at === tail;
  const control = {
    streamNextOffset: offsetOf(at),
    ...(isTail && closed
      ? { streamClosed: true }
      : { streamCursor: cursorOf(guest.query.get("cursor"), room.clock) }),
    ...(isTail && !closed && { upToDate: true }),
  };
  return `event: control\ndata:${JSON.stringify(control)}\n\n`;
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

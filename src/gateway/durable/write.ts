// Streams are made, appended to, closed and removed.
import type { Guest } from "../doors/door.ts";
import { Declined } from "./declined.ts";
import { CLOSED, isClosing, NEXT_OFFSET, producerOf, seqOf, wishOf } from "./headers.ts";
import { nameOf } from "./name.ts";
import { offsetOf } from "./position.ts";
import { answer, type Room } from "./room.ts";

/** `PUT` */
export async function createStream(room: Room, guest: Guest, path: string): Promise<void> {
  const { exchange, client } = guest;
  const wish = wishOf(exchange.headers);
  const name = nameOf(client.name, path);
  const body = await exchange.body(room.bodyBytesMax);
  const fork = wish.fork && { ...wish.fork, path: below(room.settings.path, wish.fork.path) };
  const { known, created } = await room.recorder.create(client.name, name, { ...wish, fork }, body);
  answer(guest, created ? 201 : 200, {
    "content-type": known.about.contentType,
    [NEXT_OFFSET]: offsetOf(known.tail),
    ...(created && { location: addressOf(guest) }),
    ...(known.about.closed && { [CLOSED]: "true" }),
  });
}

/** `POST` */
export async function appendTo(room: Room, guest: Guest, path: string): Promise<void> {
  const { exchange, client } = guest;
  const { headers } = exchange;
  const producer = producerOf(headers);
  const seq = seqOf(headers);
  const close = isClosing(headers);
  const name = nameOf(client.name, path);
  const body = await exchange.body(room.bodyBytesMax);
  const message = body.length > 0 ? body : undefined;
  if (!message && !close) throw new Declined(400, "request_invalid", "There is nothing to append.");
  const contentType = headers["content-type"] || undefined;
  if (message && contentType === undefined)
    throw new Declined(400, "request_invalid", "Content-Type is missing.");
  const append = { contentType, message, close, seq, producer };
  const { known, decision } = await room.recorder.append(name, append);
  const again = decision.kind === "again";
  const reached = again ? decision.producer : producer;
  answer(guest, producer && message && !again ? 200 : 204, {
    [NEXT_OFFSET]: offsetOf(known.tail),
    ...(known.about.closed && { [CLOSED]: "true" }),
    ...(reached && {
      "producer-epoch": String(reached.epoch),
      "producer-seq": String(reached.seq),
    }),
  });
}

/** `DELETE` */
export async function removeStream(room: Room, guest: Guest, path: string): Promise<void> {
  await room.recorder.remove(nameOf(guest.client.name, path));
  answer(guest, 204, {});
}

/** A source may be told by its whole path, or by what follows the mount. */
function below(mount: string, path: string): string {
  const rest = path.startsWith(`${mount}/`) ? path.slice(mount.length) : path;
  return rest.replace(/^\//, "");
}

function addressOf({ exchange: { headers, path } }: Guest): string {
  const scheme = headers["x-forwarded-proto"] === "https" ? "https" : "http";
  return `${scheme}://${headers.host ?? "localhost"}${path}`;
}

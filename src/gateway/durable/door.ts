// The door of the Durable Streams protocol: any path below it is a stream of whoever asks; those below
// `streams/` are Gemini's answers, which can only be read.
import type { Guest } from "../doors/door.ts";
import { Declined } from "./declined.ts";
import { GeminiSource } from "./gemini-source.ts";
import { nameOf } from "./name.ts";
import { lookAt, readFrom } from "./read.ts";
import { answer, type Room } from "./room.ts";
import type { Source } from "./source.ts";
import { TapeSource } from "./tape-source.ts";
import { appendTo, createStream, removeStream } from "./write.ts";

const ANSWERS = "streams/";
/** Kept free for the protocol's own operations, none of which are here. */
const RESERVED = "__ds";

/** `{path}/*` */
export async function durable(room: Room, guest: Guest): Promise<void> {
  try {
    await serve(room, guest, guest.params["*"] ?? "");
  } catch (error) {
    if (!(error instanceof Declined)) throw error;
    const { status, code, message, headers } = error;
    if (guest.exchange.answered) return;
    const body = `${JSON.stringify({ error: { code, message } })}\n`;
    answer(guest, status, { "content-type": "application/json", ...headers }, body, code);
  }
}

function serve(room: Room, guest: Guest, path: string): Promise<void> {
  const { method } = guest.exchange;
  if (path === RESERVED || path.startsWith(`${RESERVED}/`))
    throw new Declined(501, "not_implemented", "Subscriptions are not offered.");
  const isAnswer = path.startsWith(ANSWERS);
  if (method === "GET") return readFrom(room, guest, sourceOf(room, guest, path));
  if (method === "HEAD") return lookAt(room, guest, sourceOf(room, guest, path));
  if (isAnswer)
    throw new Declined(405, "read_only", "Answers are only read here.", { allow: "GET, HEAD" });
  if (method === "PUT") return createStream(room, guest, path);
  if (method === "POST") return appendTo(room, guest, path);
  if (method === "DELETE") return removeStream(room, guest, path);
  throw new Declined(405, "method_not_allowed", "There is no such operation.", {
    allow: "GET, HEAD, PUT, POST, DELETE",
  });
}

function sourceOf({ recorder, log }: Room, { client }: Guest, path: string): Source {
  if (path.startsWith(ANSWERS)) return new GeminiSource(log, path.slice(ANSWERS.length), client);
  return new TapeSource(recorder, nameOf(client.name, path));
}

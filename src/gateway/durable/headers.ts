// What a request says in its headers, checked before anything is looked up.
import { mediaType } from "./about.ts";
import { Declined } from "./declined.ts";

type Headers = Readonly<Record<string, string | undefined>>;

export const NEXT_OFFSET = "stream-next-offset";
export const UP_TO_DATE = "stream-up-to-date";
export const CURSOR = "stream-cursor";
export const CLOSED = "stream-closed";

/** What pages of other origins may send, and see. */
export const DURABLE_ASKED =
  "if-none-match, stream-ttl, stream-expires-at, stream-seq, stream-closed, stream-forked-from, stream-fork-offset, stream-fork-sub-offset, producer-id, producer-epoch, producer-seq";
export const DURABLE_TOLD =
  "stream-next-offset, stream-up-to-date, stream-cursor, stream-closed, stream-ttl, stream-expires-at, stream-sse-data-encoding, producer-epoch, producer-seq, producer-expected-seq, producer-received-seq, etag, location";

const WHOLE = /^(?:0|[1-9]\d*)$/;
const DIGITS = /^\d+$/;
const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/i;
const BINARY = "application/octet-stream";
const TTL_SECONDS_MAX = 10 * 365 * 24 * 3600;
const ID_CHARS_MAX = 256;
const SEQ_CHARS_MAX = 256;

export interface Producer {
  id: string;
  epoch: number;
  seq: number;
}

/** How a stream is to be made. */
export interface Wish {
  contentType: string | undefined;
  ttlSeconds: number | undefined;
  expiresAt: string | undefined;
  closed: boolean;
  fork: { path: string; offset: string | undefined; sub: number } | undefined;
}

export function wishOf(headers: Headers): Wish {
  const ttl = headers["stream-ttl"];
  const expiresAt = headers["stream-expires-at"];
  if (ttl !== undefined && expiresAt !== undefined)
    throw bad("Stream-TTL and Stream-Expires-At exclude each other.");
  if (ttl !== undefined && (!WHOLE.test(ttl) || Number(ttl) > TTL_SECONDS_MAX))
    throw bad("Stream-TTL: expected whole seconds.");
  if (
    expiresAt !== undefined &&
    (!TIMESTAMP.test(expiresAt) || Number.isNaN(Date.parse(expiresAt)))
  )
    throw bad("Stream-Expires-At: expected a time such as 2030-01-01T00:00:00Z.");
  const fork = forkOf(headers);
  const given = headers["content-type"];
  const contentType = given !== undefined && MEDIA_TYPE.test(given) ? given : undefined;
  return {
    contentType: contentType ?? (fork ? undefined : BINARY),
    ttlSeconds: ttl === undefined ? undefined : Number(ttl),
    expiresAt,
    closed: isClosing(headers),
    fork,
  };
}

export function isClosing(headers: Headers): boolean {
  return headers[CLOSED]?.toLowerCase() === "true";
}

/** All three of its headers, or none. */
export function producerOf(headers: Headers): Producer | undefined {
  const id = headers["producer-id"];
  const epoch = headers["producer-epoch"];
  const seq = headers["producer-seq"];
  if (id === undefined && epoch === undefined && seq === undefined) return undefined;
  if (id === undefined || epoch === undefined || seq === undefined)
    throw bad("Producer-Id, Producer-Epoch and Producer-Seq come together.");
  if (id === "" || id.length > ID_CHARS_MAX)
    throw bad(`Producer-Id: expected 1 to ${ID_CHARS_MAX} characters.`);
  return { id, epoch: count("Producer-Epoch", epoch), seq: count("Producer-Seq", seq) };
}

export function seqOf(headers: Headers): string | undefined {
  const seq = headers["stream-seq"];
  if (seq !== undefined && seq.length > SEQ_CHARS_MAX)
    throw bad(`Stream-Seq: at most ${SEQ_CHARS_MAX} characters.`);
  return seq;
}

export function isSameType(a: string, b: string): boolean {
  return mediaType(a) === mediaType(b);
}

function forkOf(headers: Headers): Wish["fork"] {
  const path = headers["stream-forked-from"];
  const sub = headers["stream-fork-sub-offset"];
  if (path === undefined || path === "") {
    if (sub !== undefined) throw bad("Stream-Fork-Sub-Offset: comes with Stream-Forked-From.");
    return undefined;
  }
  if (sub !== undefined && (!WHOLE.test(sub) || !Number.isSafeInteger(Number(sub))))
    throw bad("Stream-Fork-Sub-Offset: expected a whole number.");
  const offset = headers["stream-fork-offset"] || undefined;
  const more = Number(sub ?? 0);
  if (more > 0 && offset === undefined)
    throw bad("Stream-Fork-Sub-Offset: comes with Stream-Fork-Offset.");
  return { path, offset, sub: more };
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!DIGITS.test(text) || !Number.isSafeInteger(value))
    throw bad(`${name}: expected a whole number.`);
  return value;
}

function bad(message: string): Declined {
  return new Declined(400, "request_invalid", message);
}

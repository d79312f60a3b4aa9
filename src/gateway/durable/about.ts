// What is known of a durable stream besides its messages; the store keeps it as JSON beside them.
import type { Tape } from "../../store/index.ts";

/** How far one producer has come. */
export interface ProducerState {
  epoch: number;
  seq: number;
  atMs: number;
}

/** Whose append closed it, so that the same request is known when it comes again. */
export interface Closer {
  id: string;
  epoch: number;
  seq: number;
}

/** Messages of another tape that stand before a fork's own: the places `from` to before `to` of that tape. */
export interface Segment {
  id: string;
  from: number;
  to: number;
}

export interface Fork {
  /** The tape it was made from, which stays as long as there are forks of it. */
  name: string;
  id: string;
  /** The position where its own messages begin. */
  at: number;
  segments: readonly Segment[];
  /** As it was asked for; asking for the same again finds this one. */
  path: string;
  offset?: string | undefined;
  sub: number;
}

export interface About {
  contentType: string;
  ttlSeconds?: number | undefined;
  expiresAt?: string | undefined;
  closed: boolean;
  closer?: Closer | undefined;
  /** The last `Stream-Seq`. */
  seq?: string | undefined;
  producers: Readonly<Record<string, ProducerState>>;
  fork?: Fork | undefined;
  /** How many forks read on in it. */
  forks: number;
  /** It was removed, and is here only for its forks. */
  gone: boolean;
}

/** A stream as it was read, and all that is needed to change it. */
export interface Known {
  tape: Tape;
  about: About;
  /** The position after the last message. */
  tail: number;
}

export function knownOf(tape: Tape): Known {
  const about = JSON.parse(tape.about) as About;
  return { tape, about, tail: (about.fork?.at ?? 0) + tape.length };
}

/** `undefined`: it stays until somebody removes it. A TTL counts from the last use. */
export function expiryOf(
  { ttlSeconds, expiresAt }: Pick<About, "ttlSeconds" | "expiresAt">,
  nowMs: number,
): number | undefined {
  if (expiresAt !== undefined) return Date.parse(expiresAt);
  return ttlSeconds === undefined ? undefined : nowMs + ttlSeconds * 1000;
}

export function isJson(contentType: string): boolean {
  return mediaType(contentType) === "application/json";
}

export function mediaType(contentType: string): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}

/** Text can stand in an event as it is; anything else goes as base64. */
export function isText(contentType: string): boolean {
  return isJson(contentType) || mediaType(contentType).startsWith("text/");
}

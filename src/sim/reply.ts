// What the simulator says, in three shapes: items (what a model sends), pieces (what a socket sees)
// and the reply around them. Faults change one shape into another of the same kind.
import type { GeminiChunk } from "../wire/index.ts";

export type Item =
  | { kind: "chunk"; chunk: GeminiChunk }
  /** An error inside an answer that began well; `named` puts an `event: error` line before it. */
  | { kind: "error"; error: Record<string, unknown>; named?: boolean }
  /** Text that is no event at all, written as it is, in one piece or in several. */
  | { kind: "raw"; text: string; parts?: number }
  | { kind: "comment"; text: string }
  | Stop
  | Wait;

/** `eof` ends the body properly, `fin` closes the connection before its end, `reset` breaks it. */
export type Stop = { kind: "stop"; how: "eof" | "fin" | "reset" | "hang"; as?: Refusal };
type Wait = { kind: "wait"; ms: number };

/** A piece of a reply's body: bytes, a wait, or a break. */
export type Piece = { kind: "bytes"; bytes: Uint8Array } | Stop | Wait;

export interface Framing {
  mode: "sse" | "array" | "unary" | "openai" | "openai-unary";
  eol: "\r\n" | "\n" | "\r";
  /** `id:` and `event:` lines before the data, which the API itself never sends. */
  eventLines: boolean;
  multiLine: boolean;
  /** The last event lacks its blank line. */
  bareEnd: boolean;
  done: boolean;
  integerEnums: boolean;
}

export const PLAIN_FRAMING: Framing = Object.freeze({
  mode: "sse",
  eol: "\r\n",
  eventLines: false,
  multiLine: false,
  bareEnd: false,
  done: false,
  integerEnums: false,
});

/** How a connection fails, in the platform's own words. */
export interface Refusal {
  /** Empty where the platform hides the cause, as browsers do. */
  code: string;
  message: string;
  /** Message of the error around it, where that is not `fetch failed`. */
  thrown?: string;
}

/** What the simulator answers, with its timing, before any socket. */
export interface Reply {
  refusal?: Refusal;
  status: number;
  headers: Record<string, string>;
  pieces: Piece[];
  /** Silence before the headers; `Infinity` for good. */
  headersWaitMs?: number;
  /** Compressed on a socket; in process a body arrives as it is after decoding. */
  gzip?: boolean;
  /** What is said from now on in place of the rest, once something else changed the matter. */
  instead?: () => Piece[] | undefined;
}

const utf8 = new TextEncoder();

export function bytesOf(text: string): Uint8Array {
  return utf8.encode(text);
}

export function textReply(status: number, contentType: string, text: string): Reply {
  const pieces: Piece[] = text === "" ? [] : [{ kind: "bytes", bytes: bytesOf(text) }];
  return { status, headers: { "content-type": contentType }, pieces };
}

const TYPES: Record<Framing["mode"], string> = {
  sse: "text/event-stream",
  openai: "text/event-stream",
  array: "application/json; charset=UTF-8",
  unary: "application/json; charset=UTF-8",
  "openai-unary": "application/json; charset=UTF-8",
};

/** The headers of an answer on the real wire. */
export function answerHeaders(mode: Framing["mode"], nowDate: Date): Record<string, string> {
  return {
    "content-type": TYPES[mode],
    ...(mode === "sse" && { "content-disposition": "attachment" }),
    ...(mode === "unary" && { "x-gemini-service-tier": "standard" }),
    vary: "Origin, X-Origin, Referer",
    server: "scaffolding on HTTPServer2",
    "server-timing": "gfet4t7; dur=312",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "x-xss-protection": "0",
    "alt-svc": 'h3=":443"; ma=2592000,h3-29=":443"; ma=2592000',
    date: nowDate.toUTCString(),
  };
}

export function refused(refusal: Refusal): Reply {
  return { refusal, status: 0, headers: {}, pieces: [] };
}

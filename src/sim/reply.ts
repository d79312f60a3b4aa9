// What the simulator says, in three shapes: items (what a model sends), pieces (what a socket sees)
// and the reply around them. Faults change one shape into another of the same kind.
import type { GeminiChunk } from "../wire/index.ts";

export type Item =
  | { kind: "chunk"; chunk: GeminiChunk }
  /** Bytes that are no event of the API's own, written as they are, in one piece or in several. */
  | { kind: "raw"; text: string; parts?: number }
  | { kind: "comment"; text: string }
  | Stop
  | Wait;

/** `eof` ends the body properly, `fin` closes the connection before its end, `reset` breaks it. */
export type Stop = { kind: "stop"; how: "eof" | "fin" | "reset" | "hang" };
export type Wait = { kind: "wait"; ms: number };
export type Piece = { kind: "bytes"; bytes: Uint8Array } | Stop | Wait;

export interface Framing {
  mode: "sse" | "array" | "unary" | "openai";
  eol: "\r\n" | "\n" | "\r";
  /** `id:` and `event:` lines before the data, which the API itself never sends. */
  eventLines: boolean;
  multiLine: boolean;
  /** The last event lacks its blank line. */
  bareEnd: boolean;
  done: boolean;
  integerEnums: boolean;
}

/** How a connection fails before any answer. */
export type Refusal = "refused" | "dns" | "tls" | "reset" | "connect-timeout";

export interface Reply {
  refusal?: Refusal;
  status: number;
  headers: Record<string, string>;
  pieces: Piece[];
}

const utf8 = new TextEncoder();

export function bytesOf(text: string): Uint8Array {
  return utf8.encode(text);
}

/** The headers of a streamed answer on the real wire. */
export function streamHeaders(mode: Framing["mode"], nowDate: Date): Record<string, string> {
  const type = {
    sse: "text/event-stream",
    openai: "text/event-stream",
    array: "application/json; charset=UTF-8",
    unary: "application/json; charset=UTF-8",
  }[mode];
  return {
    "content-type": type,
    ...(mode === "sse" && { "content-disposition": "attachment" }),
    vary: "Origin, X-Origin, Referer",
    server: "scaffolding on HTTPServer2",
    "server-timing": "gfet4t7; dur=312",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "x-xss-protection": "0",
    date: nowDate.toUTCString(),
  };
}

// What the operations of this door are given.
import type { Clock } from "../../core/index.ts";
import type { StreamLog } from "../../store/index.ts";
import { answerHeaders, type Guest } from "../doors/door.ts";
import type { Ears } from "./ear.ts";
import type { Recorder } from "./recorder.ts";

/** Where the Durable Streams are served, and what one client may take. */
export interface DurableSettings {
  /** Where it is found, such as /durable; empty for nowhere. */
  path: string;
  /** Streams and bytes of one client. */
  streamsMax: number;
  bytesMax: number;
  /** How long a reader waits for more. */
  longPollMs: number;
  /** How long one connection of events lasts. */
  eventsMs: number;
}

export interface Room {
  recorder: Recorder;
  log: StreamLog;
  clock: Clock;
  settings: DurableSettings;
  bodyBytesMax: number;
  ears: Ears;
}

/** One answer is read from the store in pieces of about so much. */
export const PAGE_BYTES = 1024 * 1024;

/**
 * Sent with every answer of this door: it is for the one who asked, and for no other page. What clients
 * wrote is never a page of this origin, whatever type they gave it.
 */
export function headersOf(guest: Guest, more: Record<string, string>): Record<string, string> {
  return {
    ...answerHeaders(guest.requestId),
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; sandbox",
    ...more,
  };
}

export function answer(
  guest: Guest,
  status: number,
  headers: Record<string, string>,
  body: string | Uint8Array = "",
  refused?: string,
): void {
  guest.onAnswered(status, refused);
  guest.exchange.reply(status, headersOf(guest, headers), body);
}

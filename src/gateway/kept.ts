// An entry of the log on its way to readers; the event itself rides along while it is fresh, so that
// nobody parses what was just written.
import type { StreamEvent, TerminalEvent } from "../core/index.ts";
import type { Entry, Write } from "../store/index.ts";
import type { GeminiChunk } from "../wire/index.ts";

export interface Kept extends Entry {
  event?: StreamEvent | undefined;
  end?: Write["end"];
}

const CHUNK_KEY = '"chunk":';

/** A chunk event is written so that the chunk's own JSON can be cut out of it again. */
export function chunkEntry(
  event: Extract<StreamEvent, { type: "chunk" }>,
  chunkJson: string,
): string {
  return `{"seq":${event.seq},"t":${event.t},"type":"chunk","attempt":${event.attempt},${CHUNK_KEY}${chunkJson}}`;
}

export function chunkJsonOf(entry: Entry): string {
  return entry.json.slice(entry.json.indexOf(CHUNK_KEY) + CHUNK_KEY.length, -1);
}

export function eventOf(entry: Kept): StreamEvent {
  return entry.event ?? (JSON.parse(entry.json) as StreamEvent);
}

export function chunkOf(entry: Kept): GeminiChunk {
  const event = eventOf(entry);
  return event.type === "chunk" ? event.chunk : {};
}

const TERMINAL_TYPES = new Set(["done", "incomplete", "blocked", "stopped", "failed"]);

export function isEnd(entry: Entry): boolean {
  return TERMINAL_TYPES.has(entry.type);
}

export function endOf(entry: Kept): TerminalEvent {
  return eventOf(entry) as TerminalEvent;
}

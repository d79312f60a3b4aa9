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

/**
 * A chunk event is written so that the chunk's own JSON can be cut out of it again. `via` says by which
 * way it came, where only that way leads to what it tells of.
 */
export function chunkEntry(
  { seq, t, attempt }: Extract<StreamEvent, { type: "chunk" }>,
  chunkJson: string,
  via?: string,
): string {
  const by = via === undefined ? "" : `"via":${JSON.stringify(via)},`;
  return `{"seq":${seq},"t":${t},"type":"chunk","attempt":${attempt},${by}${CHUNK_KEY}${chunkJson}}`;
}

/** Stands before the chunk, whose own words are not looked at. */
export function viaOf({ type, json }: Entry): string | undefined {
  const found = type === "chunk" && /^\{[^{]{0,100}"via":("[^"\\]*")/.exec(json)?.[1];
  return found ? (JSON.parse(found) as string) : undefined;
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

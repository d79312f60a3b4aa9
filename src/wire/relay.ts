// What a gateway says of a stream on the wire: our events as SSE with `id:` = seq, and the paths and
// headers that go with them. The same bytes serve any reader that knows EventSource.
import { encodeNamed } from "./sse-encode.ts";

/** The header in which a gateway tells a stream's id. */
export const STREAM_HEADER = "x-pollux-stream";

/** Where a gateway keeps its streams. */
export const STREAMS_PATH = "/streams";

/** Terminal words of the event contract; after one of them nothing follows. */
const TERMINALS: ReadonlySet<string> = new Set([
  "done",
  "incomplete",
  "blocked",
  "stopped",
  "failed",
]);

/** Whether an event of this type ends its stream. */
export function isTerminalWord(type: string): boolean {
  return TERMINALS.has(type);
}

/** One event of a stream as a server-sent event. */
export function encodeRelay(event: { seq: number; type: string }): string {
  return encodeNamed(event.type, JSON.stringify(event), String(event.seq));
}

/** Where a gateway tells the events of this stream. */
export function eventsPath(streamId: string): string {
  return `${STREAMS_PATH}/${encodeURIComponent(streamId)}/events`;
}

// Who looks on while streams are served: metrics, log lines, spans, the feed of the operations page.
// Watchers are told in the order of events and must be quick; what they throw is logged, not passed on.
import type { StreamEvent, TerminalEvent } from "../core/index.ts";

/** What is known of a stream when it begins. */
export interface StreamInfo {
  id: string;
  /** The correlation id of the request that started it, in and out as `x-request-id`. */
  requestId: string;
  /** The name of the client token, never the token. */
  client: string;
  model: string;
  /** The door it came through: `native`, `openai`, `streams`, … */
  door: string;
  /** Epoch milliseconds. */
  startedAtMs: number;
  /** W3C trace context of the request, if it brought one. */
  traceparent?: string | undefined;
  /** How long it waited for room before it began. */
  waitedMs?: number | undefined;
  /** It was begun by another process, and goes on here. */
  takenOver: boolean;
}

/** One request, when it has been answered. */
export interface Served {
  requestId: string;
  method: string;
  /** The route's pattern, not the path: paths hold ids. */
  route: string;
  status: number;
  client: string;
  ms: number;
  /** Code of the failure it was refused with, if it was. */
  refused?: string | undefined;
}

/** Is told what happens in a gateway; each method may be left out. */
export interface Watcher {
  begin?(info: StreamInfo): void;
  event?(info: StreamInfo, event: StreamEvent): void;
  end?(info: StreamInfo, end: TerminalEvent): void;
  /** It goes on elsewhere, or nowhere; its end will not be told here. */
  lost?(info: StreamInfo): void;
  /** A reader came to a stream (from a cursor, -1 for the start) or left it. */
  reader?(info: Pick<StreamInfo, "id" | "client">, what: "came" | "left", after: number): void;
  served?(served: Served): void;
}

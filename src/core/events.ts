// A door: the events of a gateway's stream over one connection, for pages that reconnect in a way of
// their own. `follow` is the usual way.
export { systemClock } from "./clock.ts";
export { type EventsOptions, eventsOf, NoStream, NothingMore } from "./connection.ts";
export { isTerminal, type StreamEvent, type TerminalEvent } from "./event.ts";
export { isStreamError } from "./stream-error.ts";

// The fault `event-lines`.
import type { Fault } from "./fault.ts";

export const eventLines: Fault = {
  word: "event-lines",
  does: "Puts `id:` and `event:` lines before each event's data.",
  takes: {},
  example: "event-lines",
  framing: (framing) => ({ ...framing, eventLines: true }),
};

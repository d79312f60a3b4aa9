// The fault `error-event`.
import { ERROR_NAMES } from "../bodies.ts";
import { afterChunks, type Fault } from "./fault.ts";

export const errorEvent: Fault = {
  word: "error-event",
  does: "Sends an error as an event inside the stream; `named` puts `event: error` before it, `bare` leaves out its code.",
  takes: {
    after: "chunks",
    numbers: 1,
    words: ["named", "bare", ...ERROR_NAMES],
    described: "a status or NAME, after N chunks, named, bare",
  },
  example:
    "error-event 503 after 2 chunks · error-event model_overloaded named · error-event 500 bare",
  items(items, { after = 2, numbers, words }, context) {
    const name = words.find((word) => ERROR_NAMES.includes(word)) ?? String(numbers[0] ?? 503);
    const { code, ...rest } = context.errorObject(name);
    const error = words.includes("bare") ? rest : { code, ...rest };
    const kept = items.slice(0, afterChunks(items, after));
    return [...kept, { kind: "error", error, named: words.includes("named") }];
  },
};

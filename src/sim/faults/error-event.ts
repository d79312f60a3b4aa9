// The fault `error-event`.

import type { Fault } from "./fault.ts";
import { afterChunks } from "./fault.ts";

export const errorEvent: Fault = {
  word: "error-event",
  does: "Sends an error as an event inside the stream; `named` as `event: error`, `bare` without a code.",
  example:
    "error-event 503 after 2 chunks · error-event model_overloaded named · error-event 500 bare",
  items(items, { after = 2, numbers, words }, context) {
    const name =
      words.find((word) => word !== "named" && word !== "bare") ?? String(numbers[0] ?? 503);
    const { code, ...rest } = (context.error(name).json ?? {
      code: 503,
      message: "",
      status: "UNAVAILABLE",
    }) as Record<string, unknown>;
    const json = JSON.stringify({ error: words.includes("bare") ? rest : { code, ...rest } });
    const text = `${words.includes("named") ? "event: error\r\n" : ""}data: ${json}\r\n\r\n`;
    return [...items.slice(0, afterChunks(items, after)), { kind: "raw", text }];
  },
};

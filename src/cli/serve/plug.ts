// Pulls the plug on a running answer of the simulator, so that people can watch it being mended: a fetch
// around the simulator's, whose bodies can be broken from outside.
import { STREAM_HEADER } from "../../wire/index.ts";

const FAULT_WORDS = ["cut", "reset", "stall", "end", "garble", "429", "503"] as const;
type FaultWord = (typeof FAULT_WORDS)[number];

export interface Plug {
  fetch: typeof globalThis.fetch;
  /** False: nothing runs for this stream, or there is no such fault. */
  pull(streamId: string, fault: string): boolean;
}

const ERRORS: Partial<Record<FaultWord, string>> = {
  "429":
    '{"error":{"code":429,"message":"Resource has been exhausted. Please retry in 1.5s.","status":"RESOURCE_EXHAUSTED"}}',
  "503":
    '{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}',
};

export function plugFor(fetch: typeof globalThis.fetch): Plug {
  const running = new Map<string, (fault: FaultWord) => void>();
  return {
    fetch: (async (input: string, init: RequestInit = {}) => {
      const response = await fetch(input, init);
      const id = (init.headers as Record<string, string> | undefined)?.[STREAM_HEADER];
      if (id === undefined || !response.body || !response.ok) return response;
      const body = breakable(
        response.body,
        (pull) => running.set(id, pull),
        () => running.delete(id),
      );
      const { status, headers } = response;
      return new Response(body, { status, headers });
    }) as typeof globalThis.fetch,
    pull: (streamId, fault) => {
      const pull = running.get(streamId);
      const word = FAULT_WORDS.find((known) => known === fault);
      if (!pull || !word) return false;
      running.delete(streamId);
      pull(word);
      return true;
    },
  };
}

function breakable(
  body: ReadableStream<Uint8Array>,
  onOpen: (pull: (fault: FaultWord) => void) => void,
  onEnd: () => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const pulled = Promise.withResolvers<FaultWord>();
  const bytes = (text: string) => new TextEncoder().encode(text);
  onOpen(pulled.resolve);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await Promise.race([reader.read(), pulled.promise]);
        if (typeof next !== "string") {
          if (next.done) {
            onEnd();
            controller.close();
          } else controller.enqueue(next.value);
          return;
        }
        if (next === "stall") return new Promise(() => {});
        reader.cancel().catch(() => {});
        const error = ERRORS[next];
        if (error) controller.enqueue(bytes(`data: ${error}\r\n\r\n`));
        if (next === "garble")
          controller.enqueue(bytes('data: {"candidates": [{"conte\u0007\r\n\r\n'));
        if (next === "cut" || next === "reset") {
          const code = next === "cut" ? "UND_ERR_SOCKET" : "ECONNRESET";
          controller.error(
            Object.assign(new Error(next === "cut" ? "other side closed" : "read ECONNRESET"), {
              code,
            }),
          );
        } else controller.close();
      },
      cancel(reason) {
        onEnd();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

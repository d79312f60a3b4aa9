// A `fetch` for other clients, by name; what it takes to be one is loaded at its first call.
import type { ResilientFetchOptions } from "./resilient-fetch.ts";

export type { ResilientFetchOptions };

/**
 * To hand to `@google/genai` (`httpOptions.fetch`), `@ai-sdk/google` or `openai` (`fetch`): the same
 * bytes out, but retried, resumed and honest about the end. Anything but a generation passes through.
 */
export function resilientFetch(options: ResilientFetchOptions = {}): typeof globalThis.fetch {
  let made: Promise<typeof globalThis.fetch> | undefined;
  return async (input, init) => {
    made ??= import("./resilient-fetch.ts").then(({ makeFetch }) => makeFetch(options));
    return (await made)(input, init);
  };
}

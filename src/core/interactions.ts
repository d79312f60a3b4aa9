// A door: interactions as resources. Each call is one request, as Google answers it; for an answer
// that is read, cut and read on, there is `pollux.interact`.
import type { Interaction, InteractionRequest } from "../wire/interactions.ts";
import { type Caller, call } from "./calls.ts";
import { systemClock } from "./clock.ts";
import type { PolluxOptions } from "./pollux.ts";
import { addressOf, authOf, environment, urlOf } from "./request.ts";

export type {
  Interaction,
  InteractionEvent,
  InteractionRequest,
  InteractionStep,
} from "../wire/interactions.ts";
export { mayHaveBegun, Talk } from "./interact.ts";
export { type InteractRequest, sortedOut } from "./interact-request.ts";

/** What `Interactions` takes of the options of a `Pollux`. */
export type InteractionsOptions = Pick<
  PolluxOptions,
  "apiKey" | "token" | "baseUrl" | "apiVersion" | "headers" | "fetch"
>;

interface Asked {
  signal?: AbortSignal;
}

/** Stored interactions: create, get, cancel, delete. */
export class Interactions {
  private readonly caller: Caller;

  constructor(options: InteractionsOptions = {}) {
    const env = environment();
    const address = addressOf(options, env);
    const { token, headers, fetch = systemClock.fetch } = options;
    const apiKey = options.apiKey ?? (token ? undefined : env.GEMINI_API_KEY || env.GOOGLE_API_KEY);
    this.caller = {
      url: (path) => urlOf(address, path),
      headers: async () => ({ ...(await authOf(apiKey, token, address)), ...headers }),
      fetch,
    };
  }

  /** Whole, or for a background run at once, still under way. */
  async create(
    request: Omit<InteractionRequest, "stream">,
    { signal }: Asked = {},
  ): Promise<Interaction> {
    return call(this.caller, "interactions", { body: request, signal });
  }

  async get(
    id: string,
    { includeInput, signal }: Asked & { includeInput?: boolean } = {},
  ): Promise<Interaction> {
    const query = includeInput ? "?include_input=true" : "";
    return call(this.caller, pathOf(id) + query, { signal });
  }

  /** Ends a background run that is under way. */
  async cancel(id: string, { signal }: Asked = {}): Promise<Interaction> {
    return call(this.caller, `${pathOf(id)}/cancel`, { method: "POST", signal });
  }

  /** Forgets a stored interaction. A run under way is not ended by it. */
  async delete(id: string, { signal }: Asked = {}): Promise<void> {
    await call(this.caller, pathOf(id), { method: "DELETE", signal });
  }
}

function pathOf(id: string): string {
  return `interactions/${encodeURIComponent(id)}`;
}

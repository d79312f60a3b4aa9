// The network as Node needs it for long streams: proxies and extra CAs from the environment, a clock
// for connecting, and no other clock, because those belong to the stream.
import { fetch as undiciFetch } from "undici";
import { outgoing } from "./dispatch.ts";

/** A `fetch` with proxies from the environment, and with no clock but that for connecting. */
export function nodeFetch(options: { connectMs?: number } = {}): typeof globalThis.fetch {
  const dispatcher = outgoing(options.connectMs);
  return ((input: Parameters<typeof undiciFetch>[0], init?: Parameters<typeof undiciFetch>[1]) =>
    undiciFetch(input, { ...init, dispatcher })) as never;
}

// A gateway with the door of the protocol, and clients who ask it by name.
import type { GatewayOptions } from "../../src/gateway/index.ts";
import { Refusal } from "../../src/gateway/refusal.ts";
import { type HostOptions, host, OPEN_HOUSE } from "../gateway/host.ts";

export const DURABLE: NonNullable<GatewayOptions["durable"]> = {
  path: "/durable",
  streamsMax: 100,
  bytesMax: 50_000_000,
  longPollMs: 10_000,
  eventsMs: 60_000,
};

const NAMED: typeof OPEN_HOUSE = {
  ...OPEN_HOUSE,
  identify: async ({ headers }) => {
    const name = /^Bearer (\w+)$/.exec(headers.authorization ?? "")?.[1];
    if (name === undefined) throw new Refusal("client_token_missing");
    return { name, operator: name === "operator" };
  },
};

export interface Say {
  method?: string;
  as?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  signal?: AbortSignal;
}

export async function durableHost(options: HostOptions = {}) {
  const made = await host({ warden: NAMED, durable: DURABLE, ...options });
  const ask = (path: string, say: Say = {}) => {
    const { method = "GET", as = "ann", headers = {}, ...rest } = say;
    const type: Record<string, string> =
      rest.body === undefined ? {} : { "content-type": "text/plain" };
    return fetch(`${made.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${as}`, ...type, ...headers },
      ...rest,
    });
  };
  return { ...made, ask };
}

// The network as Node needs it for long streams: proxies and extra CAs from the environment, a clock
// for connecting, and no other clock, because those belong to the stream.
import { Agent, EnvHttpProxyAgent, fetch as undiciFetch } from "undici";

const CONNECT_MS = 15_000;

export function nodeFetch(options: { connectMs?: number } = {}): typeof globalThis.fetch {
  const { connectMs = CONNECT_MS } = options;
  const { HTTPS_PROXY, https_proxy, HTTP_PROXY, http_proxy } = process.env;
  const patience = { connect: { timeout: connectMs }, headersTimeout: 0, bodyTimeout: 0 };
  const proxied = HTTPS_PROXY ?? https_proxy ?? HTTP_PROXY ?? http_proxy;
  const dispatcher = proxied ? new EnvHttpProxyAgent(patience) : new Agent(patience);
  return ((input: Parameters<typeof undiciFetch>[0], init?: Parameters<typeof undiciFetch>[1]) =>
    undiciFetch(input, { ...init, dispatcher })) as never;
}

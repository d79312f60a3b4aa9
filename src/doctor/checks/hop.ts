// The first machine on the way: the proxy if there is one, else the host itself.
import type { Target } from "../target.ts";
import type { Hop } from "../world.ts";

export function firstHop({ proxy, host, port }: Target): Hop & { isProxy: boolean } {
  if (proxy === undefined) return { host, port, isProxy: false };
  const { hostname, port: own, protocol } = new URL(proxy);
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(own) || (protocol === "https:" ? 443 : 80),
    isProxy: true,
  };
}

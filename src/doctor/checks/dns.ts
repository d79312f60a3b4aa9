// Does the name of the first machine on the way resolve, over IPv4 and IPv6.
import { ok, problem, warn } from "../finding.ts";
import type { Check } from "./check.ts";
import { firstHop } from "./hop.ts";

export const dns: Check = {
  id: "dns",
  group: "Network",
  title: "DNS",
  needs: ["proxy-env"],
  online: true,
  async run({ world, target }) {
    const { host, isProxy } = firstHop(target);
    const what = isProxy ? `the proxy ${host}` : host;
    if (/^[\d.]+$|:/.test(host)) return ok(`${what}: an address, no name`);
    const [v4, v6] = await Promise.all([
      world.lookup(host, 4).catch(() => []),
      world.lookup(host, 6).catch(() => []),
    ]);
    if (v4.length + v6.length === 0)
      return problem("dns_failure", `${what} has no address`, `nslookup ${host}`);
    const told = `${what}: ${v4[0] ?? "no IPv4"}, ${v6[0] ?? "no IPv6"}`;
    return v4.length === 0 ? warn("ipv4_missing", told) : ok(told);
  },
};

// Does the proxy let this host through.
import { classifyThrown } from "../../core/failures.ts";
import { ok, problem, skip } from "../finding.ts";
import type { Check } from "./check.ts";

export const connect: Check = {
  id: "proxy",
  group: "Network",
  title: "Proxy CONNECT",
  needs: ["tcp"],
  online: true,
  async run({ world, target, signal }) {
    const { proxy, host, port } = target;
    if (proxy === undefined) return skip("no proxy on this path");
    let status: number;
    try {
      status = await world.tunnel(proxy, { host, port }, signal);
    } catch (error) {
      const said = signal.aborted ? "no answer in time" : classifyThrown(error).message;
      return problem("proxy_connect_failed", `CONNECT ${host}:${port}: ${said}`);
    }
    if (status === 407) return problem("proxy_auth", `CONNECT ${host}:${port} answers 407`);
    if (status !== 200)
      return problem(
        "proxy_connect_failed",
        `CONNECT ${host}:${port} answers ${status}`,
        `Ask who runs the proxy to allow ${host}:${port}`,
      );
    return ok(`CONNECT ${host}:${port} answers 200`);
  },
};

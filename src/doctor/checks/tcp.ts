// Does the first machine on the way take a connection.
import { classifyThrown } from "../../core/failures.ts";
import { ok, problem } from "../finding.ts";
import type { Check } from "./check.ts";
import { firstHop } from "./hop.ts";

export const tcp: Check = {
  id: "tcp",
  group: "Network",
  title: "TCP",
  needs: ["dns"],
  online: true,
  async run({ world, target, signal }) {
    const hop = firstHop(target);
    const what = `${hop.isProxy ? "the proxy " : ""}${hop.host}:${hop.port}`;
    const began = world.now();
    try {
      await world.connect(hop, signal);
    } catch (error) {
      if (signal.aborted)
        return problem(
          "connect_timeout",
          `${what} takes no connection in time`,
          `nc -vz ${hop.host} ${hop.port}`,
        );
      const { code, message } = classifyThrown(error);
      const fix = hop.isProxy
        ? "Start that proxy, or leave it out: pollux doctor --direct"
        : `nc -vz ${hop.host} ${hop.port}`;
      return problem(code, `${what}: ${message}`, fix);
    }
    return ok(`${what} in ${Math.round(world.now() - began)} ms`);
  },
};

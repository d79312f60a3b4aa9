// Is Node new enough.
import { ok, problem } from "../finding.ts";
import type { Check } from "./check.ts";

const NODE_MIN = [22, 19] as const;

export const runtime: Check = {
  id: "runtime",
  group: "Runtime",
  title: "Node and Pollux",
  needs: [],
  online: false,
  async run({ world }) {
    const { node, pollux, platform } = world.versions;
    const [major = 0, minor = 0] = node.split(".").map(Number);
    const old = major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1]);
    const value = `Node ${node}, Pollux ${pollux}, ${platform}`;
    return old ? problem("runtime_outdated", `${value}; needs ${NODE_MIN.join(".")}`) : ok(value);
  },
};

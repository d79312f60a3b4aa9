// What the status page says, if one is configured.
import { classifyThrown } from "../../core/failures.ts";
import { ok, skip, warn } from "../finding.ts";
import type { Check } from "./check.ts";

const TEXT_CHARS_MAX = 200_000;
const TROUBLE =
  /"indicator"\s*:\s*"(minor|major|critical)"|"status"\s*:\s*"(down|degraded|outage)/i;

export const statusPage: Check = {
  id: "status-page",
  group: "Gateway",
  title: "Status page",
  needs: [],
  online: true,
  async run({ world, target, signal }) {
    if (!target.statusPage) return skip("none is configured");
    try {
      const response = await world.fetchVia(target.proxy)(target.statusPage, { signal });
      const text = (await response.text()).slice(0, TEXT_CHARS_MAX);
      const word = TROUBLE.exec(text);
      return word
        ? warn("status_page_trouble", word[1] ?? word[2] ?? "trouble")
        : ok(`${response.status}, no trouble told`);
    } catch (error) {
      return skip(`it cannot be read: ${classifyThrown(error).message}`);
    }
  },
};

// The fault `dns`.
import { refusal } from "../refusals.ts";
import { refused } from "../reply.ts";
import type { Fault } from "./fault.ts";

export const dns: Fault = {
  word: "dns",
  does: "Does not resolve the host name; on a socket the connection is broken at once.",
  takes: { words: ["again"] },
  example: "dns · dns again",
  reply: ({ words }) => refused(refusal(words.includes("again") ? "EAI_AGAIN" : "ENOTFOUND")),
};

// The fault `network`.
import { REFUSAL_CODES, refusal } from "../refusals.ts";
import { refused } from "../reply.ts";
import { afterChunks, type Fault } from "./fault.ts";

export const network: Fault = {
  word: "network",
  does: "Fails with a code of the platform, before the answer or in it; on a socket the connection is broken.",
  takes: { words: REFUSAL_CODES, after: "chunks", described: "CODE, after N chunks" },
  example: "network ETIMEDOUT · network UND_ERR_BODY_TIMEOUT after 2 chunks",
  reply: ({ after, words }) =>
    after === undefined ? refused(refusal(words[0] ?? "ECONNRESET")) : undefined,
  items(items, { after = 0, words }) {
    const as = refusal(words[0] ?? "ECONNRESET");
    return [...items.slice(0, afterChunks(items, after)), { kind: "stop", how: "reset", as }];
  },
};

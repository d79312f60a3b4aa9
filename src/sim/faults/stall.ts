// The fault `stall`.
import type { Item } from "../reply.ts";
import type { Fault } from "./fault.ts";
import { afterChunks } from "./fault.ts";

const BEAT_MS = 5_000;
/** As long as any client's patience. */
const PRETEND_MS = 30 * 60_000;

export const stall: Fault = {
  word: "stall",
  does: "Falls silent, for good or for a while; with `comments` or `usage` it only pretends to live.",
  example: "stall after 3 chunks · stall after 2 chunks for 6s · stall comments · stall usage",
  items(items, { after = 2, ms, words }) {
    const at = afterChunks(items, after);
    const quiet: Item[] = [];
    const usage = items.slice(0, at).findLast((item) => item.kind === "chunk");
    if (words.includes("comments") || words.includes("usage")) {
      for (let waited = 0; waited < (ms ?? PRETEND_MS); waited += BEAT_MS) {
        quiet.push({ kind: "wait", ms: BEAT_MS });
        if (words.includes("comments") || usage?.kind !== "chunk")
          quiet.push({ kind: "comment", text: "keep-alive" });
        else
          quiet.push({ kind: "chunk", chunk: { usageMetadata: usage.chunk.usageMetadata ?? {} } });
      }
    } else if (ms !== undefined) quiet.push({ kind: "wait", ms });
    if (ms === undefined) return [...items.slice(0, at), ...quiet, { kind: "stop", how: "hang" }];
    return [...items.slice(0, at), ...quiet, ...items.slice(at)];
  },
};

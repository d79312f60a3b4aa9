// The fault `stall`.
import type { Item } from "../reply.ts";
import { afterChunks, type Fault } from "./fault.ts";

const BEAT_MS = 5_000;
/** As long as any client's patience. */
const PRETEND_MS = 30 * 60_000;
const BEATS_MAX = 1_000;

export const stall: Fault = {
  word: "stall",
  does: "Falls silent, for good or for a while; with `comments` or `usage` it pretends to live by sending keep-alives, or the same usage again.",
  takes: { after: "chunks", duration: "for", words: ["comments", "usage"] },
  example: "stall after 3 chunks · stall after 2 chunks for 6s · stall usage after 1 chunk",
  items(items, { after = 2, ms, words }) {
    const at = afterChunks(items, after);
    const said = items.slice(0, at);
    const last = said.findLast((item) => item.kind === "chunk");
    const usage = words.includes("usage") && last?.kind === "chunk" ? last.chunk : undefined;
    const quiet: Item[] = [];
    if (words.length > 0) {
      const beats = Math.min(BEATS_MAX, (ms ?? PRETEND_MS) / BEAT_MS);
      for (let i = 0; i < beats; i += 1) {
        quiet.push({ kind: "wait", ms: BEAT_MS });
        if (usage)
          quiet.push({ kind: "chunk", chunk: { usageMetadata: usage.usageMetadata ?? {} } });
        else quiet.push({ kind: "comment", text: "keep-alive" });
      }
    } else if (ms !== undefined) quiet.push({ kind: "wait", ms });
    if (ms === undefined) return [...said, ...quiet, { kind: "stop", how: "hang" }];
    return [...said, ...quiet, ...items.slice(at)];
  },
};

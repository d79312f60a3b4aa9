// The fault `repeat`.
import type { Item } from "../reply.ts";
import { afterChunks, type Fault } from "./fault.ts";

const TIMES_MAX = 10_000;

export const repeat: Fault = {
  word: "repeat",
  does: "Sends the usage of a chunk again as a chunk of its own, so many times.",
  takes: { after: "chunks", numbers: 1, described: "TIMES, after N chunks" },
  example: "repeat after 2 chunks · repeat 5 after 2 chunks",
  items(items, { after = 2, numbers }) {
    const at = afterChunks(items, after);
    const last = items.slice(0, at).findLast((item) => item.kind === "chunk");
    if (last?.kind !== "chunk") return items;
    const usageMetadata = last.chunk.usageMetadata ?? {};
    const times = Math.min(TIMES_MAX, numbers[0] ?? 1);
    const again = Array.from(
      { length: times },
      (): Item => ({ kind: "chunk", chunk: { usageMetadata } }),
    );
    return [...items.slice(0, at), ...again, ...items.slice(at)];
  },
};

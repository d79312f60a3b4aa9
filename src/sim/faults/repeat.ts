// The fault `repeat`.

import type { Fault } from "./fault.ts";
import { afterChunks } from "./fault.ts";

export const repeat: Fault = {
  word: "repeat",
  does: "Sends the usage of a chunk again as a chunk of its own.",
  example: "repeat after 2 chunks · repeat 5 after 2 chunks",
  items(items, { after = 2, numbers }) {
    const at = afterChunks(items, after);
    const last = items.slice(0, at).findLast((item) => item.kind === "chunk");
    if (last?.kind !== "chunk") return items;
    const again = {
      kind: "chunk",
      chunk: { usageMetadata: last.chunk.usageMetadata ?? {} },
    } as const;
    return [
      ...items.slice(0, at),
      ...Array.from({ length: numbers[0] ?? 1 }, () => again),
      ...items.slice(at),
    ];
  },
};

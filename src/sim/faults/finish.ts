// The fault `finish`.

import type { Fault } from "./fault.ts";
import { afterChunks } from "./fault.ts";

export const finish: Fault = {
  word: "finish",
  does: "Ends the answer early with any finish reason; after 0 chunks it has no text.",
  example: "finish SAFETY after 2 chunks · finish OTHER after 0 chunks",
  items(items, { after = 2, words }) {
    const at = afterChunks(items, after);
    const known = items.find((item) => item.kind === "chunk");
    const usage = known?.kind === "chunk" ? known.chunk.usageMetadata : undefined;
    const end = {
      candidates: [{ content: { role: "model" }, finishReason: words[0] ?? "OTHER", index: 0 }],
      ...(usage && { usageMetadata: usage }),
    };
    return [...items.slice(0, at), { kind: "chunk", chunk: end }];
  },
};

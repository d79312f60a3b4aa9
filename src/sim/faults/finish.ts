// The fault `finish`.
import { afterChunks, type Fault } from "./fault.ts";

export const finish: Fault = {
  word: "finish",
  does: "Ends the answer early with any finish reason, known or not; after 0 chunks it has no text.",
  takes: { after: "chunks", words: /^[A-Z][A-Z_]*$/, described: "REASON, after N chunks" },
  example: "finish SAFETY after 2 chunks · finish OTHER after 0 chunks · finish SOME_NEW_WORD",
  items(items, { after = 2, words }) {
    const known = items.find((item) => item.kind === "chunk");
    const { candidates: _, ...around } = known?.kind === "chunk" ? known.chunk : {};
    const end = { content: { role: "model" }, finishReason: words[0] ?? "OTHER", index: 0 };
    const kept = items.slice(0, afterChunks(items, after));
    return [...kept, { kind: "chunk", chunk: { candidates: [end], ...around } }];
  },
};

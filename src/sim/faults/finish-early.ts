// The fault `finish-early`.
import type { Item } from "../reply.ts";
import type { Fault } from "./fault.ts";

export const finishEarly: Fault = {
  word: "finish-early",
  does: "Says STOP before the content: in an empty first chunk, or `always`, on every chunk.",
  takes: { words: ["always"] },
  example: "finish-early · finish-early always",
  items(items, { words }) {
    if (words.includes("always")) return items.map(finished);
    const first = items.find((item) => item.kind === "chunk");
    if (first?.kind !== "chunk") return items;
    const empty = { content: { parts: [], role: "model" }, finishReason: "STOP", index: 0 };
    return [{ kind: "chunk", chunk: { ...first.chunk, candidates: [empty] } }, ...items];
  },
};

function finished(item: Item): Item {
  if (item.kind !== "chunk" || !item.chunk.candidates) return item;
  const candidates = item.chunk.candidates.map((one) => ({
    ...one,
    finishReason: one.finishReason ?? "STOP",
  }));
  return { kind: "chunk", chunk: { ...item.chunk, candidates } };
}

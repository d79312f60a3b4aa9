// The fault `finish-early`.
import type { Fault } from "./fault.ts";

export const finishEarly: Fault = {
  word: "finish-early",
  does: "Says STOP before the content: in an empty first chunk, or on every chunk.",
  example: "finish-early · finish-early always",
  items(items, { words }) {
    const first = items.find((item) => item.kind === "chunk");
    if (first?.kind !== "chunk") return items;
    if (words.includes("always")) {
      return items.map((item) => {
        if (item.kind !== "chunk") return item;
        const candidates = item.chunk.candidates?.map((one) => ({
          ...one,
          finishReason: one.finishReason ?? "STOP",
        }));
        return { kind: "chunk", chunk: { ...item.chunk, ...(candidates && { candidates }) } };
      });
    }
    const content = { parts: [], role: "model" };
    return [
      {
        kind: "chunk",
        chunk: { ...first.chunk, candidates: [{ content, finishReason: "STOP", index: 0 }] },
      },
      ...items,
    ];
  },
};

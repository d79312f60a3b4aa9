// The fault `block`.
import type { Fault } from "./fault.ts";

export const block: Fault = {
  word: "block",
  does: "Blocks the prompt: one event without candidates.",
  takes: { words: /^[A-Z][A-Z_]*$/, described: "REASON" },
  example: "block · block SAFETY",
  items(_items, { words }) {
    const promptFeedback = { blockReason: words[0] ?? "PROHIBITED_CONTENT" };
    const usageMetadata = { promptTokenCount: 9, totalTokenCount: 9 };
    return [{ kind: "chunk", chunk: { promptFeedback, usageMetadata } }];
  },
};

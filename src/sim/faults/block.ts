// The fault `block`.
import type { Fault } from "./fault.ts";

export const block: Fault = {
  word: "block",
  does: "Blocks the prompt: one event without candidates.",
  example: "block · block SAFETY",
  items(_items, { words }) {
    const blockReason = words[0] ?? "PROHIBITED_CONTENT";
    return [
      {
        kind: "chunk",
        chunk: {
          promptFeedback: { blockReason },
          usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 },
        },
      },
    ];
  },
};

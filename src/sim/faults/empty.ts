// The fault `empty`.
import type { Fault } from "./fault.ts";

export const empty: Fault = {
  word: "empty",
  does: "Answers 200 with nothing in it, with only keep-alives, or with only usage.",
  takes: { words: ["comments", "usage"] },
  example: "empty · empty comments · empty usage",
  items(_items, { words }) {
    if (words.includes("comments")) return [{ kind: "comment", text: "keep-alive" }];
    if (!words.includes("usage")) return [];
    const usageMetadata = { promptTokenCount: 5, totalTokenCount: 5 };
    return [{ kind: "chunk", chunk: { usageMetadata } }];
  },
};

// The fault `huge`.

import type { Fault } from "./fault.ts";
import { afterChunks } from "./fault.ts";

const MIB_MAX = 128;

export const huge: Fault = {
  word: "huge",
  does: "Puts one event of that many MiB into the stream.",
  example: "huge 8",
  items(items, { after = 1, numbers }) {
    const data = "A".repeat(Math.min(MIB_MAX, numbers[0] ?? 1) * 1024 * 1024);
    const content = { parts: [{ inlineData: { mimeType: "image/png", data } }], role: "model" };
    const at = afterChunks(items, after);
    return [
      ...items.slice(0, at),
      { kind: "chunk", chunk: { candidates: [{ content, index: 0 }] } },
      ...items.slice(at),
    ];
  },
};

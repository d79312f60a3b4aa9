// The fault `huge`.
import { afterChunks, type Fault } from "./fault.ts";

const MIB = 1024 * 1024;
const MIB_MAX = 128;

export const huge: Fault = {
  word: "huge",
  does: "Puts one event of that many MiB into the stream, a picture.",
  takes: { after: "chunks", numbers: 1, described: "MIB, after N chunks" },
  example: "huge 8 · huge 64 after 2 chunks",
  items(items, { after = 1, numbers }) {
    const data = "A".repeat(Math.min(MIB_MAX, numbers[0] ?? 1) * MIB);
    const content = { parts: [{ inlineData: { mimeType: "image/png", data } }], role: "model" };
    const at = afterChunks(items, after);
    const chunk = { candidates: [{ content, index: 0 }] };
    return [...items.slice(0, at), { kind: "chunk", chunk }, ...items.slice(at)];
  },
};

// The fault `no-finish`.
import type { Fault } from "./fault.ts";

export const noFinish: Fault = {
  word: "no-finish",
  does: "Sends the whole answer, but no finish reason.",
  example: "no-finish",
  items(items) {
    return items.map((item) => {
      if (item.kind !== "chunk") return item;
      const candidates = item.chunk.candidates?.map(({ finishReason: _, ...rest }) => rest);
      return { kind: "chunk", chunk: { ...item.chunk, ...(candidates && { candidates }) } };
    });
  },
};

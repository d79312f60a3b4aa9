// The fault `no-finish`.
import type { Item } from "../reply.ts";
import type { Fault } from "./fault.ts";

export const noFinish: Fault = {
  word: "no-finish",
  does: "Sends the whole answer, but no finish reason.",
  takes: {},
  example: "no-finish",
  items: (items) => items.map(withoutFinish),
};

function withoutFinish(item: Item): Item {
  if (item.kind !== "chunk" || !item.chunk.candidates) return item;
  const candidates = item.chunk.candidates.map(({ finishReason: _, ...rest }) => rest);
  return { kind: "chunk", chunk: { ...item.chunk, candidates } };
}

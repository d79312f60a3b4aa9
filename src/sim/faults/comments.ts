// The fault `comments`.
import type { Item } from "../reply.ts";
import type { Fault } from "./fault.ts";

export const comments: Fault = {
  word: "comments",
  does: "Puts keep-alive comments before the events.",
  takes: {},
  example: "comments",
  items: (items) =>
    items.flatMap((item): Item[] =>
      item.kind === "chunk" ? [{ kind: "comment", text: "keep-alive" }, item] : [item],
    ),
};

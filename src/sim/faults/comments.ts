// The fault `comments`.
import type { Item } from "../reply.ts";
import type { Fault } from "./fault.ts";

export const comments: Fault = {
  word: "comments",
  does: "Puts keep-alive comments between the events.",
  example: "comments",
  items: (items) =>
    items.flatMap((item): Item[] => [{ kind: "comment", text: "keep-alive" }, item]),
};

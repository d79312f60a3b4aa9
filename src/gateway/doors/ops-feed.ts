// The source of the operations page: one connection that brings everything once and then what changed,
// and one stream in full. For operators only.
import { encodeNamed } from "../../wire/index.ts";
import type { ExtraRoute } from "../gateway.ts";
import { Refusal } from "../refusal.ts";
import { type Feed, WATCHERS_MAX } from "../watch/feed/feed.ts";
import { retold } from "../watch/feed/retold.ts";
import { answerHeaders, type Guest, type House } from "./door.ts";
import { json } from "./ops.ts";

const ID = /^[\w-]{1,100}$/;

/** The routes that the operations page reads. */
export function opsFeedRoutes(feed: Feed): ExtraRoute[] {
  return [
    { method: "GET", pattern: "/ops/feed", run: (guest) => sendFeed(guest, feed) },
    {
      method: "GET",
      pattern: "/ops/streams/:id",
      run: (guest, house) => sendStream(guest, house, feed),
    },
  ];
}

function sendFeed(guest: Guest, feed: Feed): void {
  onlyOperators(guest);
  const { exchange, requestId, onAnswered } = guest;
  // Whoever does not keep up is told nothing until there is room, and then everything anew.
  let isBehind = false;
  const write = (event: string, data: string) => {
    if (outlet.write(encodeNamed(event, data))) return;
    isBehind = true;
    outlet.onDrain(() => {
      isBehind = false;
      write("snapshot", JSON.stringify(feed.snapshot()));
    });
  };
  const leave = feed.subscribe((delta) => {
    if (!isBehind) write("delta", delta);
  });
  if (!leave)
    throw new Refusal("gateway_overloaded", `${WATCHERS_MAX} pages watch already.`, 10_000);
  exchange.onLeave(leave);
  onAnswered(200);
  const outlet = exchange.open(200, {
    ...answerHeaders(requestId),
    "content-type": "text/event-stream",
  });
  write("snapshot", JSON.stringify(feed.snapshot()));
}

async function sendStream(guest: Guest, { log }: House, feed: Feed): Promise<void> {
  onlyOperators(guest);
  const { id = "" } = guest.params;
  const known = feed.detail(id);
  if (known) return json(guest, 200, known);
  const head = ID.test(id) ? await log.head(id) : undefined;
  const detail = head && (await retold(log, head));
  if (!detail) throw new Refusal("stream_not_found");
  json(guest, 200, detail);
}

function onlyOperators({ client }: Guest): void {
  if (!client.operator)
    throw new Refusal(
      "permission_denied",
      "The operations page is for operators; use an operator's token.",
    );
}

// A stream that the feed does not know any more, or never did: told again from its log.
import { isTerminal, type StreamEvent } from "../../../core/index.ts";
import type { Head, StreamLog } from "../../../store/index.ts";
import type { StreamDetail } from "./shape.ts";
import { Tracked } from "./tracked.ts";

const PAGE_BYTES = 256 * 1024;

export async function retold(log: StreamLog, head: Head): Promise<StreamDetail | undefined> {
  const { id, client, model, door, startedAtMs } = head;
  const info = { id, requestId: "", client, model, door, startedAtMs, takenOver: false };
  const one = new Tracked(0, info, false);
  for (let after = -1; ; ) {
    const page = await log.read(id, after, PAGE_BYTES);
    const last = page?.entries.at(-1);
    if (!page) return undefined;
    if (!last) return one.waterfall.detail(one.row);
    for (const { json } of page.entries) {
      const event = JSON.parse(json) as StreamEvent;
      if (isTerminal(event)) one.row.now.state = one.end(event);
      else one.take(event);
    }
    after = last.seq;
  }
}

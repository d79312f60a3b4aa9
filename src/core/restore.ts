// A stream's life, made again from the events it left in a log. The attempt that was under way then is
// lost with the process that made it; everything that was told stays told.
import type { GeminiUsage } from "../wire/index.ts";
import { type AttemptRecord, isTerminal, type StreamEvent } from "./event.ts";
import { Life } from "./life.ts";

/** A stream's life, made again from its own events, for a stream that goes on elsewhere. */
export function restore(events: Iterable<StreamEvent>, ageMs: number): Life {
  const life = new Life();
  let usage: GeminiUsage | undefined;
  let record: AttemptRecord | undefined;
  for (const event of events) {
    if (event.seq < life.seq) continue;
    life.seq = event.seq + 1;
    life.ageMs = Math.max(life.ageMs, event.t);
    if (isTerminal(event))
      throw new TypeError("This stream has ended; there is nothing to go on with.");
    if (event.type === "attempt") {
      if (record) life.usages.push(usage);
      usage = undefined;
      const { n, reason, how, t } = event;
      record = { n, reason, how, startMs: t, chunks: 0 };
      life.records.push(record);
    } else if (event.type === "chunk") {
      life.delivered.add(event.chunk);
      usage = event.chunk.usageMetadata ?? usage;
      const token = event.chunk.candidates?.[0]?.continuationToken;
      if (token) life.checkpoint = { token, offset: life.delivered.text.length };
      if (record) {
        record.firstByteMs ??= event.t;
        record.chunks += 1;
      }
    } else if (event.type === "first") {
      life.firsts.add(event.kind);
      if (event.kind === "text") life.ttftMs = event.t;
    } else if (event.type === "splice") {
      const { seq: _seq, t: _t, type: _type, ...splice } = event;
      life.splices.push(splice);
    } else if (event.type === "failure" && record) {
      const { failure, verdict, delayMs } = event;
      Object.assign(record, { failure, verdict, endMs: event.t });
      if (delayMs !== undefined) record.delayMs = delayMs;
      if (verdict === "retry") life.retried = true;
      if (verdict === "resume") life.recovered = true;
    }
  }
  if (record) {
    life.usages.push(usage);
    record.endMs ??= life.ageMs;
  }
  life.ageMs = Math.max(life.ageMs, ageMs);
  return life;
}

// What happened to one stream, in order and in words: the waterfall's twin that can be read and copied.
import type { StreamDetail } from "../../gateway/index.ts";
import { count, ms } from "./words.ts";

export interface Happening {
  t: number;
  what: string;
  detail: string;
}

export function happeningsOf(detail: StreamDetail): Happening[] {
  const { firsts, attempts, stalls, splices, readers, end } = detail;
  const all: Happening[] = [];
  const say = (t: number | undefined, what: string, said = "") => {
    if (t !== undefined) all.push({ t, what, detail: said });
  };
  say(firsts.byte, "first byte");
  say(firsts.thought, "first thought");
  say(firsts.text, "first text");
  for (const { n, reason, how, startMs, endMs, chunks, failure } of attempts) {
    say(startMs, `attempt ${n}`, n === 1 ? "" : `${reason}, ${how}`);
    if (!failure) continue;
    const wait = failure.delayMs !== undefined ? `, after ${ms(failure.delayMs)}` : "";
    const source = failure.delaySource ? ` (${failure.delaySource})` : "";
    const status = failure.httpStatus ? ` ${failure.httpStatus}` : "";
    const why = failure.notResumed ? `; not gone on with: ${failure.notResumed}` : "";
    say(
      endMs,
      `failure → ${failure.verdict}`,
      `${failure.code}${status}: ${failure.message} · ${count(chunks)} chunks${wait}${source}${why}`,
    );
  }
  for (const { t, silentMs, thresholdMs } of stalls)
    say(t, "stall", `silent for ${ms(silentMs)}; told after ${ms(thresholdMs)}`);
  for (const { t, kept, dropped, confidence, cause } of splices)
    say(
      t,
      "splice",
      `${count(kept)} characters kept, ${count(dropped)} repeated ones dropped, ${confidence} · ${cause}`,
    );
  for (const { t, what, after } of readers)
    say(t, `reader ${what}`, after >= 0 ? `after event ${after}` : "from the beginning");
  if (end)
    say(
      end.t,
      end.outcome,
      [end.finishReason, `${count(end.chars)} characters`].filter(Boolean).join(", "),
    );
  return all.sort((a, b) => a.t - b.t);
}

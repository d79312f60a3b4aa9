// How text is handed out: as it comes, by word, sentence or line, at most every so often, or at a
// typewriter's rate that catches up when it falls behind. Nothing is held past the end of the text.
import { type Clock, wait } from "./clock.ts";
import { WINDOW_BYTES, Window } from "./window.ts";

/** How `text()` hands out text. */
export type Pace =
  | "token"
  | "word"
  | "sentence"
  | "line"
  | { everyMs: number }
  | { charsPerSecond: number };

/** Text without any boundary is handed out in pieces of this size all the same. */
const HELD_CHARS_MAX = 2_000;
/** A typewriter shows all that waits within this time, however slow its rate. */
const CATCH_UP_MS = 2_000;
const TICK_MS = 33;

/** Hands out the same text at another pace; nothing is added or lost. */
export function paced(
  source: AsyncIterable<string>,
  pace: Pace,
  clock: Clock,
): AsyncIterable<string> {
  if (pace === "token") return source;
  if (typeof pace === "string") return byBoundary(source, pace);
  return byTime(source, pace, clock);
}

async function* byBoundary(
  source: AsyncIterable<string>,
  pace: "word" | "sentence" | "line",
): AsyncGenerator<string> {
  let held = "";
  try {
    for await (const text of source) {
      held += text;
      const ready = readyChars(held, pace);
      if (ready === 0) continue;
      yield held.slice(0, ready);
      held = held.slice(ready);
    }
  } catch (error) {
    if (held !== "") yield held;
    throw error;
  }
  if (held !== "") yield held;
}

/** How much of the text is sure to be whole: its last segment may still grow. */
export function readyChars(text: string, pace: "word" | "sentence" | "line"): number {
  if (pace === "line") {
    const line = text.lastIndexOf("\n") + 1;
    return line > 0 || text.length < HELD_CHARS_MAX ? line : lastStart(text, "grapheme");
  }
  const start = lastStart(text, pace);
  if (start > 0 || text.length < HELD_CHARS_MAX) return start;
  return lastStart(text, "word") || lastStart(text, "grapheme");
}

const segmenters = new Map<string, Intl.Segmenter>();

function segmenter(granularity: "word" | "sentence" | "grapheme"): Intl.Segmenter {
  const known = segmenters.get(granularity) ?? new Intl.Segmenter(undefined, { granularity });
  segmenters.set(granularity, known);
  return known;
}

/** Where the last segment begins. */
function lastStart(text: string, granularity: "word" | "sentence" | "grapheme"): number {
  if (text === "") return 0;
  const segments = segmenter(granularity).segment(text);
  return segments.containing(text.length - 1)?.index ?? 0;
}

async function* byTime(
  source: AsyncIterable<string>,
  pace: { everyMs: number } | { charsPerSecond: number },
  clock: Clock,
): AsyncGenerator<string> {
  const window = new Window<string>(WINDOW_BYTES, (text) => text.length * 2);
  const halt = new AbortController();
  const filling = fill(source, window, halt);
  const tickMs = "everyMs" in pace ? pace.everyMs : TICK_MS;
  let held = "";
  try {
    for (;;) {
      if (held === "" || !window.isEmpty) {
        const items = await window.take();
        if (!items) break;
        held += items.join("");
      }
      const ended = window.isEnded && window.isEmpty;
      const size = ended ? held.length : portion(held, pace, tickMs);
      if (size > 0) yield held.slice(0, size);
      held = held.slice(size);
      if (!ended) await wait(clock, tickMs, halt.signal);
      else if (held === "" && window.isEmpty) break;
    }
    await filling.finished;
  } finally {
    if (held !== "") held = "";
    await filling.stop();
  }
}

function portion(
  held: string,
  pace: { everyMs: number } | { charsPerSecond: number },
  tickMs: number,
): number {
  if ("everyMs" in pace) return lastStart(held, "grapheme");
  const rate = Math.max(
    (pace.charsPerSecond * tickMs) / 1000,
    (held.length * tickMs) / CATCH_UP_MS,
  );
  const want = Math.max(1, Math.round(rate));
  if (want >= held.length) return lastStart(held, "grapheme");
  const next = segmenter("grapheme").segment(held).containing(want)?.index ?? want;
  return next > 0 ? next : lastStart(held, "grapheme");
}

/** Reads ahead as far as the window allows; the halt signal fires at the end, to flush at once. */
function fill(source: AsyncIterable<string>, window: Window<string>, halt: AbortController) {
  const iterator = source[Symbol.asyncIterator]();
  let failure: { error: unknown } | undefined;
  const pump = (async () => {
    try {
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) break;
        await window.put(value);
      }
    } catch (error) {
      failure = { error };
    }
    window.end();
    halt.abort();
  })();
  return {
    /** Throws what the source threw, once all text before it was handed out. */
    finished: pump.then(() => {
      if (failure) throw failure.error;
    }),
    async stop() {
      window.end();
      halt.abort();
      await iterator.return?.();
    },
  };
}

// Joins the text of a new attempt to delivered text. It finds how much of the new text repeats what
// the reader has, and refuses a text that is not the continuation it should be. It never guesses:
// when nothing proves the join, it says so.
import type { Confidence } from "./event.ts";

/** Tail of the delivered text in which an overlap is looked for. */
const TAIL_CHARS_MAX = 4_000;
/** Shortest repetition taken for one; shorter ones happen by themselves. */
const OVERLAP_CHARS_MIN = 20;
const OVERLAP_DISTINCT_MIN = 6;
const WHOLE_DISTINCT_MIN = 3;
/** From here on a text that began like the answer is a new start, not a chance likeness. */
const RESTART_CHARS_MIN = 32;
const ANCHOR_CHARS = 48;
const ANCHOR_CHARS_MAX = 240;

export type Join =
  | { type: "hold" }
  /** `drop` characters of the new attempt repeat delivered text or lead up to it. */
  | { type: "joined"; drop: number; confidence: Confidence }
  | { type: "diverged" };

const HOLD: Join = { type: "hold" };
const DIVERGED: Join = { type: "diverged" };

/** Judges the text of a new attempt as it grows. */
export interface Joiner {
  /** `text` is all text of the attempt so far; `ended` says that no more will come. */
  judge(text: string, ended: boolean): Join;
}

/** A fresh start: nothing was delivered that could stand twice. */
export const FRESH: Joiner = {
  judge: () => ({ type: "joined", drop: 0, confidence: "exact" }),
};

/** The last words delivered, long enough to occur only once near the end. */
export function anchorOf(delivered: string): string {
  const text = solid(delivered);
  const tail = text.slice(-TAIL_CHARS_MAX);
  for (let size = ANCHOR_CHARS; size < ANCHOR_CHARS_MAX; size += ANCHOR_CHARS) {
    const anchor = wordStart(text, size);
    if (tail.indexOf(anchor) === tail.length - anchor.length) return anchor;
  }
  return wordStart(text, ANCHOR_CHARS_MAX);
}

/** Without trailing space, and without half of a surrogate pair. */
function solid(text: string): string {
  const whole = /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
  return whole.trimEnd();
}

function wordStart(text: string, size: number): string {
  if (text.length <= size) return text.trimStart();
  const from = text.length - size;
  const space = text.slice(from, from + size / 2).search(/\s\S/);
  const start = space === -1 ? from : from + space + 1;
  return text.slice(/[\udc00-\udfff]/.test(text[start] ?? "") ? start + 1 : start);
}

/**
 * The attempt must repeat everything from `from` on; only what goes beyond is new. A server that does
 * not know the token it was given begins anew: that shows in its first words.
 */
export function matchJoiner(delivered: string, from: number): Joiner {
  const expected = delivered.slice(from);
  let matched = 0;
  return {
    judge(text, ended) {
      if (from > 0 && !ended && text.length < RESTART_CHARS_MIN) return HOLD;
      if (from > 0 && restarts(delivered, text)) return DIVERGED;
      const until = Math.min(text.length, expected.length);
      if (text.slice(matched, until) !== expected.slice(matched, until)) return DIVERGED;
      matched = until;
      if (matched === expected.length) return joined(matched, "exact");
      return ended ? DIVERGED : HOLD;
    },
  };
}

/** The attempt was asked to begin with the last delivered words: they prove the continuation. */
export function anchorJoiner(delivered: string, anchor: string): Joiner {
  return overlapJoiner(delivered, anchor.length);
}

/** The attempt should go on literally; a model may repeat some of the end all the same. */
export function prefillJoiner(delivered: string): Joiner {
  return overlapJoiner(delivered, undefined);
}

function overlapJoiner(delivered: string, anchorChars: number | undefined): Joiner {
  const base = solid(delivered);
  const rest = delivered.slice(base.length);
  const inFence = (delivered.match(/^\s*```/gm) ?? []).length % 2 === 1;
  return {
    judge(text, ended) {
      const lead = leadOf(text, inFence, anchorChars !== undefined, ended);
      if (lead === undefined) return HOLD;
      const body = text.slice(lead);
      const { overlap, open } = repetition(base, body, anchorChars);
      if (open && !ended) return HOLD;
      if (overlap > 0) return settle(body, overlap, rest, lead, ended);
      if (anchorChars !== undefined || restarts(base, body)) return DIVERGED;
      return joined(lead, lead > 0 ? "fuzzy" : "exact");
    },
  };
}

/** Length of what may stand before a repetition: space, and a code fence opened once more. */
function leadOf(text: string, inFence: boolean, anchored: boolean, ended: boolean) {
  if (!ended && !/\S/.test(text)) return undefined;
  const space = /^\s*/.exec(text)?.[0].length ?? 0;
  if (inFence && text.startsWith("`", space)) {
    if (!ended && /^\s*`{1,3}[\w+#-]*$/.test(text)) return undefined;
    // With a language it opens; without one, only an anchor after it tells it from a closing fence.
    const fence = (anchored ? /^\s*```[\w+#-]*\n/ : /^\s*```[\w+#-]+\n/).exec(text);
    if (fence) return fence[0].length;
  }
  return anchored ? space : 0;
}

/** How much of `base`'s end stands again at the start of `body`, and whether that may still grow. */
function repetition(base: string, body: string, anchorChars: number | undefined) {
  const first = body.slice(0, 1);
  let overlap = 0;
  let open = first === "";
  const tail = Math.max(0, base.length - TAIL_CHARS_MAX);
  const starts = tail > 0 && restarts(base, body) ? [0] : [];
  let at = first === "" ? -1 : base.indexOf(first, tail);
  for (; at !== -1; at = base.indexOf(first, at + 1)) starts.push(at);
  for (const start of starts) {
    const repeated = base.slice(start, start + body.length);
    if (!body.startsWith(repeated)) continue;
    if (start + body.length < base.length) open = true;
    else if (proves(repeated, base, anchorChars)) {
      overlap = repeated.length;
      break;
    }
  }
  // An anchor occurs once, so a longer repetition need not be waited for.
  if (overlap > 0 && anchorChars !== undefined) open = false;
  return { overlap, open };
}

function proves(repeated: string, base: string, anchorChars: number | undefined): boolean {
  if (anchorChars !== undefined) return repeated.length >= anchorChars;
  const distinct = new Set(repeated).size;
  // All of a short text again is a new start, where a few of its last words may be chance.
  if (repeated.length === base.length && distinct >= WHOLE_DISTINCT_MIN) return true;
  return repeated.length >= OVERLAP_CHARS_MIN && distinct >= OVERLAP_DISTINCT_MIN;
}

/** The text begins as the whole answer did, so it is a new start. */
function restarts(base: string, body: string): boolean {
  if (body.length < RESTART_CHARS_MIN) return false;
  return base.startsWith(body.slice(0, RESTART_CHARS_MIN));
}

/** The space after the repetition: the reader may have had it already. */
function settle(body: string, overlap: number, rest: string, lead: number, ended: boolean): Join {
  const after = body.slice(overlap, overlap + rest.length);
  const soFar = rest.startsWith(after);
  if (after.length < rest.length && soFar && !ended) return HOLD;
  if (soFar) return joined(lead + overlap + after.length, "exact");
  const space = /^\s*/.exec(body.slice(overlap))?.[0].length ?? 0;
  return joined(lead + overlap + space, "fuzzy");
}

function joined(drop: number, confidence: Confidence): Join {
  return { type: "joined", drop, confidence };
}

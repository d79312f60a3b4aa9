// The newest entries of a live stream, as text lines: in memory until they fill a page. The same lines
// stand in pages and in the journal.
import type { Entry } from "./log.ts";

export interface Tail {
  entries: Entry[];
  chars: number;
  /** The commit that holds the first of these entries, and how much was written before it. */
  journalFrom: number;
  journalCharsFrom: number;
}

export function emptyTail(): Tail {
  return { entries: [], chars: 0, journalFrom: 0, journalCharsFrom: 0 };
}

export function packEntries(entries: readonly Entry[]): string {
  let text = "";
  for (const { seq, type, json } of entries) text += `${seq} ${type} ${json}\n`;
  return text;
}

/** Lines → entries with `seq > after`. */
export function unpackEntries(body: string, after: number): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf("\n", at);
    if (end < 0) break;
    const first = body.indexOf(" ", at);
    const second = body.indexOf(" ", first + 1);
    const seq = Number(body.slice(at, first));
    if (seq > after)
      entries.push({ seq, type: body.slice(first + 1, second), json: body.slice(second + 1, end) });
    at = end + 1;
  }
  return entries;
}

const STREAM_MARK = ">";

/** One commit: the streams it holds, each with its lines. */
export function packCommit(writes: readonly { id: string; entries: readonly Entry[] }[]): string {
  let text = "";
  for (const { id, entries } of writes) text += `${STREAM_MARK}${id}\n${packEntries(entries)}`;
  return text;
}

export function unpackCommit(body: string): { id: string; entries: Entry[] }[] {
  const writes: { id: string; entries: Entry[] }[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf("\n", at);
    if (end < 0) break;
    const line = body.slice(at, end + 1);
    if (line.startsWith(STREAM_MARK)) writes.push({ id: line.slice(1, -1), entries: [] });
    else writes.at(-1)?.entries.push(...unpackEntries(line, -Infinity));
    at = end + 1;
  }
  return writes;
}

/** The place of the first entry with `seq > after`. */
function indexAfter(entries: readonly Entry[], after: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle] as Entry).seq <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Entries after a cursor, up to about `charsMax`, at least one if there is one. */
export function cut(entries: readonly Entry[], after: number, charsMax: number): Entry[] {
  const result: Entry[] = [];
  let chars = 0;
  for (let i = indexAfter(entries, after); i < entries.length; i += 1) {
    const entry = entries[i] as Entry;
    if (chars > 0 && chars + entry.json.length > charsMax) break;
    result.push(entry);
    chars += entry.json.length;
  }
  return result;
}

export function charsOf(entries: readonly Entry[]): number {
  let chars = 0;
  for (const { json } of entries) chars += json.length;
  return chars;
}

/** What goes on after `lastSeq`; what is kept already is passed over. Undefined: something is missing. */
export function goingOn(entries: readonly Entry[], lastSeq: number): readonly Entry[] | undefined {
  const first = entries[0];
  if (!first || first.seq === lastSeq + 1) return entries;
  return first.seq > lastSeq ? undefined : entries.slice(lastSeq + 1 - first.seq);
}

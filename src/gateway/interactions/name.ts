// What a client calls an interaction and the places in it. The name holds Google's own id and the stream
// that keeps the events, so no table of names is needed, and Google's id is there when the log is not.

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MARK = "~";

export interface Name {
  /** Empty where Google keeps nothing. */
  google: string;
  stream: string | undefined;
}

export function nameOf(google: string, stream: string): string {
  return google + MARK + stream;
}

/** Also of what Google calls by itself, and of a stream that Google knows nothing of. */
export function readName(text: string): Name {
  const at = text.lastIndexOf(MARK);
  const stream = text.slice(at + 1);
  if (!UUID.test(stream)) return { google: pathWord(text), stream: undefined };
  return { google: pathWord(text.slice(0, Math.max(0, at))), stream };
}

/** Dots would be a step up in a path. */
function pathWord(google: string): string {
  return /^\.{1,2}$/.test(google) ? "" : google;
}

/** The place of an event: its entry, and which of the events of that entry it is. */
export interface Place {
  seq: number;
  n: number;
  /** The stream, where the interaction's name does not tell it. */
  stream?: string | undefined;
  /** What Google calls the event, or the newest one before it. */
  google?: string | undefined;
}

export const START: Place = Object.freeze({ seq: -1, n: 0 });

export function placeId({ seq, n, stream, google }: Place): string {
  const nth = n === 0 ? "" : `-${n}`;
  const where = stream === undefined ? "" : `@${stream}`;
  return `plx-${seq}${nth}${where}${google === undefined ? "" : MARK + google}`;
}

/** Nothing for an id that is not the gateway's. */
export function readPlace(id: string): Place | undefined {
  const found = /^plx-(\d{1,15})(?:-(\d{1,6}))?(?:@([0-9a-f-]{36}))?(?:~(.*))?$/s.exec(id);
  if (!found) return undefined;
  const [, seq, n = "0", stream, google] = found;
  return { seq: Number(seq), n: Number(n), stream, google };
}

export function isAfter(place: Place, cursor: Place): boolean {
  return place.seq > cursor.seq || (place.seq === cursor.seq && place.n > cursor.n);
}

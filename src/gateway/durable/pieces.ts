// Where the messages of a stream stand: a fork's first ones in the tapes it was made from.
import type { Known, Segment } from "./about.ts";

/** From position `from` to before `to`, in order. */
export function piecesOf(
  { tape, about, tail }: Known,
  from: number,
  to: number = tail,
): readonly Segment[] {
  const all = [...(about.fork?.segments ?? []), { id: tape.id, from: 0, to: tape.length }];
  const pieces: Segment[] = [];
  let at = 0;
  for (const segment of all) {
    const length = segment.to - segment.from;
    const first = Math.max(0, from - at);
    const last = Math.min(length, to - at);
    if (first < last)
      pieces.push({ id: segment.id, from: segment.from + first, to: segment.from + last });
    at += length;
  }
  return pieces;
}

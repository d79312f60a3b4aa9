// Positions ⇄ offsets. A position counts the messages before it; an offset is what clients are given: no
// meaning to them but an order, which is the order of text.
import { Declined } from "./declined.ts";

const DIGITS = 16;
/** The first half may one day tell parts of a stream apart. */
const PART = "0".repeat(DIGITS);
const OFFSET = /^\d{16}_\d{16}$/;

export type Start = "start" | "now" | number;

export function offsetOf(position: number): string {
  return `${PART}_${String(position).padStart(DIGITS, "0")}`;
}

export function positionOf(offset: string): number {
  if (!OFFSET.test(offset)) throw new Declined(400, "offset_invalid", "This is no offset.");
  const position = Number(offset.slice(DIGITS + 1));
  const isMine = offset.startsWith(PART) && Number.isSafeInteger(position);
  return isMine ? position : Number.MAX_SAFE_INTEGER;
}

/** Where a read begins. */
export function startOf(query: URLSearchParams): Start | undefined {
  const [offset, ...more] = query.getAll("offset");
  if (offset === undefined) return undefined;
  if (more.length > 0) throw new Declined(400, "offset_invalid", "There is more than one offset.");
  if (offset === "-1") return "start";
  return offset === "now" ? "now" : positionOf(offset);
}

/** Where a read of a stream with this tail begins. */
export function placeOf(start: Start | undefined, tail: number): number {
  if (start === "now") return tail;
  if (start === undefined || start === "start") return 0;
  // Whoever was further than the stream is now has read another one, or what has been lost.
  if (start > tail)
    throw new Declined(400, "offset_invalid", "The stream does not reach that far.");
  return start;
}

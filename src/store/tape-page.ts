// How much of a tape is read at a time, and how much may be kept.
import type { Allowance, TapeChange } from "./tape.ts";

/** As many messages as fit, at least one if there is one. */
export function cutMessages(messages: Iterable<Uint8Array>, bytesMax: number): Uint8Array[] {
  const page: Uint8Array[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (page.length > 0 && bytes + message.length > bytesMax) break;
    page.push(message);
    bytes += message.length;
  }
  return page;
}

/** What a change adds to its owner's tapes. */
export function added({ seen, next, messages = [] }: TapeChange): Allowance {
  const bytes = messages.reduce((sum, { length }) => sum + length, 0);
  return { tapes: seen === undefined && next ? 1 : 0, bytes: next ? bytes : 0 };
}

/** Whether there is room for it. */
export function roomFor(
  changes: readonly TapeChange[],
  usedBy: (owner: string) => Allowance,
  most: Allowance,
): "many" | "large" | undefined {
  for (const change of changes) {
    const { tapes, bytes } = added(change);
    if (tapes + bytes === 0 || !change.next) continue;
    const used = usedBy(change.next.owner);
    if (tapes > 0 && used.tapes >= most.tapes) return "many";
    if (bytes > 0 && used.bytes + bytes > most.bytes) return "large";
  }
  return undefined;
}

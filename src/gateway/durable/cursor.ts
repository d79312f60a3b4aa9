// A number that changes with time and never goes back, so that caches on the way can share one answer
// among many readers without handing out the same one for ever.
import type { Clock } from "../../core/index.ts";

const INTERVAL_MS = 20_000;
const EPOCH_MS = Date.UTC(2024, 9, 9);
const JITTER_MS = 3_600_000;

/** Always beyond the one that the reader sent. */
export function cursorOf(given: string | null, clock: Pick<Clock, "date" | "random">): string {
  const now = Math.floor((clock.date().getTime() - EPOCH_MS) / INTERVAL_MS);
  const last = given !== null && /^\d{1,15}$/.test(given) ? Number(given) : -1;
  if (last < now) return String(now);
  return String(last + 1 + Math.floor((clock.random() * JITTER_MS) / INTERVAL_MS));
}

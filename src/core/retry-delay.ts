// How long a server says to wait: its details first, then its words, then its headers.

interface RetryDelay {
  retryAfterMs: number;
  delaySource: "details" | "message" | "header";
}

const UNIT_MS: Record<string, number> = {
  ms: 1,
  s: 1e3,
  sec: 1e3,
  second: 1e3,
  m: 6e4,
  min: 6e4,
  minute: 6e4,
  h: 36e5,
  hour: 36e5,
};
const DURATION =
  /(?<![\d.])(\d{1,12}(?:\.\d{1,12})?)\s{0,3}(ms|s|sec|m|min|h|second|minute|hour)s?(?![a-z])/gi;
const WORDED =
  /(?:retry|try again|retrydelay|quotaresetdelay|wait)\b[^0-9]{0,40}?((?:\d{1,12}(?:\.\d{1,12})?\s{0,3}(?:ms|s|sec|m|min|h|second|minute|hour)s?\s{0,3}){1,8})/i;

const DURATION_CHARS_MAX = 200;

/** `1m12.5s`, `900ms`, `34.4s`; a bare number counts as seconds. */
export function durationMs(given: string): number | undefined {
  const text = given.slice(0, DURATION_CHARS_MAX);
  if (/^\s*\d+(\.\d+)?\s*$/.test(text)) return Number(text) * 1000;
  let sum: number | undefined;
  for (const [, amount, unit] of text.matchAll(DURATION)) {
    sum = (sum ?? 0) + Number(amount) * (UNIT_MS[(unit as string).toLowerCase()] ?? 0);
  }
  return sum;
}

/** How long a server says to wait, and where it says so. */
export function retryDelay(seen: {
  details?: readonly unknown[] | undefined;
  message?: string | undefined;
  headers?: { get(name: string): string | null } | undefined;
  nowMs?: number;
}): RetryDelay | undefined {
  for (const detail of seen.details ?? []) {
    const { retryDelay: told, metadata } = (detail ?? {}) as Record<string, unknown>;
    const text = told ?? (metadata as Record<string, unknown> | null | undefined)?.quotaResetDelay;
    const ms = sound(typeof text === "string" ? durationMs(text) : secondsOf(text));
    if (ms !== undefined) return { retryAfterMs: ms, delaySource: "details" };
  }
  const worded = WORDED.exec(seen.message ?? "")?.[1];
  const ms = worded ? sound(durationMs(worded)) : undefined;
  if (ms !== undefined) return { retryAfterMs: ms, delaySource: "message" };
  const header = sound(headerMs(seen.headers, seen.nowMs ?? Date.now()));
  return header === undefined ? undefined : { retryAfterMs: header, delaySource: "header" };
}

/** Servers say anything; a wait is a finite number that is not negative. */
function sound(ms: number | undefined): number | undefined {
  return ms !== undefined && Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

/** A protobuf Duration written out: `{ seconds, nanos }`. */
function secondsOf(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { seconds = 0, nanos = 0, ...rest } = value as { seconds?: unknown; nanos?: unknown };
  if (Object.keys(rest).length === Object.keys(value).length) return undefined;
  if (typeof seconds === "object" || typeof nanos === "object") return undefined;
  return Number(seconds) * 1000 + Number(nanos) / 1e6;
}

function headerMs(
  headers: { get(name: string): string | null } | undefined,
  nowMs: number,
): number | undefined {
  const exact = headers?.get("retry-after-ms");
  if (exact && /^\d+(\.\d+)?$/.test(exact)) return Number(exact);
  const value = headers?.get("retry-after");
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

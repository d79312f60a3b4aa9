// Times, counts and names, in the words that the whole page uses.
import type { LiveState, StreamState } from "../../gateway/index.ts";

export const LIVE = [
  "stalled",
  "recovering",
  "retrying",
  "waiting",
  "thinking",
  "streaming",
] as const satisfies readonly LiveState[];

/** Always in this order and in these colours. */
export const FATES = [
  "completed",
  "completed_after_retry",
  "completed_after_recovery",
  "incomplete",
  "blocked",
  "stopped",
  "client_left",
  "rate_limited",
  "failed",
] as const satisfies readonly StreamState[];

export const STATE_WORDS: Readonly<Record<StreamState, string>> = {
  waiting: "Waiting",
  thinking: "Thinking",
  streaming: "Streaming",
  stalled: "Stalled",
  retrying: "Retrying",
  recovering: "Recovering",
  completed: "Completed",
  completed_after_retry: "Completed after retry",
  completed_after_recovery: "Completed after recovery",
  incomplete: "Incomplete",
  blocked: "Blocked",
  stopped: "Stopped",
  client_left: "Client left",
  rate_limited: "Rate limited",
  failed: "Failed",
  handed_over: "Handed over",
};

export function isLive(state: StreamState): state is LiveState {
  return (LIVE as readonly StreamState[]).includes(state);
}

export function ms(value: number | null | undefined): string {
  if (value === undefined || value === null) return "–";
  if (value < 1) return "< 1 ms";
  if (value < 1_000) return `${Math.round(value)} ms`;
  if (value < 10_000) return `${(value / 1_000).toFixed(2)} s`;
  if (value < 60_000) return `${(value / 1_000).toFixed(1)} s`;
  return span(value);
}

/** How long, when seconds are fine enough. */
export function span(value: number): string {
  const seconds = Math.max(0, Math.round(value / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What is left, as on a watch. */
export function countdown(value: number): string {
  const seconds = Math.max(0, Math.ceil(value / 1_000));
  if (seconds >= 3_600) return span(value);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

export function clock(atMs: number, withSeconds = true): string {
  const text = CLOCK.format(atMs);
  return withSeconds ? text : text.slice(0, 5);
}

export function count(value: number): string {
  return value.toLocaleString("en");
}

/** Never 100 % of what was not all of it, nor 0 % of what was something. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return "–";
  if (part === whole) return "100 %";
  const share = (part / whole) * 100;
  if (part > 0 && share < 0.1) return "< 0.1 %";
  return `${Math.min(99.9, share).toFixed(1)} %`;
}

export function many(value: number, one: string, more = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : more}`;
}

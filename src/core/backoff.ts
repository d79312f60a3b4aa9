// How long to wait before the next attempt. Pure arithmetic.

export interface Delay {
  delayMs: number;
  delaySource: "server" | "backoff";
}

const BACKOFF_MS_BASE = 500;
const BACKOFF_MS_MAX = 30_000;
/** A first resume goes out at once, spread just enough not to arrive as one wave. */
const RESUME_MS_MAX = 40;
/** Share of a server's delay added at random, so that waiting clients do not return together. */
const SERVER_JITTER = 0.1;
const SERVER_JITTER_MS_MAX = 1_000;

/** `failures` counts the failed attempts in a row without progress, this one included. */
export function backoff(
  failures: number,
  serverMs: number | undefined,
  atOnce: boolean,
  random: () => number,
): Delay {
  if (serverMs !== undefined) {
    const jitter = Math.min(serverMs * SERVER_JITTER, SERVER_JITTER_MS_MAX) * random();
    return { delayMs: Math.ceil(serverMs + jitter), delaySource: "server" };
  }
  const ceiling =
    atOnce && failures <= 1
      ? RESUME_MS_MAX
      : Math.min(BACKOFF_MS_MAX, BACKOFF_MS_BASE * 2 ** Math.min(failures - 1, 16));
  return { delayMs: Math.round(ceiling * random()), delaySource: "backoff" };
}

// The line to a running stream: one connection after another from the last event that was seen, given
// back while nobody looks, and shared fairly between the tabs of one browser.
import {
  eventsOf,
  isStreamError,
  isTerminal,
  NoStream,
  NothingMore,
  type StreamEvent,
  systemClock,
} from "../../core/events.ts";
import { Refused } from "../shared/house.ts";

interface LineHooks {
  /** The last event that was seen. */
  seq(): number;
  take(event: StreamEvent): void;
  /** Bytes came. */
  lives(): void;
  /** The connection broke, or none could be made. */
  lost(): void;
}

/** Two heartbeats and a half. */
const SILENCE_MS = 25_000;
/** A connection of a tab that nobody looks at is given back after this time. */
const HIDDEN_MS = 30_000;
const AGAIN_MS = 1_500;
/** After a connection that ended like any other; many proxies end them all the time. */
const AT_ONCE_MS = 50;
/** A browser gives one host six connections; two are left for everything else. */
const PLACES = 4;
/** Without a place a tab reads for so long at a time, and then lets others. */
const TURN_MS = 500;
const BETWEEN_TURNS_MS = 700;

/** The browser came back, or somebody wants it now. */
const wake = new EventTarget();
for (const name of ["online", "pageshow"]) addEventListener(name, wakeNow);
document.addEventListener("visibilitychange", () => document.hidden || wakeNow());

function wakeNow(): void {
  wake.dispatchEvent(new Event("now"));
}

/** Resolves after the terminal event, or when the signal fires; throws when the stream is gone. */
export async function hold(id: string, hooks: LineHooks, signal: AbortSignal): Promise<void> {
  let isOver = false;
  while (!isOver && !signal.aborted) {
    if (document.hidden && hooks.seq() >= 0) await shown(signal);
    const leavePlace = await takePlace();
    const turn = new Turn(hooks, signal, leavePlace === undefined);
    try {
      for await (const event of connection(id, turn)) {
        hooks.take(event);
        isOver = isTerminal(event);
      }
      if (!isOver && !turn.isOver) await pause(AT_ONCE_MS, signal);
    } catch (error) {
      if (!turn.isOver && !isPassing(error)) throw toldOf(error);
      if (!turn.isOver) await pause(AGAIN_MS, signal);
    } finally {
      turn.end();
      leavePlace?.();
    }
    if (!isOver && leavePlace === undefined) await pause(BETWEEN_TURNS_MS, signal);
  }
}

/** The gateway cannot be reached now; everything else is its answer. */
export function isPassing(error: unknown): boolean {
  const status = error instanceof NoStream || error instanceof Refused ? error.status : undefined;
  if (status !== undefined) return status === 429 || status >= 500;
  return error instanceof TypeError || isStreamError(error);
}

function toldOf(error: unknown): unknown {
  const isGone =
    error instanceof NothingMore || (error instanceof NoStream && error.status === 404);
  return isGone ? new Error("The gateway does not keep this reply any more.") : error;
}

/** One stretch of reading. It ends when nobody looks, or when its time is over. */
class Turn {
  readonly hooks: LineHooks;
  private readonly over = new AbortController();
  private readonly listening = new AbortController();
  private isLost = false;
  private hidden: ReturnType<typeof setTimeout> | undefined;
  private short: ReturnType<typeof setTimeout> | undefined;

  constructor(hooks: LineHooks, signal: AbortSignal, isShort: boolean) {
    this.hooks = hooks;
    const stop = () => this.over.abort();
    const heard = { signal: this.listening.signal };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, heard);
    // Asking again at once is asking anew.
    wake.addEventListener("now", () => this.isLost && stop(), heard);
    addEventListener("offline", () => this.lost(), heard);
    const look = () => {
      clearTimeout(this.hidden);
      if (document.hidden) this.hidden = setTimeout(stop, HIDDEN_MS);
    };
    document.addEventListener("visibilitychange", look, heard);
    look();
    if (isShort) this.short = setTimeout(stop, TURN_MS);
  }

  get isOver(): boolean {
    return this.over.signal.aborted;
  }

  get signal(): AbortSignal {
    return this.over.signal;
  }

  lives(): void {
    this.isLost = false;
    this.hooks.lives();
  }

  lost(): void {
    if (this.isOver) return;
    this.isLost = true;
    this.hooks.lost();
  }

  end(): void {
    this.over.abort();
    this.listening.abort();
    clearTimeout(this.hidden);
    clearTimeout(this.short);
  }
}

function connection(id: string, turn: Turn): AsyncGenerator<StreamEvent, void> {
  const listening: typeof fetch = async (input, init) => {
    try {
      const response = await fetch(input, init);
      turn.lives();
      return response.body ? new Response(heard(response.body, turn), response) : response;
    } catch (error) {
      turn.lost();
      throw error;
    }
  };
  return eventsOf(`${location.origin}/streams/${id}/events`, {
    after: turn.hooks.seq(),
    signal: turn.signal,
    clock: systemClock,
    fetch: listening,
    silenceMs: SILENCE_MS,
  });
}

/** The same bytes, while the turn is told of them and of their end. */
function heard(body: ReadableStream<Uint8Array>, turn: Turn): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          turn.lost();
          return controller.close();
        }
        turn.lives();
        controller.enqueue(value);
      } catch (error) {
        turn.lost();
        controller.error(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = new AbortController();
    const done = () => {
      clearTimeout(timer);
      end.abort();
      resolve();
    };
    const timer = setTimeout(done, ms);
    wake.addEventListener("now", done, { signal: end.signal });
    signal.addEventListener("abort", done, { signal: end.signal });
    if (signal.aborted) done();
  });
}

function shown(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = new AbortController();
    const look = () => {
      if (document.hidden && !signal.aborted) return;
      end.abort();
      resolve();
    };
    document.addEventListener("visibilitychange", look, { signal: end.signal });
    signal.addEventListener("abort", look, { signal: end.signal });
    look();
  });
}

/** A place among those that may stay connected, as the way to leave it; nothing when all are taken. */
async function takePlace(): Promise<(() => void) | undefined> {
  if (!navigator.locks) return () => {};
  for (let place = 0; place < PLACES; place += 1) {
    const leave = await new Promise<(() => void) | undefined>((resolve) => {
      void navigator.locks.request(`pollux.line.${place}`, { ifAvailable: true }, (lock) =>
        lock ? new Promise<void>((free) => resolve(free)) : resolve(undefined),
      );
    });
    if (leave) return leave;
  }
  return undefined;
}

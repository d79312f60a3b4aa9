// Several watchers as one. What one of them throws must not reach the stream, nor the others.
import type { Watcher } from "../watcher.ts";

/** Several watchers as one; what one of them throws reaches neither the stream nor the others. */
export function watchAll(watchers: readonly Watcher[], onError: (error: unknown) => void): Watcher {
  /** Only those who listen are asked; `event` is told at every chunk. */
  const tell = <A, B, C>(name: keyof Watcher) => {
    const listening = watchers.filter((watcher) => watcher[name] !== undefined);
    return (a: A, b: B, c: C): void => {
      for (const watcher of listening) {
        try {
          (watcher[name] as unknown as (a: A, b: B, c: C) => void).call(watcher, a, b, c);
        } catch (error) {
          onError(error);
        }
      }
    };
  };
  return {
    begin: tell("begin"),
    event: tell("event"),
    end: tell("end"),
    lost: tell("lost"),
    reader: tell("reader"),
    served: tell("served"),
  } as Watcher;
}

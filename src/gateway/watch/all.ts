// Several watchers as one. What one of them throws must not reach the stream, nor the others.
import type { Watcher } from "../watcher.ts";

export function watchAll(watchers: readonly Watcher[], onError: (error: unknown) => void): Watcher {
  const tell =
    <K extends keyof Watcher>(name: K) =>
    (...args: unknown[]) => {
      for (const watcher of watchers) {
        const hear = watcher[name] as ((...args: unknown[]) => void) | undefined;
        try {
          hear?.apply(watcher, args);
        } catch (error) {
          onError(error);
        }
      }
    };
  return {
    begin: tell("begin"),
    event: tell("event"),
    end: tell("end"),
    lost: tell("lost"),
    reader: tell("reader"),
    served: tell("served"),
  };
}

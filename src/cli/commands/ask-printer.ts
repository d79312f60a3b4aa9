// How `ask` shows an answer: painted on a terminal, as plain text in a pipe, as events for a program.

import { redact } from "../../core/failures.ts";
import type { StreamEvent } from "../../core/index.ts";
import { type Pace, readyChars } from "../../core/pace.ts";
import { View } from "../chat/turn.ts";
import { harmless, type Paint } from "../output/paint.ts";
import { Screen } from "../output/screen.ts";
import type { Status } from "../output/status.ts";
import { FRAME_MS, seam } from "../output/tell.ts";

export interface Printer {
  event(event: StreamEvent): void;
  end(): void;
}

/** Markdown as it streams, with the status under it; only for a terminal. */
export function paintedPrinter(out: NodeJS.WriteStream, paint: Paint): Printer {
  const screen = new Screen(out);
  const view = new View(paint, { raw: false, plain: false }, (text) => screen.commit(text));
  const draw = () => screen.live(view.lines(screen.columns, Math.min(12, screen.rows - 4)));
  const tick = setInterval(draw, FRAME_MS);
  return {
    event(event) {
      view.event(event);
      draw();
    },
    end() {
      clearInterval(tick);
      view.settle();
      screen.end();
    },
  };
}

/** The text and nothing else, ended by a newline. */
export function textPrinter(
  out: NodeJS.WriteStream,
  pace: Pace,
  status: Status,
  paint: Paint,
): Printer {
  let held = "";
  let ended = true;
  let lastAt = 0;
  const write = (text: string) => {
    if (text === "") return;
    out.write(text);
    ended = text.endsWith("\n");
  };
  const ready = () => {
    if (pace === "token") return held.length;
    if (typeof pace === "string") return readyChars(held, pace);
    const now = performance.now();
    if (now - lastAt < ("everyMs" in pace ? pace.everyMs : 0)) return 0;
    lastAt = now;
    return held.length;
  };
  return {
    event(event) {
      status.event(event);
      if (event.type === "splice") status.note(paint.dim(seam(event)));
      if (event.type !== "chunk") return;
      for (const part of event.chunk.candidates?.[0]?.content?.parts ?? []) {
        if (!part.thought) held += harmless(part.text ?? "");
      }
      const size = held === "" ? 0 : ready();
      if (size === 0) return;
      status.clear();
      write(held.slice(0, size));
      held = held.slice(size);
    },
    end() {
      status.end();
      write(held);
      if (!ended) write("\n");
    },
  };
}

/** The event contract, an object a line. */
export function linesPrinter(out: NodeJS.WriteStream): Printer {
  return { event: (event) => out.write(`${redact(JSON.stringify(event))}\n`), end: () => {} };
}

export const SILENT: Printer = { event: () => {}, end: () => {} };

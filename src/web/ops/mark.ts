// A state as a sign and a word: never by its colour alone.
import type { StreamState } from "../../gateway/index.ts";
import { drawn, el } from "../shared/element.ts";
import { STATE_WORDS } from "./words.ts";

/** Strokes on a 16 × 16 field. */
const SHAPES: Readonly<Record<StreamState, string>> = {
  waiting: "M8 3a5 5 0 1 0 .01 0",
  thinking: "M4 8h.01M8 8h.01M12 8h.01",
  streaming: "M3 5h10M3 8h7M3 11h9",
  stalled: "M8 3l5.5 10h-11zM8 7v2.5",
  retrying: "M13 7a5 5 0 1 0-1.4 4.4M13 3v4H9",
  recovering: "M8 3v10M3 8h10M8 3a5 5 0 1 0 .01 0",
  completed: "M3 8.5l3.5 3.5L13 5",
  completed_after_retry: "M2.5 9l3 3L11 6.5M13 3v4H9",
  completed_after_recovery: "M2.5 9l3 3L11 6.5M12 2v5M9.5 4.5h5",
  incomplete: "M3 8.5l3.5 3.5M10 5h3",
  blocked: "M8 3a5 5 0 1 0 .01 0M4.5 4.5l7 7",
  stopped: "M4 4h8v8H4z",
  client_left: "M3 8h9M9 5l3 3-3 3",
  rate_limited: "M4 3h8L4 13h8z",
  failed: "M4 4l8 8M12 4l-8 8",
  handed_over: "M3 6h9M10 4l2 2-2 2M13 11H4M6 9l-2 2 2 2",
};

function mark(state: StreamState): SVGSVGElement {
  const path = drawn("path", { d: SHAPES[state] });
  return drawn(
    "svg",
    { viewBox: "0 0 16 16", class: `mark of-${state}`, "aria-hidden": "true" },
    path,
  );
}

export function stateCell(state: StreamState): HTMLElement {
  return el("span", { class: "state" }, mark(state), STATE_WORDS[state]);
}

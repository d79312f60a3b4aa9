// Where an answer broke and was joined. In the text that is laid out a seam is one character from a
// private range, by its number; the same range is taken out of whatever a model says.
import { el } from "../shared/element.ts";

export interface Seam {
  /** Offset in the text. */
  at: number;
  words: string;
  detail: string;
}

const FIRST = 0xe100;
const SEAMS_MAX = 256;
const MARK = /[\ue100-\ue1ff]/;
const MARKS = /[\ue100-\ue1ff]/g;

export function seamChar(index: number): string {
  return String.fromCharCode(FIRST + Math.min(index, SEAMS_MAX - 1));
}

export function withoutMarks(text: string, instead = "\ufffd"): string {
  return MARK.test(text) ? text.replace(MARKS, instead) : text;
}

/** Pieces of text, and between them the number of the seam. */
export function atSeams(text: string): (string | number)[] {
  if (!MARK.test(text)) return [text];
  return text
    .split(/([\ue100-\ue1ff])/)
    .filter((piece) => piece !== "")
    .map((piece) => (MARK.test(piece) ? piece.charCodeAt(0) - FIRST : piece));
}

export function seamMark(seam: Seam | undefined): HTMLElement {
  const { words = "— joined here —", detail = "" } = seam ?? {};
  const more = el("span", { class: "seam-detail", hidden: true }, detail);
  const mark = el(
    "button",
    {
      type: "button",
      class: "seam-words",
      "aria-expanded": "false",
      onclick: () => {
        more.hidden = !more.hidden;
        mark.setAttribute("aria-expanded", String(!more.hidden));
      },
    },
    words,
  );
  return el("span", { class: "seam" }, mark, more);
}

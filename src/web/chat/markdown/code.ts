// A block of code: its language, a way to copy it, and text that only grows.

import { copyText } from "../../shared/copy.ts";
import { el } from "../../shared/element.ts";
import { atSeams, type Seam, seamMark } from "../seam.ts";

export class CodeBlock {
  readonly element: HTMLElement;
  private readonly code = el("code");
  private readonly seams: readonly Seam[];
  private node = document.createTextNode("");
  private shown = "";

  constructor(language: string, seams: readonly Seam[]) {
    this.seams = seams;
    this.code.append(this.node);
    const name = language.trim().split(/\s+/)[0] || "text";
    const copy = (event: MouseEvent) => {
      const text = atSeams(this.shown).filter((piece) => typeof piece === "string");
      void copyText(text.join(""), event.currentTarget as HTMLElement);
    };
    this.element = el(
      "figure",
      { class: "code" },
      el(
        "figcaption",
        {},
        el("span", {}, name),
        el("button", { type: "button", class: "quiet copy-code", onclick: copy }, "Copy"),
      ),
      el("pre", { tabindex: "0", "aria-label": `Code, ${name}` }, this.code),
    );
  }

  /** All of the text so far; what is on the screen stays. */
  set(text: string): void {
    if (!text.startsWith(this.shown)) {
      this.node = document.createTextNode("");
      this.code.replaceChildren(this.node);
      this.shown = "";
    }
    for (const piece of atSeams(text.slice(this.shown.length))) {
      if (typeof piece === "string") this.node.appendData(piece);
      else {
        this.node = document.createTextNode("");
        this.code.append(seamMark(this.seams[piece]), this.node);
      }
    }
    this.shown = text;
  }
}

// A question on the page, and its own editor.

import { copyText } from "../shared/copy.ts";
import { el, icon } from "../shared/element.ts";
import type { Message } from "./doc.ts";
import { confirms } from "./keys.ts";

interface QuestionActions {
  /** A new version of the question. */
  resend(text: string): void;
}

export class QuestionView {
  readonly element: HTMLElement;
  readonly versionsPlace = el("span", { class: "versions" });
  private readonly place = el("div", { class: "asked-place" });
  private readonly message: Message;
  private readonly actions: QuestionActions;

  constructor(message: Message, actions: QuestionActions) {
    this.message = message;
    this.actions = actions;
    const article = el(
      "article",
      { "aria-labelledby": `who-${message.id}`, tabindex: "-1" },
      el("h2", { class: "who unseen", id: `who-${message.id}` }, "You"),
      this.place,
    );
    this.element = el("li", { class: "turn user" }, article);
    this.show();
  }

  private show(): void {
    const { text = "", pictures = [] } = this.message;
    const images = pictures.map(({ name, mimeType, data }) =>
      el("img", { src: `data:${mimeType};base64,${data}`, alt: name, class: "attached" }),
    );
    const copy = (event: MouseEvent) => void copyText(text, event.currentTarget as HTMLElement);
    this.place.replaceChildren(
      el("div", { class: "asked", dir: "auto" }, ...images, text),
      el(
        "div",
        { class: "bar" },
        this.versionsPlace,
        el(
          "button",
          { type: "button", class: "quiet", onclick: () => this.edit() },
          icon("edit"),
          "Edit",
        ),
        el("button", { type: "button", class: "quiet", onclick: copy }, icon("copy"), "Copy"),
      ),
    );
  }

  edit(): void {
    const field = el("textarea", { class: "editor", rows: "3", "aria-label": "Edit message" });
    field.value = this.message.text ?? "";
    const cancel = () => {
      this.show();
      this.place.querySelector<HTMLElement>("button")?.focus();
    };
    const send = () => {
      const text = field.value.trim();
      if (text === "") return;
      this.show();
      this.actions.resend(text);
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        cancel();
      } else if (confirms(event)) {
        event.preventDefault();
        send();
      }
    });
    this.place.replaceChildren(
      field,
      el(
        "div",
        { class: "card-actions" },
        el("button", { type: "button", class: "primary", onclick: send }, "Send as a new version"),
        el("button", { type: "button", onclick: cancel }, "Cancel"),
      ),
    );
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }
}

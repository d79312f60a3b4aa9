// A sheet over the page: it takes the keyboard while it is there, and gives it back.
import { el, iconButton } from "./element.ts";

interface SheetParts {
  name: string;
  /** Shown beside the button that closes it. */
  tools?: HTMLElement[];
  wide?: boolean;
  closed?: () => void;
}

export function openSheet(content: HTMLElement, parts: SheetParts): HTMLDialogElement {
  const { name, tools = [], wide = false, closed } = parts;
  const dialog = el("dialog", { class: wide ? "sheet wide" : "sheet", "aria-label": name });
  const close = () => dialog.close();
  const top = el(
    "div",
    { class: "sheet-top" },
    el("h2", {}, name),
    ...tools,
    iconButton("close", "Close", close),
  );
  dialog.append(top, content);
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    closed?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

// What people choose: for this conversation, and for this page.
import { el } from "../shared/element.ts";
import { applyTheme, type Theme, themeNow } from "../shared/theme.ts";
import type { Delivery } from "./answer.ts";
import type { Doc } from "./doc.ts";
import { SHORTCUTS } from "./keys.ts";

const KEPT = "pollux.settings";

interface Settings {
  delivery: Delivery;
  /** Read finished sentences to those who do not see them. */
  announce: boolean;
  thoughts: boolean;
}

const DEFAULTS: Settings = { delivery: "token", announce: false, thoughts: true };

export function settingsNow(): Settings {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Settings) };
  } catch {
    return DEFAULTS;
  }
}

type ChatSettings = Pick<Doc, "system" | "temperature">;

export function openSettings(chat: ChatSettings, changed: (chat: ChatSettings) => void): void {
  const now = settingsNow();
  const system = el("textarea", { rows: "4", placeholder: "None" });
  system.value = chat.system;
  const isSet = chat.temperature !== undefined;
  const own = el("input", { type: "checkbox", checked: isSet });
  const told = el("output", {}, isSet ? String(chat.temperature) : "the model's own");
  const range = el("input", {
    type: "range",
    min: "0",
    max: "2",
    step: "0.1",
    "aria-label": "Temperature",
  });
  range.value = String(chat.temperature ?? 1);
  const tell = () => {
    range.disabled = !own.checked;
    told.textContent = own.checked ? range.value : "the model's own";
  };
  own.addEventListener("change", tell);
  range.addEventListener("input", tell);
  tell();
  const delivery = choice(["token", "word", "sentence"], now.delivery, {
    token: "as it comes",
    word: "word by word",
    sentence: "sentence by sentence",
  });
  const theme = choice(["system", "light", "dark"], themeNow(), {
    system: "as the system says",
    light: "light",
    dark: "dark",
  });
  const announce = el("input", { type: "checkbox", checked: now.announce });
  const thoughts = el("input", { type: "checkbox", checked: now.thoughts });
  const form = el(
    "form",
    { method: "dialog", class: "settings" },
    el("h2", {}, "Settings"),
    el(
      "fieldset",
      {},
      el("legend", {}, "This conversation"),
      el("label", { class: "tall" }, "System prompt", system),
      el("label", {}, own, "Temperature ", told),
      range,
    ),
    el(
      "fieldset",
      {},
      el("legend", {}, "This page"),
      el("label", {}, "Show text ", delivery),
      el("label", {}, "Colours ", theme),
      el("label", {}, thoughts, "Ask for summaries of thoughts"),
      el("label", {}, announce, "Announce finished sentences to screen readers"),
    ),
    el(
      "div",
      { class: "card-actions" },
      el("button", { class: "primary", type: "submit" }, "Done"),
    ),
  );
  sheet(form, () => {
    localStorage.setItem(
      KEPT,
      JSON.stringify({
        delivery: delivery.value,
        announce: announce.checked,
        thoughts: thoughts.checked,
      }),
    );
    applyTheme(theme.value as Theme);
    changed({
      system: system.value.trim(),
      ...(own.checked && { temperature: Number(range.value) }),
    });
  });
}

export function openShortcuts(): void {
  const rows = SHORTCUTS.map(([keys, does]) =>
    el("tr", {}, el("td", {}, el("kbd", {}, keys)), el("td", {}, does)),
  );
  sheet(
    el(
      "form",
      { method: "dialog" },
      el("h2", {}, "Keyboard"),
      el("table", { class: "keys" }, el("tbody", {}, ...rows)),
      el(
        "div",
        { class: "card-actions" },
        el("button", { class: "primary", type: "submit" }, "Done"),
      ),
    ),
  );
}

export function sheet(
  content: HTMLElement,
  closed: () => void = () => {},
  more = "",
): HTMLDialogElement {
  const name = content.querySelector("h2")?.textContent ?? "";
  const dialog = el("dialog", { class: `sheet ${more}`.trim(), "aria-label": name }, content);
  dialog.addEventListener("close", () => {
    dialog.remove();
    closed();
  });
  // A click beside it closes it.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function choice<T extends string>(
  values: readonly T[],
  now: T,
  words: Readonly<Record<T, string>>,
): HTMLSelectElement {
  const made = el("select");
  for (const value of values) made.append(new Option(words[value], value, false, value === now));
  return made;
}

// The list of conversations beside the one that is open.
import { at, el, iconButton } from "../shared/element.ts";
import { dropChat, type Listed, listChats } from "./wire.ts";

interface ChatsActions {
  open(id: string): void;
  dropped(id: string): void;
  trouble(message: string): void;
}

const AGES: readonly (readonly [ms: number, word: string])[] = [
  [86_400_000, "Today"],
  [7 * 86_400_000, "This week"],
  [Number.POSITIVE_INFINITY, "Earlier"],
];

export class Chats {
  private readonly panel = at("chats");
  private readonly list = at("chat-list");
  private readonly actions: ChatsActions;
  /** The one that is open. */
  current = "";

  constructor(actions: ChatsActions) {
    this.actions = actions;
    at("menu").addEventListener("click", () => this.toggle());
    at("veil").addEventListener("click", () => this.toggle(false));
  }

  toggle(isOpen = !document.body.classList.contains("with-chats")): void {
    document.body.classList.toggle("with-chats", isOpen);
    at("menu").setAttribute("aria-expanded", String(isOpen));
    if (isOpen) void this.refresh();
    if (isOpen && matchMedia("(width < 60rem)").matches)
      this.panel.querySelector("button")?.focus();
  }

  get isOpen(): boolean {
    return document.body.classList.contains("with-chats");
  }

  async refresh(): Promise<void> {
    try {
      this.show(await listChats());
    } catch (error) {
      this.list.replaceChildren(el("p", { class: "note" }, `Not readable now: ${error}`));
    }
  }

  private show(chats: readonly Listed[]): void {
    if (chats.length === 0) {
      this.list.replaceChildren(el("p", { class: "note" }, "No conversations yet."));
      return;
    }
    const now = Date.now();
    let from = 0;
    const groups = AGES.flatMap(([ms, word]) => {
      const some = chats.filter(
        ({ changedAtMs }) => now - changedAtMs >= from && now - changedAtMs < ms,
      );
      from = ms;
      if (some.length === 0) return [];
      return [el("h3", {}, word), el("ul", {}, ...some.map((one) => this.row(one)))];
    });
    this.list.replaceChildren(...groups);
  }

  private row({ id, title }: Listed): HTMLElement {
    const name = title || "Untitled";
    const row = el("li");
    const open = el(
      "button",
      {
        type: "button",
        class: "chat-name",
        "aria-current": id === this.current ? "true" : undefined,
        onclick: () => {
          if (matchMedia("(width < 60rem)").matches) this.toggle(false);
          this.actions.open(id);
        },
      },
      name,
    );
    const remove = iconButton("trash", `Delete ${name}`, () => this.sure(row, id, name));
    row.append(open, remove);
    return row;
  }

  /** It is really gone afterwards, so it is asked first, in place. */
  private sure(row: HTMLElement, id: string, name: string): void {
    const yes = el(
      "button",
      {
        type: "button",
        class: "danger",
        onclick: async () => {
          try {
            await dropChat(id);
            row.remove();
            this.actions.dropped(id);
          } catch (error) {
            this.actions.trouble(`Not deleted: ${error instanceof Error ? error.message : error}`);
          }
          await this.refresh();
        },
      },
      "Delete",
    );
    const no = el("button", { type: "button", onclick: () => void this.refresh() }, "Keep");
    row.className = "sure";
    row.replaceChildren(el("span", {}, `Delete “${name}” for good?`), yes, no);
    no.focus();
  }
}

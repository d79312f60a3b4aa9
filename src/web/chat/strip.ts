// The strip at the top that tells of a lost connection. It pushes nothing, and short breaks show nothing.
import { at, el } from "../shared/element.ts";
import type { Link } from "./run.ts";
import { count } from "./telling.ts";

const SHOWN_AFTER_MS = 2_000;
const OFFLINE_AFTER_MS = 30_000;
const BACK_MS = 2_000;

export class Strip {
  /** Asks at once. */
  onAgain: () => void = () => {};
  private readonly element = at("strip");
  private timers: ReturnType<typeof setTimeout>[] = [];
  private lostAt: { chars: number } | undefined;
  private isShown = false;

  link(link: Link, chars: number): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers = [];
    if (link === "lost") {
      this.lostAt ??= { chars };
      const later = (ms: number, run: () => void) => this.timers.push(setTimeout(run, ms));
      later(SHOWN_AFTER_MS, () => this.show("Reconnecting… your text is safe"));
      later(OFFLINE_AFTER_MS, () =>
        this.show(
          "Offline – will resume by itself",
          el("button", { type: "button", onclick: () => this.onAgain() }, "Try now"),
        ),
      );
      return;
    }
    if (this.isShown && this.lostAt) {
      const { chars: before } = this.lostAt;
      // What was missed comes with the next events.
      this.timers.push(
        setTimeout(() => {
          const caught = this.charsNow() - before;
          this.show(caught > 0 ? `Back – caught up ${count(caught)} characters` : "Back");
          this.timers.push(setTimeout(() => this.hide(), BACK_MS));
        }, 150),
      );
    } else this.hide();
    this.lostAt = undefined;
  }

  charsNow: () => number = () => 0;

  hide(): void {
    this.isShown = false;
    this.element.hidden = true;
    document.body.dataset.link = "live";
  }

  private show(words: string, ...more: HTMLElement[]): void {
    this.isShown = true;
    this.element.hidden = false;
    this.element.replaceChildren(words, ...more);
    document.body.dataset.link = this.lostAt ? "lost" : "live";
  }
}

// What is said to those who do not see the page: a few words at turning points, errors at once, and, for
// those who want it, finished sentences, not more often than they can be heard.
import { readyChars } from "../../core/pace.ts";
import { at } from "../shared/element.ts";

const EVERY_MS = 3_000;

export class Say {
  private readonly status = at("status");
  private readonly alert = at("alert");
  private read = 0;
  private lastAt = Number.NEGATIVE_INFINITY;

  said(words: string): void {
    this.status.textContent = words;
  }

  wrong(words: string): void {
    this.alert.textContent = words;
  }

  begin(): void {
    this.read = 0;
    this.alert.textContent = "";
    this.status.textContent = "Waiting for reply";
  }

  sentences(text: string): void {
    const now = performance.now();
    if (now - this.lastAt < EVERY_MS) return;
    const ready = this.read + readyChars(text.slice(this.read), "sentence");
    if (ready === this.read) return;
    this.status.textContent = text.slice(this.read, ready);
    this.read = ready;
    this.lastAt = now;
  }
}

// An answer on the page: its thoughts, its text with the seams, one line about how it fares, and, when it
// did not come to its end, what happened, what is safe, and the next move.
import { FAILURES, redactPersonal } from "../../core/failures.ts";
import { readyChars } from "../../core/pace.ts";
import { copyText } from "../shared/copy.ts";
import { el, icon } from "../shared/element.ts";
import { type Message, type Piece, textOf } from "./doc.ts";
import { GrowingMarkdown } from "./markdown/growing.ts";
import { type Seam, seamChar } from "./seam.ts";
import type { Telling } from "./telling.ts";
import { count, seconds } from "./telling.ts";

export interface AnswerActions {
  retry(): void;
  goOn(): void;
  edit(): void;
  otherModel(): void;
}

/** When text is handed out: as it comes, or when a word or a sentence is whole. */
export type Delivery = "token" | "word" | "sentence";

const WAIT_SHOWN_MS = 1_000;
const TICK_MS = 100;
/** Thirty times a second is as smooth as text can be, and leaves the rest to the keys. */
const DRAW_EVERY_MS = 30;
/** More than this is drawn over several frames: a long answer is caught up without a halt. */
const DRAW_CHARS_MAX = 8_000;

export class AnswerView {
  readonly element: HTMLElement;
  private readonly body = el("div", { class: "answer", dir: "auto" });
  private readonly thoughts = el("div", { class: "thoughts" });
  private readonly thinking = el(
    "details",
    { class: "thinking", hidden: true },
    el("summary", {}, "Thinking"),
    this.thoughts,
  );
  private readonly note = el("p", { class: "note" });
  private readonly card = el("section", { class: "card", hidden: true });
  private readonly bar = el("div", { class: "bar" });
  private readonly versions = el("span", { class: "versions" });
  private readonly actions: AnswerActions;
  private readonly seams: Seam[] = [];
  private markdown = new GrowingMarkdown(this.body, this.seams);
  private fed = 0;
  private before = 0;
  private seamsFed = 0;
  private thoughtsShown = 0;
  private frame = 0;
  private drawnAt = 0;
  private ticking: ReturnType<typeof setInterval> | undefined;
  private telling: Telling | undefined;
  private seamsTaken = 0;
  private watching: AbortController | undefined;
  private delivery: Delivery = "token";
  private startedAt = 0;
  private message: Message;

  constructor(message: Message, actions: AnswerActions) {
    this.message = message;
    this.actions = actions;
    const name = el("h2", { class: "who", id: `who-${message.id}` }, message.model ?? "Model");
    const article = el(
      "article",
      { "aria-labelledby": `who-${message.id}`, tabindex: "-1" },
      name,
      this.thinking,
      this.body,
      this.note,
      this.card,
      this.bar,
    );
    this.element = el("li", { class: "turn model" }, article);
    this.kept(message);
  }

  get versionsPlace(): HTMLElement {
    return this.versions;
  }

  get isLive(): boolean {
    return this.telling !== undefined;
  }

  /** As the gateway keeps it. */
  kept(message: Message): void {
    this.message = message;
    if (this.isLive) return;
    this.clear();
    const pieces = message.pieces ?? [];
    for (const piece of pieces.slice(0, -1)) this.feedPiece(piece);
    const last = pieces.at(-1);
    if (!last) return;
    if (last.outcome !== undefined) {
      this.feedPiece(last);
      this.markdown.flush(true);
    } else this.markdown.flush();
    if (last.thoughts) this.think(last.thoughts);
    this.settle(last);
  }

  private clear(): void {
    this.body.replaceChildren();
    this.seams.length = 0;
    this.markdown = new GrowingMarkdown(this.body, this.seams);
    this.fed = 0;
    this.before = 0;
    this.seamsFed = 0;
    this.thoughts.textContent = "";
    this.thoughtsShown = 0;
  }

  private feedPiece(piece: Piece): void {
    this.joint();
    for (const seam of piece.seams ?? []) this.seams.push({ ...seam, at: this.before + seam.at });
    this.feed(piece.text);
    this.before += piece.text.length;
    this.fed = 0;
  }

  /** Between two pieces stands a mark as well. */
  private joint(): void {
    if (this.before === 0) return;
    this.seams.push({
      at: this.before,
      words: `— continued here · ${count(this.before)} characters kept —`,
      detail: "You asked to go on with the answer.",
    });
  }

  /** Text of the piece from its beginning; only what is new is laid out. */
  private feed(text: string): void {
    for (; this.seamsFed < this.seams.length; this.seamsFed += 1) {
      const at = (this.seams[this.seamsFed]?.at ?? 0) - this.before;
      if (at > text.length) break;
      this.markdown.append(text.slice(this.fed, at));
      this.markdown.mark(seamChar(this.seamsFed));
      this.fed = Math.max(this.fed, at);
    }
    this.markdown.append(text.slice(this.fed));
    this.fed = Math.max(this.fed, text.length);
  }

  begin(telling: Telling, delivery: Delivery): void {
    this.watching?.abort();
    this.watching = new AbortController();
    document.addEventListener("visibilitychange", () => this.grew(), {
      signal: this.watching.signal,
    });
    this.clear();
    this.seamsTaken = 0;
    const pieces = this.message.pieces ?? [];
    for (const piece of pieces.filter(({ outcome }) => outcome !== undefined))
      this.feedPiece(piece);
    this.joint();
    this.telling = telling;
    this.delivery = delivery;
    this.startedAt = performance.now();
    this.body.classList.add("caret");
    this.body.setAttribute("aria-busy", "true");
    this.card.hidden = true;
    this.bar.replaceChildren();
    this.note.textContent = "";
    this.ticking = setInterval(() => this.tick(), TICK_MS);
    this.draw();
  }

  /** Something came; it is drawn with one of the next frames, and not at all while nobody looks. */
  grew(): void {
    if (this.frame !== 0 || document.hidden) return;
    this.frame = requestAnimationFrame((now) => {
      this.frame = 0;
      if (now - this.drawnAt < DRAW_EVERY_MS) {
        this.grew();
        return;
      }
      this.drawnAt = now;
      this.draw();
    });
  }

  draw(): void {
    const { telling, seams } = this;
    if (!telling) return;
    this.takeSeams(telling);
    const next = telling.text.slice(this.fed, this.fed + DRAW_CHARS_MAX);
    const isLong = next.length === DRAW_CHARS_MAX;
    const { delivery } = this;
    const ready =
      this.fed +
      (delivery === "token" || telling.isOver || isLong ? next.length : readyChars(next, delivery));
    if (ready > this.fed || this.seamsFed < seams.length) {
      this.feed(telling.text.slice(0, ready));
      this.markdown.flush();
    }
    if (telling.thoughts.length > this.thoughtsShown) this.think(telling.thoughts);
    this.tick();
    if (isLong) this.grew();
  }

  private takeSeams({ seams }: Telling): void {
    for (; this.seamsTaken < seams.length; this.seamsTaken += 1) {
      const seam = seams[this.seamsTaken] as Seam;
      this.seams.push({ ...seam, at: this.before + seam.at });
    }
  }

  private think(text: string): void {
    this.thinking.hidden = false;
    this.thoughts.append(text.slice(this.thoughtsShown));
    this.thoughtsShown = text.length;
  }

  private tick(): void {
    const { telling } = this;
    if (!telling || telling.isOver) return;
    const waited = performance.now() - this.startedAt;
    const { state, why, attempt, nextAt } = telling;
    if (state === "connecting" || state === "waiting") {
      const words = why || "Waiting for first token";
      this.say(waited >= WAIT_SHOWN_MS ? `${words} · ${seconds(waited)}` : "", why ? "wait" : "");
    } else if (state === "thinking") this.say(`Thinking · ${seconds(waited)}`, "");
    else if (state === "stalled") this.say(`${why}; it will be mended.`, "wait");
    else if (state === "recovering") {
      const left = Math.max(0, (nextAt ?? 0) - performance.now());
      const when = left > 0 ? ` · again in ${seconds(left)}` : "";
      this.say(`Recovering, attempt ${attempt + 1} · ${why}${when}`, "wait");
    } else this.say("", "");
  }

  /** The run is over, or is taken for over: what stands here stays. */
  ended(piece: Piece): void {
    const { telling } = this;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    clearInterval(this.ticking);
    this.watching?.abort();
    if (telling) {
      this.takeSeams(telling);
      this.feed(piece.text);
    }
    this.markdown.flush(true);
    this.telling = undefined;
    this.body.classList.remove("caret");
    this.body.removeAttribute("aria-busy");
    this.settle(piece);
  }

  private settle(piece: Piece): void {
    const { outcome, ttftMs, totalMs, usage, seams = [], attempts = 1 } = piece;
    const figures = [
      ttftMs !== undefined && `${(ttftMs / 1000).toFixed(2)} s first token`,
      totalMs !== undefined && seconds(totalMs),
      usage && `${count(usage.output)} tok`,
      seams.length > 0 && `mended ${seams.length}×`,
      attempts > 1 && seams.length === 0 && `${attempts} attempts`,
    ].filter((one) => one !== false && one !== undefined && one !== "");
    this.card.hidden = true;
    if (outcome === "stopped") this.say("You stopped this. The text is kept.", "");
    else this.say(figures.join(" · "), "");
    if (outcome === "failed" || outcome === "blocked" || outcome === "incomplete")
      this.trouble(piece);
    if (outcome !== undefined) this.fillBar(piece);
  }

  private trouble({ failure, text, outcome, finishReason }: Piece): void {
    const code = failure?.code as keyof typeof FAILURES | undefined;
    const row = code && FAILURES[code];
    const what = row?.meaning ?? (finishReason ? `It ended with ${finishReason}.` : "It was cut.");
    const safe =
      text === ""
        ? "Your message is kept. Nothing was answered."
        : `${count(this.before + text.length)} characters are kept.`;
    const extra: HTMLElement[] = [];
    const action = (words: string, run: () => void, main = false) =>
      extra.push(
        el("button", { type: "button", class: main ? "primary" : undefined, onclick: run }, words),
      );
    if (text !== "" && outcome !== "blocked") action("Continue", this.actions.goOn, true);
    if (outcome === "blocked") action("Edit message", this.actions.edit, true);
    else action("Retry", this.actions.retry, text === "");
    if (row?.kind === "quota" || row?.kind === "config")
      action("Switch model", this.actions.otherModel);
    const details = JSON.stringify(
      { ...failure, outcome, finishReason, characters: text.length },
      null,
      2,
    );
    extra.push(
      el(
        "button",
        {
          type: "button",
          onclick: (event: MouseEvent) =>
            void copyText(redactPersonal(details), event.currentTarget as HTMLElement),
        },
        "Copy details",
      ),
    );
    this.showCard(what, safe, failure?.next ?? row?.next ?? "", extra, failure?.message);
  }

  private showCard(what: string, safe: string, next: string, actions: Node[], said = ""): void {
    this.card.hidden = false;
    this.card.replaceChildren(
      el("h3", {}, what),
      el("p", {}, `${safe} ${next}`.trim()),
      said !== "" && said !== what
        ? el("details", {}, el("summary", {}, "What was said"), el("p", {}, said))
        : "",
      el("div", { class: "card-actions" }, ...actions),
    );
  }

  private fillBar(piece: Piece | undefined): void {
    const { retry, goOn } = this.actions;
    const button = (
      name: "retry" | "copy" | "right",
      words: string,
      run: (event: MouseEvent) => void,
    ) => el("button", { type: "button", class: "quiet", onclick: run }, icon(name), words);
    const copy = (event: MouseEvent) =>
      void copyText(textOf(this.message), event.currentTarget as HTMLElement);
    this.bar.replaceChildren(this.versions, button("retry", "Retry", retry));
    if (piece && piece.text !== "") this.bar.append(button("copy", "Copy", copy));
    if (piece?.outcome === "stopped" && piece.text !== "")
      this.bar.append(button("right", "Continue", goOn));
  }

  private say(text: string, kind: "" | "wait"): void {
    if (this.note.textContent !== text) this.note.textContent = text;
    this.note.className = kind === "" ? "note" : `note ${kind}`;
  }
}

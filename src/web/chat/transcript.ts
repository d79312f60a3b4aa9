// The messages on the page: one view each, kept while its message stays, and the versions beside it.
import { at, el, iconButton } from "../shared/element.ts";
import { type AnswerActions, AnswerView } from "./answer.ts";
import { beside, childrenOf, type Doc, type Message, wayOf } from "./doc.ts";
import { QuestionView } from "./question.ts";

interface TranscriptActions {
  answer(message: Message): AnswerActions;
  resend(message: Message, text: string): void;
  choose(changed: (doc: Doc) => Doc): void;
}

/** More than so many turns begin folded. */
const SHOWN_MAX = 200;

type View = AnswerView | QuestionView;

export class Transcript {
  private readonly list = at("turns");
  private readonly actions: TranscriptActions;
  private readonly views = new Map<string, View>();
  /** What each view shows. */
  private readonly shown = new Map<string, Message>();
  private shownMax = SHOWN_MAX;

  constructor(actions: TranscriptActions) {
    this.actions = actions;
  }

  clear(): void {
    this.views.clear();
    this.shown.clear();
    this.shownMax = SHOWN_MAX;
    this.list.replaceChildren();
  }

  show(doc: Doc): void {
    const way = wayOf(doc);
    const folded = Math.max(0, way.length - this.shownMax);
    const shown = way.slice(folded);
    const ids = new Set(shown.map(({ id }) => id));
    for (const [id, view] of this.views) {
      if (ids.has(id)) continue;
      view.element.remove();
      this.views.delete(id);
      this.shown.delete(id);
    }
    const elements = shown.map((message) => {
      const view = this.viewOf(message);
      this.versions(doc, message, view.versionsPlace);
      return view.element;
    });
    at("empty").hidden = way.length > 0;
    if (folded > 0) elements.unshift(this.earlier(doc, folded));
    this.list.querySelector(".earlier")?.remove();
    // Only what moved is moved: a view that stays keeps its place, its focus and its selection.
    elements.forEach((element, i) => {
      if (this.list.children[i] !== element)
        this.list.insertBefore(element, this.list.children[i] ?? null);
    });
  }

  private viewOf(message: Message): View {
    const known = this.views.get(message.id);
    const before = this.shown.get(message.id);
    this.shown.set(message.id, message);
    if (known) {
      const isSame = before === message || JSON.stringify(before) === JSON.stringify(message);
      if (known instanceof AnswerView && !isSame) known.kept(message);
      return known;
    }
    const made =
      message.role === "user"
        ? new QuestionView(message, { resend: (text) => this.actions.resend(message, text) })
        : new AnswerView(message, this.actions.answer(message));
    this.views.set(message.id, made);
    return made;
  }

  answerOf(id: string): AnswerView | undefined {
    const view = this.views.get(id);
    return view instanceof AnswerView ? view : undefined;
  }

  questionOf(id: string): QuestionView | undefined {
    const view = this.views.get(id);
    return view instanceof QuestionView ? view : undefined;
  }

  private versions(doc: Doc, message: Message, place: HTMLElement): void {
    const all = childrenOf(doc, message.parent);
    const index = all.findIndex(({ id }) => id === message.id);
    place.replaceChildren();
    if (all.length < 2) return;
    const step = (by: -1 | 1) => () => this.actions.choose((now) => beside(now, message, by));
    place.append(
      iconButton("left", "Version before", step(-1), { disabled: index === 0 }),
      el("span", { class: "count" }, `${index + 1}/${all.length}`),
      iconButton("right", "Version after", step(1), { disabled: index === all.length - 1 }),
    );
  }

  private earlier(doc: Doc, folded: number): HTMLElement {
    const more = () => {
      this.shownMax = Number.POSITIVE_INFINITY;
      this.show(doc);
    };
    return el(
      "li",
      { class: "earlier" },
      el("button", { type: "button", onclick: more }, `Show ${folded} earlier messages`),
    );
  }

  /** Moves the focus from message to message. */
  step(by: -1 | 1): void {
    const all = [...this.list.querySelectorAll("article")];
    const from = all.findIndex((one) => one.contains(document.activeElement));
    const next = from < 0 ? (by < 0 ? all.length - 1 : 0) : from + by;
    all[Math.max(0, Math.min(all.length - 1, next))]?.focus();
  }
}

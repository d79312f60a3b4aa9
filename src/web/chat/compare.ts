// The same question twice, in one piece and as a stream, with their time lines: why one streams.
import type { StreamEvent } from "../../core/index.ts";
import { el } from "../shared/element.ts";
import { newId } from "./doc.ts";
import { hold } from "./line.ts";
import { GrowingMarkdown } from "./markdown/growing.ts";
import { sheet } from "./settings.ts";
import { seconds, Telling } from "./telling.ts";
import { type Asked, begin, stop, unary } from "./wire.ts";

const TICK_MS = 50;

class Lane {
  readonly element: HTMLElement;
  private readonly answer = el("div", { class: "answer", dir: "auto" });
  private readonly wait = el("i", { class: "wait-bar" });
  private readonly flow = el("i", { class: "flow-bar" });
  private readonly told = el("p", { class: "note" });
  private readonly markdown = new GrowingMarkdown(this.answer, []);
  private readonly startedAt = performance.now();
  firstMs: number | undefined;
  totalMs: number | undefined;

  constructor(name: string) {
    this.element = el(
      "section",
      { class: "lane", "aria-label": name },
      el("h3", {}, name),
      el("div", { class: "time-line", "aria-hidden": "true" }, this.wait, this.flow),
      this.told,
      this.answer,
    );
  }

  add(text: string): void {
    this.firstMs ??= performance.now() - this.startedAt;
    this.markdown.append(text);
    this.markdown.flush();
  }

  end(problem = ""): void {
    this.totalMs ??= performance.now() - this.startedAt;
    this.markdown.flush(true);
    if (problem) this.answer.append(el("p", { class: "note bad" }, problem));
  }

  /** `longestMs` makes the two bars one scale. */
  draw(longestMs: number): void {
    const now = this.totalMs ?? performance.now() - this.startedAt;
    const first = this.firstMs ?? now;
    this.wait.style.width = `${(first / longestMs) * 100}%`;
    this.flow.style.width = `${((now - first) / longestMs) * 100}%`;
    const begun =
      this.firstMs === undefined
        ? `nothing for ${seconds(now)}`
        : `first text after ${seconds(first)}`;
    this.told.textContent =
      this.totalMs === undefined ? begun : `${begun} · whole after ${seconds(this.totalMs)}`;
  }

  get nowMs(): number {
    return this.totalMs ?? performance.now() - this.startedAt;
  }
}

export function openCompare(prompt: string, asking: (prompt: string) => Asked): void {
  const field = el("textarea", { rows: "2", "aria-label": "Question" });
  field.value = prompt || "Explain backpressure in 150 words";
  const lanes = el("div", { class: "lanes" });
  const go = el("button", { type: "button", class: "primary" }, "Ask both");
  const content = el(
    "div",
    { class: "compare" },
    el("h2", {}, "In one piece, and as a stream"),
    el("div", { class: "compare-ask" }, field, go),
    lanes,
  );
  let running: AbortController | undefined;
  go.addEventListener("click", () => {
    running?.abort();
    running = new AbortController();
    void race(asking(field.value), lanes, running.signal);
  });
  sheet(content, () => running?.abort(), "broad");
  field.focus();
}

async function race(asked: Asked, place: HTMLElement, signal: AbortSignal): Promise<void> {
  const [whole, streamed] = [new Lane("In one piece"), new Lane("As a stream")];
  place.replaceChildren(whole.element, streamed.element);
  const draw = () => {
    const longest = Math.max(whole.nowMs, streamed.nowMs, 1);
    for (const lane of [whole, streamed]) lane.draw(longest);
  };
  const ticking = setInterval(draw, TICK_MS);
  const inOnePiece = unary(asked).then(
    (text) => {
      whole.add(text);
      whole.end();
    },
    (error: Error) => whole.end(error.message),
  );
  await Promise.all([inOnePiece, stream(asked, streamed, signal)]);
  clearInterval(ticking);
  draw();
}

async function stream(asked: Asked, lane: Lane, signal: AbortSignal): Promise<void> {
  try {
    const id = await begin(asked, newId());
    signal.addEventListener("abort", () => void stop(id).catch(() => {}), { once: true });
    const telling = new Telling();
    let shown = 0;
    const take = (event: StreamEvent) => {
      telling.take(event);
      if (telling.text.length > shown) lane.add(telling.text.slice(shown));
      shown = telling.text.length;
    };
    await hold(id, { seq: () => telling.seq, take, lives: () => {}, lost: () => {} }, signal);
    const { end } = telling;
    lane.end(end && "failure" in end ? end.failure?.message : undefined);
  } catch (error) {
    lane.end(error instanceof Error ? error.message : String(error));
  }
}

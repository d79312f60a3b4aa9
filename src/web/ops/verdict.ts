// Is it healthy, since when, why not? And by which rules that is said.
import type { Level } from "../../gateway/index.ts";
import { at, drawn, el } from "../shared/element.ts";
import { openSheet } from "../shared/sheet.ts";
import type { Board } from "./board.ts";
import { clock, many } from "./words.ts";

const WORDS: Readonly<Record<Level, string>> = {
  ok: "Healthy",
  warn: "Needs a look",
  bad: "In trouble",
  idle: "No traffic",
};
const SHAPES: Readonly<Record<Level, string>> = {
  ok: "M5 12.5l4.5 4.5L19 7.5",
  warn: "M12 4l9 16H3zM12 10v4M12 17h.01",
  bad: "M6 6l12 12M18 6L6 18",
  idle: "M6 12h12",
};
const REASONS_SHOWN = 4;

export class Verdict {
  private readonly board: Board;
  private shown = "";
  private level: Level | undefined;

  constructor(board: Board) {
    this.board = board;
    at("rules").addEventListener("click", () => this.openRules());
  }

  update(): void {
    const { told, sinceMs } = this.board;
    if (!told) return;
    const { verdict, now } = told;
    const { level, reasons } = verdict;
    const key = JSON.stringify([verdict, now.inFlight]);
    if (key === this.shown) return;
    this.shown = key;
    const place = at("verdict");
    place.dataset.level = level;
    at("verdict-sign").replaceChildren(sign(level));
    at("verdict-word").textContent = WORDS[level];
    const since = verdict.sinceMs <= sinceMs ? "since it started" : "since";
    at("verdict-since").textContent =
      `${since} ${clock(verdict.sinceMs, false)} · ${many(now.inFlight, "stream")} in flight`;
    const lines = reasons
      .slice(0, REASONS_SHOWN)
      .map((one) => el("li", { class: `is-${one.level}` }, one.text));
    const more = reasons.length - REASONS_SHOWN;
    if (more > 0) lines.push(el("li", {}, `and ${many(more, "more reason")}`));
    if (level === "ok") lines.push(el("li", {}, "None of the rules applies."));
    at("reasons").replaceChildren(...lines);
    // Said aloud when it turns, not when a number changes.
    if (this.level !== undefined && this.level !== level)
      at("status").textContent = `${WORDS[level]}. ${reasons[0]?.text ?? ""}`;
    this.level = level;
    document.title = `${level === "ok" ? "" : `${WORDS[level]} · `}Operations – Pollux`;
  }

  private openRules(): void {
    const { told } = this.board;
    if (!told) return;
    const names = new Set(told.verdict.reasons.map(({ rule }) => rule));
    const rows = told.rules.map(({ name, level, text }) =>
      el(
        "tr",
        names.has(name) ? { class: "applies" } : {},
        el("td", { class: `is-${level}` }, WORDS[level]),
        el("td", {}, text),
        el("td", {}, names.has(name) ? "applies now" : ""),
      ),
    );
    const head = ["Verdict", "When", "Now"].map((text) => el("th", { scope: "col" }, text));
    openSheet(
      el(
        "div",
        {},
        el(
          "p",
          { class: "small" },
          "The worst rule that applies is the verdict; each model is judged by itself.",
        ),
        el(
          "table",
          { class: "grid" },
          el("thead", {}, el("tr", {}, ...head)),
          el("tbody", {}, ...rows),
        ),
      ),
      { name: "What the verdict goes by" },
    );
  }
}

function sign(level: Level): SVGSVGElement {
  return drawn(
    "svg",
    { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" },
    drawn("path", { d: SHAPES[level] }),
  );
}

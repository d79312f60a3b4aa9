// What fails, by its cause: what it means, how often, what was done, and what would mend it.
import type { ErrorRow } from "../../gateway/index.ts";
import { at, el } from "../shared/element.ts";
import { ALL, type Board, MINUTE_MS, type WindowName } from "./board.ts";
import { Spark } from "./spark.ts";
import type { Choice } from "./tiles.ts";
import { clock, count, percent } from "./words.ts";

const SPARK_MINUTES = 60;
const DECIDED: Readonly<Record<string, string>> = {
  retry: "asked again",
  resume: "went on",
  stop: "given up",
};

export class Errors {
  private readonly board: Board;
  private readonly open: (id: string) => void;
  private shown = "";

  constructor(board: Board, open: (id: string) => void) {
    this.board = board;
    this.open = open;
  }

  update({ window, model }: Choice): void {
    const { board } = this;
    const fromMs = board.nowMs - Number(window) * MINUTE_MS;
    const rows = [...board.errors.values()]
      .filter((row) => model === ALL || row.model === model || row.model === "")
      .map((row) => ({ row, inWindow: inside(row, fromMs) }))
      .filter(({ inWindow }) => inWindow > 0)
      .sort((a, b) => b.inWindow - a.inWindow || b.row.lastAtMs - a.row.lastAtMs);
    const key = JSON.stringify(rows.map(({ row, inWindow }) => [row.key, inWindow, row.lastAtMs]));
    if (key === this.shown) return;
    this.shown = key;
    const all = rows.reduce((sum, { inWindow }) => sum + inWindow, 0);
    const list = at("error-list");
    if (rows.length === 0)
      list.replaceChildren(
        el(
          "div",
          { class: "card empty" },
          el("p", {}, `No failure in the last ${window} minutes.`),
        ),
      );
    else list.replaceChildren(this.table(rows, all, window));
  }

  private table(
    rows: readonly { row: ErrorRow; inWindow: number }[],
    all: number,
    window: WindowName,
  ): HTMLElement {
    const head = ["Cause", "Model", `In ${window} min`, "Last hour", "Last seen", "What to do"];
    const table = el(
      "table",
      { class: "grid cards" },
      el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))),
      el("tbody", {}, ...rows.map(({ row, inWindow }) => this.row(row, inWindow, all))),
    );
    return el("div", { class: "card scroll" }, table);
  }

  private row(row: ErrorRow, inWindow: number, all: number): HTMLElement {
    const spark = new Spark();
    const first = Math.floor(this.board.nowMs / MINUTE_MS) - SPARK_MINUTES + 1;
    const byMinute = new Map(row.minutes.map(([ms, n]) => [Math.floor(ms / MINUTE_MS), n]));
    spark.show(Array.from({ length: SPARK_MINUTES }, (_, i) => byMinute.get(first + i) ?? 0));
    const decided = Object.entries(row.decisions)
      .map(([word, n]) => `${DECIDED[word] ?? word} ${count(n ?? 0)}×`)
      .join(", ");
    const example = row.example
      ? el(
          "button",
          { type: "button", class: "plain link", onclick: () => this.open(row.example) },
          "example",
        )
      : "";
    return el(
      "tr",
      {},
      el(
        "th",
        { scope: "row", class: "full text", "data-label": "Cause" },
        el("span", { class: "cause-name" }, row.code),
        el("div", {}, row.meaning),
        el("div", { class: "small" }, row.message),
      ),
      el("td", { "data-label": "Model" }, row.model || "any"),
      el(
        "td",
        { class: "right", "data-label": "In the window" },
        `${count(inWindow)} (${percent(inWindow, all)})`,
      ),
      el("td", { "data-label": "Last hour" }, spark.element),
      el("td", { "data-label": "Last seen" }, el("div", {}, clock(row.lastAtMs)), example),
      el(
        "td",
        { class: "full text", "data-label": "What to do" },
        el("div", {}, row.next),
        el("div", { class: "small" }, row.where === "gateway" ? "refused by the gateway" : decided),
      ),
    );
  }
}

function inside(row: ErrorRow, fromMs: number): number {
  return row.minutes
    .filter(([atMs]) => atMs + MINUTE_MS > fromMs)
    .reduce((sum, [, n]) => sum + n, 0);
}

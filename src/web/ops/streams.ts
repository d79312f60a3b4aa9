// The streams that run and those that ended last. Numbers change in place once a second; nothing moves
// while somebody points at it, and what came meanwhile waits behind a button.
import type { StreamRow } from "../../gateway/index.ts";
import { at, el } from "../shared/element.ts";
import { ALL, type Board } from "./board.ts";
import { byUrgency, Filters } from "./filters.ts";
import { COLUMNS, Row } from "./row.ts";
import { count, many } from "./words.ts";

/** Rows that are drawn at once; more on demand. */
const PAGE_ROWS = 50;

export class Streams {
  private readonly board: Board;
  private readonly open: (id: string) => void;
  private readonly filters = new Filters(() => this.arrange());
  private readonly body = at("rows");
  private readonly rows = new Map<number, Row>();
  private model = ALL;
  private room = PAGE_ROWS;
  /** What is listed now, in its order. */
  private order: number[] = [];

  constructor(board: Board, open: (id: string) => void) {
    this.board = board;
    this.open = open;
    const head = COLUMNS.map(([name, label]) =>
      el("th", { scope: "col", class: `c-${name}` }, label),
    );
    at("stream-head").append(...head);
    at("newer").addEventListener("click", () => this.arrange());
    at("more").addEventListener("click", () => {
      this.room += PAGE_ROWS;
      this.arrange();
    });
    at("clear").addEventListener("click", () => {
      this.filters.clear();
      this.arrange();
    });
    const table = at("streams");
    table.addEventListener("mouseleave", () => this.update());
    table.addEventListener("focusout", () => queueMicrotask(() => this.update()));
    table.addEventListener("keydown", (event) => this.step(event));
  }

  choose(model: string): void {
    this.model = model;
    this.arrange();
  }

  search(): void {
    this.filters.focus();
  }

  /** Numbers in place; the order too, unless somebody holds on to it. */
  update(): void {
    if (!this.isHeld) {
      this.arrange();
      return;
    }
    const fresh = this.wanted().filter(({ n }) => !this.rows.has(n)).length;
    const first = Math.max(0, ...this.order);
    const begun = this.wanted().filter(({ n }) => n > first).length;
    const pill = at("newer");
    pill.hidden = fresh === 0 || begun === 0;
    if (!pill.hidden) pill.textContent = `${count(begun)} new`;
    this.write();
  }

  private arrange(): void {
    const all = this.wanted();
    const listed = all.slice(0, this.room);
    at("newer").hidden = true;
    at("more").hidden = all.length <= this.room;
    this.order = listed.map(({ n }) => n);
    const kept = new Set(this.order);
    for (const [n, row] of this.rows) {
      if (kept.has(n)) continue;
      row.element.remove();
      this.rows.delete(n);
    }
    let before: Element | null = null;
    for (const row of listed) {
      const { element } = this.rowOf(row);
      const wanted: ChildNode | null = before ? before.nextSibling : this.body.firstChild;
      if (wanted !== element) this.body.insertBefore(element, wanted);
      before = element;
    }
    this.tell(all.length, listed.length);
    this.write();
  }

  private write(): void {
    const { rows, speeds, nowMs } = this.board;
    for (const [n, row] of this.rows) {
      const known = rows.get(n);
      if (known) row.show(known, speeds.get(n), nowMs);
    }
  }

  private wanted(): StreamRow[] {
    const { rows, nowMs } = this.board;
    const test = this.filters.test(this.model);
    return [...rows.values()].filter((row) => test(row, nowMs)).sort(byUrgency);
  }

  private rowOf(known: StreamRow): Row {
    const old = this.rows.get(known.n);
    if (old) return old;
    const made = new Row(known, () => this.open(known.id));
    this.rows.set(known.n, made);
    return made;
  }

  private tell(wanted: number, listed: number): void {
    const { rows, told } = this.board;
    const isFiltered = this.filters.isOn || this.model !== ALL;
    at("streams").hidden = wanted === 0;
    at("no-streams").hidden = rows.size > 0;
    at("no-match").hidden = rows.size === 0 || wanted > 0;
    at("matches").textContent = `0 of ${many(rows.size, "stream")}`;
    at("clear").hidden = !this.filters.isOn;
    const shown =
      listed < wanted ? `${count(listed)} of ${count(wanted)} shown` : `${count(wanted)} shown`;
    const of = isFiltered ? ` of ${count(rows.size)}` : "";
    at("stream-count").textContent =
      `${shown}${of} · the newest ${count(told?.streamsMax ?? 0)} are kept`;
  }

  private get isHeld(): boolean {
    const table = at("streams");
    const { anchorNode } = getSelection() ?? {};
    const isSelected = getSelection()?.isCollapsed === false && table.contains(anchorNode ?? null);
    return table.matches(":hover, :focus-within") || isSelected;
  }

  private step(event: KeyboardEvent): void {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    const row = document.activeElement?.closest("tr");
    const next = by > 0 ? row?.nextElementSibling : row?.previousElementSibling;
    const button = next?.querySelector("button");
    if (!button) return;
    event.preventDefault();
    button.focus();
  }
}

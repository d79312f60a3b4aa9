// One stream as a row that is written anew only where something changed.
import type { StreamRow } from "../../gateway/index.ts";
import { el } from "../shared/element.ts";
import type { Speed } from "./board.ts";
import { stateCell } from "./mark.ts";
import { Spark } from "./spark.ts";
import { clock, count, isLive, ms, span } from "./words.ts";

export const COLUMNS = [
  ["state", "State"],
  ["id", "Stream"],
  ["model", "Model"],
  ["client", "Client"],
  ["age", "Age"],
  ["first", "First token"],
  ["last", "Last chunk"],
  ["speed", "Chars/s"],
  ["tokens", "Tokens"],
  ["attempts", "Attempts"],
  ["mended", "Mended"],
  ["readers", "Readers"],
  ["cause", "Cause"],
] as const;
type Column = (typeof COLUMNS)[number][0];

/** Numbers, which stand at the right. */
const RIGHT: readonly Column[] = [
  "age",
  "first",
  "last",
  "tokens",
  "attempts",
  "mended",
  "readers",
];

export class Row {
  readonly element = el("tr", {});
  readonly button: HTMLButtonElement;
  private readonly cells = new Map<Column, HTMLElement>();
  private readonly spark = new Spark();
  private readonly rate = el("span", {});
  private state = "";

  constructor({ id, model, client, door, takenOver }: StreamRow, open: () => void) {
    for (const [name, label] of COLUMNS) {
      const about = {
        class: RIGHT.includes(name) ? `c-${name} right` : `c-${name}`,
        "data-label": label,
      };
      const cell = name === "id" ? el("th", { ...about, scope: "row" }) : el("td", about);
      this.cells.set(name, cell);
      this.element.append(cell);
    }
    this.button = el(
      "button",
      { type: "button", class: "plain link mono", onclick: open },
      shortId(id),
    );
    this.button.title = id;
    this.cell("id").append(this.button);
    this.set("model", model);
    this.set("client", client);
    this.cell("client").title =
      `came through the door ${door}${takenOver ? "; begun by another process" : ""}`;
    this.cell("speed").append(this.spark.element, this.rate);
    this.element.addEventListener("click", ({ target }) => {
      // A selection is not a click, and the button has its own.
      const isButton = target instanceof Element && target.closest("button");
      if (!isButton && getSelection()?.isCollapsed !== false) open();
    });
  }

  show({ now, startedAtMs }: StreamRow, speed: Speed | undefined, nowMs: number): void {
    if (this.state !== now.state) {
      this.state = now.state;
      this.cell("state").replaceChildren(stateCell(now.state));
      this.element.className = isLive(now.state) ? `live of-${now.state}` : "ended";
    }
    const running = isLive(now.state);
    this.set("age", running ? span(nowMs - startedAtMs) : ms(now.totalMs));
    this.cell("age").title = `began ${clock(startedAtMs)}`;
    this.set("first", ms(now.ttftMs));
    const silentMs = nowMs - startedAtMs - (now.lastChunkMs ?? 0);
    this.set("last", running && now.lastChunkMs !== undefined ? `${ago(silentMs)}` : "");
    this.set("tokens", now.tokens > 0 ? count(now.tokens) : "–");
    this.set("attempts", count(now.attempts));
    this.set("mended", now.recoveries > 0 ? count(now.recoveries) : "");
    this.set("readers", now.readers > 0 ? count(now.readers) : "");
    this.set("cause", now.cause ?? "");
    this.showSpeed(running ? speed : undefined);
  }

  private showSpeed(speed: Speed | undefined): void {
    const points = speed ?? [];
    const rates = points.slice(1).map(([atMs, chars], i) => {
      const [beforeMs = atMs, before = chars] = points[i] ?? [];
      return Math.max(0, ((chars - before) * 1_000) / Math.max(1, atMs - beforeMs));
    });
    this.spark.element.toggleAttribute("hidden", rates.length < 2);
    if (rates.length > 1) this.spark.show(rates);
    const last = rates.at(-1);
    const text = last === undefined ? "" : count(Math.round(last));
    if (this.rate.textContent !== text) this.rate.textContent = text;
  }

  private set(name: Column, text: string): void {
    const cell = this.cell(name);
    if (cell.textContent !== text) cell.textContent = text;
  }

  private cell(name: Column): HTMLElement {
    return this.cells.get(name) as HTMLElement;
  }
}

const SHORT_CHARS = 12;

function shortId(id: string): string {
  return id.length <= SHORT_CHARS ? id : `${id.slice(0, SHORT_CHARS)}…`;
}

function ago(silentMs: number): string {
  return silentMs < 2_000 ? "now" : `${span(silentMs)} ago`;
}

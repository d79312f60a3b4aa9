// The charts of the last hour, each with a table that says the same.
import uPlot from "uplot";
import type { Minute } from "../../gateway/index.ts";
import { at, el } from "../shared/element.ts";
import { type Board, HOUR_MINUTES, MINUTE_MS } from "./board.ts";
import { type Curve, PLOTS, type Plot } from "./curves.ts";
import type { Choice } from "./tiles.ts";
import { clock, count, ms } from "./words.ts";

const HIGH_PX = 170;
const GRID_PX = 1;

export class Charts {
  private readonly board: Board;
  private readonly charts: Chart[];

  constructor(board: Board) {
    this.board = board;
    this.charts = PLOTS.map((plot) => new Chart(plot));
    at("charts").append(...this.charts.map(({ element }) => element));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.repaint());
  }

  /** A minute is added once a minute; what is told of the running one changes more often. */
  update(choice: Choice): void {
    const minutes = hourOf(this.board);
    for (const chart of this.charts) chart.update(minutes, choice, this.board.restarts);
  }

  /** In the colours that are in force now. */
  repaint(): void {
    for (const chart of this.charts) chart.repaint();
  }
}

/** Sixty minutes without a hole: those that nobody counted are empty. */
function hourOf({ minutes, nowMs }: Board): Minute[] {
  const byMinute = new Map(minutes.map((one) => [one.atMs, one]));
  const last = minutes.at(-1)?.atMs ?? Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  return Array.from({ length: HOUR_MINUTES }, (_, i) => {
    const atMs = last - (HOUR_MINUTES - 1 - i) * MINUTE_MS;
    return byMinute.get(atMs) ?? { atMs, models: {} };
  });
}

class Chart {
  readonly element: HTMLElement;
  private readonly plot: Plot;
  private readonly place = el("div", { class: "plot", tabindex: "0", role: "group" });
  private readonly twin = el("div", { class: "scroll" });
  private readonly details: HTMLDetailsElement;
  private drawn: uPlot | undefined;
  private minutes: readonly Minute[] = [];
  private curves: Curve[] = [];
  private restarts: readonly number[] = [];
  private shown = "";

  constructor(plot: Plot) {
    this.plot = plot;
    this.details = el("details", {}, el("summary", {}, "As a table"), this.twin);
    this.details.addEventListener("toggle", () => this.tell());
    this.place.setAttribute("aria-label", `${plot.name}; the table beneath says the same`);
    this.place.addEventListener("keydown", (event) => this.step(event));
    this.element = el(
      "figure",
      { class: "card chart" },
      el("figcaption", {}, el("h3", {}, plot.name), el("span", { class: "small" }, plot.about)),
      this.place,
      this.details,
    );
    new ResizeObserver(() => this.fit()).observe(this.place);
  }

  update(minutes: readonly Minute[], choice: Choice, restarts: readonly number[]): void {
    const curves = this.plot.curves(minutes, choice);
    const key = JSON.stringify([
      minutes.at(-1)?.atMs,
      curves.map(({ label, values }) => [label, values]),
    ]);
    if (key === this.shown) return;
    this.shown = key;
    const isSame =
      this.curves.length === curves.length &&
      curves.every(({ label }, i) => label === this.curves[i]?.label);
    this.minutes = minutes;
    this.curves = curves;
    this.restarts = restarts;
    if (isSame && this.drawn) this.drawn.setData(this.data());
    else this.repaint();
    this.tell();
  }

  repaint(): void {
    this.drawn?.destroy();
    this.drawn = undefined;
    const width = this.place.clientWidth;
    if (width === 0 || this.minutes.length === 0) return;
    this.drawn = new uPlot(this.options(width), this.data(), this.place);
  }

  private fit(): void {
    const width = this.place.clientWidth;
    if (!this.drawn) this.repaint();
    else if (width > 0 && this.drawn.width !== width)
      this.drawn.setSize({ width, height: HIGH_PX });
  }

  private data(): uPlot.AlignedData {
    const x = this.minutes.map(({ atMs }) => atMs / 1_000);
    if (!this.plot.isStacked) return [x, ...this.curves.map(({ values }) => values)];
    // Each on top of those before it; the highest is drawn first, and the others over it.
    let below = x.map(() => 0);
    const sums = this.curves.map(({ values }) => {
      below = below.map((sum, i) => sum + (values[i] ?? 0));
      return below;
    });
    return [x, ...sums.toReversed()];
  }

  private options(width: number): uPlot.Options {
    const soft = colourOf("--soft");
    const line = colourOf("--line");
    const { unit, isStacked } = this.plot;
    const say = (value: number | null) =>
      unit === "ms" ? ms(value) : value === null ? "–" : count(value);
    const axis = { stroke: soft, grid: { stroke: line, width: GRID_PX }, ticks: { show: false } };
    const curves = isStacked ? this.curves.toReversed() : this.curves;
    return {
      width,
      height: HIGH_PX,
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { y: { range: (_, __, max) => [0, Math.max(max, 1) * 1.1] } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map((at) => clock(at * 1_000, false)) },
        {
          ...axis,
          size: 62,
          values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? say(tick) : "")),
        },
      ],
      series: [
        { label: "Minute", value: (_, at) => (at === null ? "–" : clock(at * 1_000, false)) },
        ...curves.map(({ label, colour, dashed, values }) => {
          const stroke = colourOf(colour);
          return {
            label,
            stroke,
            width: 1.5,
            points: { show: !isStacked, size: 4, fill: stroke },
            ...(dashed && { dash: [5, 4] }),
            ...(isStacked && {
              fill: stroke,
              paths: uPlot.paths.stepped?.({ align: 1 }) as uPlot.Series.PathBuilder,
            }),
            value: (_: uPlot, __: number | null, ___: number, i: number | null) =>
              say(i === null ? null : (values[i] ?? null)),
          };
        }),
      ],
      hooks: { draw: [(chart) => this.restart(chart, soft)] },
    };
  }

  /** A line where another process began to count. */
  private restart({ ctx, bbox, valToPos }: uPlot, colour: string): void {
    for (const atMs of this.restarts) {
      const x = valToPos(atMs / 1_000, "x", true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.save();
      ctx.strokeStyle = colour;
      ctx.setLineDash([3, 3]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.restore();
    }
  }

  private step({ key }: KeyboardEvent): void {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (by === undefined || !this.drawn) return;
    const { cursor, data } = this.drawn;
    const last = data[0].length - 1;
    const next = Math.max(0, Math.min(last, (cursor.idx ?? last + 1) + by));
    const left = this.drawn.valToPos(data[0][next] as number, "x");
    this.drawn.setCursor({ left, top: HIGH_PX / 3 });
  }

  private tell(): void {
    if (!this.details.open) return;
    const { unit } = this.plot;
    const head = ["Minute", ...this.curves.map(({ label }) => label)];
    const rows = this.minutes
      .map(({ atMs }, i) => [
        clock(atMs, false),
        ...this.curves.map(({ values }) => {
          const value = values[i] ?? null;
          return unit === "ms" ? ms(value) : value === null ? "–" : count(value);
        }),
      ])
      .toReversed();
    this.twin.replaceChildren(
      el(
        "table",
        { class: "grid", "aria-label": this.plot.name },
        el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))),
        el(
          "tbody",
          {},
          ...rows.map(([first = "", ...others]) =>
            el(
              "tr",
              {},
              el("th", { scope: "row" }, first),
              ...others.map((text) => el("td", { class: "right" }, text)),
            ),
          ),
        ),
      ),
    );
  }
}

/** What a colour of the page is in the theme in force: canvases know no variables. */
function colourOf(name: string): string {
  const probe = el("i", {});
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

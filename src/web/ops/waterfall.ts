// One stream drawn over its time: attempts, chunks, silences, waits, seams and readers.
import type { AttemptBar, StreamDetail } from "../../gateway/index.ts";
import { drawn } from "../shared/element.ts";
import type { Happening } from "./events.ts";
import { ms } from "./words.ts";

const WIDE = 1000;
const LEFT = 96;
const LANE = 34;
const TOP = 30;
const TICKS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000, 120_000, 300_000,
  600_000, 1_800_000,
];

export class Waterfall {
  readonly element: SVGSVGElement;
  private readonly endMs: number;
  private readonly cursor = drawn("path", { class: "wf-cursor" });
  private height = 0;

  constructor(detail: StreamDetail, nowMs: number) {
    const { row, attempts, readers, end, waitedMs = 0 } = detail;
    const times = [
      end?.t ?? nowMs - row.startedAtMs,
      ...attempts.map(({ endMs = 0 }) => endMs),
      ...readers.map(({ t }) => t),
    ];
    this.endMs = Math.max(1, ...times);
    const parts: SVGElement[] = [];
    const lanes = attempts.length + 1;
    this.height = TOP + lanes * LANE + 8;
    parts.push(...this.scale());
    if (waitedMs > 0)
      parts.push(this.box(0, waitedMs, 0, "wf-queued", `waited ${ms(waitedMs)} for room`));
    attempts.forEach((attempt, i) => {
      parts.push(...this.attempt(attempt, i, detail, attempts[i + 1]));
    });
    parts.push(...this.readers(detail, attempts.length));
    this.element = drawn(
      "svg",
      {
        class: "waterfall",
        viewBox: `0 0 ${WIDE} ${this.height}`,
        role: "img",
        "aria-label": "Waterfall; the same as a table follows",
      },
      ...parts,
      this.cursor,
    );
  }

  /** Where one of the happenings is. */
  point({ t }: Happening): void {
    this.cursor.setAttribute("d", `M${this.x(t)} ${TOP - 6}V${this.height}`);
  }

  private x(t: number): number {
    return (
      Math.round((LEFT + (Math.min(t, this.endMs) / this.endMs) * (WIDE - LEFT - 12)) * 10) / 10
    );
  }

  private y(lane: number): number {
    return TOP + lane * LANE;
  }

  private scale(): SVGElement[] {
    const step = TICKS.find((one) => this.endMs / one <= 8) ?? this.endMs;
    const made: SVGElement[] = [];
    for (let t = 0; t <= this.endMs; t += step) {
      made.push(drawn("path", { class: "wf-grid", d: `M${this.x(t)} ${TOP - 8}V${this.height}` }));
      made.push(this.text(this.x(t), 14, t === 0 ? "0" : ms(t), "middle"));
    }
    return made;
  }

  private attempt(
    { n, startMs, firstChunkMs, endMs = this.endMs, failure }: AttemptBar,
    lane: number,
    { firsts, ticks, stalls, splices }: StreamDetail,
    next: AttemptBar | undefined,
  ): SVGElement[] {
    const y = this.y(lane);
    const made: SVGElement[] = [this.text(LEFT - 10, y + 17, `attempt ${n}`, "end")];
    const first = Math.min(firstChunkMs ?? endMs, endMs);
    made.push(
      this.box(startMs, first, lane, "wf-connecting", `connecting, ${ms(first - startMs)}`),
    );
    if (firstChunkMs !== undefined)
      made.push(this.box(first, endMs, lane, "wf-flow", `chunks for ${ms(endMs - first)}`));
    made.push(...this.chunks(ticks, first, endMs, y));
    for (const stall of stalls.filter(({ t }) => t >= startMs && t <= endMs)) {
      const from = stall.t - stall.silentMs;
      const title = `silent for ${ms(stall.silentMs)}`;
      made.push(this.box(Math.max(from, startMs), stall.endMs ?? endMs, lane, "wf-stall", title));
    }
    if (lane === 0 && firsts.text !== undefined)
      made.push(this.mark(firsts.text, y, "wf-first", `first text at ${ms(firsts.text)}`));
    for (const splice of splices.filter(({ attempt }) => attempt === n))
      made.push(this.mark(splice.t, y, "wf-splice", `splice at ${ms(splice.t)}`));
    if (failure) {
      const words = `${failure.code} → ${failure.verdict}`;
      made.push(this.cross(endMs, y, words));
      if (next)
        made.push(
          this.box(endMs, next.startMs, lane, "wf-wait", `waited ${ms(next.startMs - endMs)}`),
        );
    }
    return made;
  }

  private chunks(
    { widthMs, chunks, chars }: StreamDetail["ticks"],
    from: number,
    to: number,
    y: number,
  ) {
    const most = Math.max(1, ...chars);
    const bars: string[] = [];
    chunks.forEach((n, slot) => {
      const t = slot * widthMs;
      if (n === 0 || t + widthMs <= from || t > to) return;
      const high = 4 + Math.round(((chars[slot] ?? 0) / most) * 16);
      bars.push(`M${this.x(Math.max(t, from))} ${y + 22}v-${high}`);
    });
    return bars.length > 0 ? [drawn("path", { class: "wf-chunks", d: bars.join("") })] : [];
  }

  private readers({ readers }: StreamDetail, lane: number): SVGElement[] {
    const y = this.y(lane);
    const made: SVGElement[] = [this.text(LEFT - 10, y + 17, "readers", "end")];
    for (const { t, what, after } of readers) {
      const title = `reader ${what}${after >= 0 ? ` after event ${after}` : ""}, ${ms(t)}`;
      const circle = drawn("circle", {
        class: what === "came" ? "wf-came" : "wf-left",
        cx: this.x(t),
        cy: y + 12,
        r: 4.5,
      });
      made.push(titled(circle, title));
    }
    return made;
  }

  private box(from: number, to: number, lane: number, name: string, title: string): SVGElement {
    const x = this.x(from);
    const width = Math.max(1, this.x(to) - x);
    return titled(
      drawn("rect", { class: name, x, y: this.y(lane), width, height: 24, rx: 3 }),
      title,
    );
  }

  private mark(t: number, y: number, name: string, title: string): SVGElement {
    return titled(drawn("path", { class: name, d: `M${this.x(t)} ${y - 3}V${y + 27}` }), title);
  }

  private cross(t: number, y: number, title: string): SVGElement {
    const x = this.x(t);
    const d = `M${x - 5} ${y + 7}l10 10M${x + 5} ${y + 7}l-10 10`;
    return titled(drawn("path", { class: "wf-failure", d }), title);
  }

  private text(x: number, y: number, words: string, anchor: string): SVGTextElement {
    const made = drawn("text", { x, y, "text-anchor": anchor });
    made.textContent = words;
    return made;
  }
}

function titled<T extends SVGElement>(element: T, words: string): T {
  const title = drawn("title");
  title.textContent = words;
  element.append(title);
  return element;
}

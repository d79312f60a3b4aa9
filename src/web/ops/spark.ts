// Little curves beside numbers. They repeat what is told in words elsewhere, so readers skip them.
import { drawn } from "../shared/element.ts";

const WIDE = 100;
const HIGH = 24;

export class Spark {
  readonly element: SVGSVGElement;
  private readonly path = drawn("path", { class: "spark-line" });
  private readonly area = drawn("path", { class: "spark-area" });
  private shown = "";

  constructor() {
    this.element = drawn(
      "svg",
      {
        class: "spark",
        viewBox: `0 0 ${WIDE} ${HIGH}`,
        preserveAspectRatio: "none",
        "aria-hidden": "true",
      },
      this.area,
      this.path,
    );
  }

  /** From old to new; a hole where nothing was measured. */
  show(values: readonly (number | null)[]): void {
    const max = Math.max(0, ...values.map((value) => value ?? 0)) || 1;
    const step = WIDE / Math.max(1, values.length - 1);
    let line = "";
    let area = "";
    let isOn = false;
    let from = 0;
    values.forEach((value, i) => {
      const x = (i * step).toFixed(1);
      if (value === null) {
        if (isOn) area += `L${((i - 1) * step).toFixed(1)} ${HIGH}Z`;
        isOn = false;
        return;
      }
      const y = (HIGH - 2 - (value / max) * (HIGH - 5)).toFixed(1);
      // A lone point is a short stroke.
      line += isOn ? `L${x} ${y}` : `M${x} ${y}h.6`;
      if (!isOn) {
        from = i;
        area += `M${(from * step).toFixed(1)} ${HIGH}L${x} ${y}`;
      } else area += `L${x} ${y}`;
      isOn = true;
    });
    if (isOn) area += `L${WIDE} ${HIGH}Z`;
    if (line === this.shown) return;
    this.shown = line;
    this.path.setAttribute("d", line);
    this.area.setAttribute("d", area);
  }
}

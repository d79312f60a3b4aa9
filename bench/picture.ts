// A table as a picture: bars of one measure side by side, ours in colour, the budget as a line. Light
// and dark as the reader has it.

interface Bar {
  label: string;
  value: number;
  isOurs?: boolean;
}

export interface Picture {
  title: string;
  /** What the numbers are, and which way is better. */
  says: string;
  bars: readonly Bar[];
  budget?: { value: number; label: string };
  digits?: number;
}

const WIDTH = 760;
const LEFT = 210;
const RIGHT = 96;
const TOP = 74;
const ROW = 32;
const BAR = 18;

export function draw({ title, says, bars, budget, digits = 1 }: Picture): string {
  const most = Math.max(...bars.map(({ value }) => value), budget?.value ?? 0) || 1;
  const scale = (value: number) => Math.max(1, (value / most) * (WIDTH - LEFT - RIGHT));
  const height = TOP + bars.length * ROW + (budget ? 34 : 14);
  const rows = bars.map(({ label, value, isOurs }, i) => {
    const y = TOP + i * ROW;
    const length = scale(value).toFixed(1);
    return `  <text class="label${isOurs ? " own" : ""}" x="${LEFT - 12}" y="${y + 14}" text-anchor="end">${escaped(label)}</text>
  <rect class="bar${isOurs ? " ours" : ""}" x="${LEFT}" y="${y}" width="${length}" height="${BAR}" rx="3"/>
  <text class="value" x="${LEFT + Number(length) + 8}" y="${y + 14}">${value.toFixed(digits)}</text>`;
  });
  const line = budget
    ? `  <path class="budget" d="M${(LEFT + scale(budget.value)).toFixed(1)} ${TOP - 8}V${TOP + bars.length * ROW}"/>
  <text class="soft" x="${(LEFT + scale(budget.value)).toFixed(1)}" y="${TOP + bars.length * ROW + 18}" text-anchor="middle">${escaped(budget.label)}</text>`
    : "";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">
  <title id="title">${escaped(title)}</title>
  <desc id="desc">${escaped(bars.map(({ label, value }) => `${label}: ${value.toFixed(digits)}`).join("; "))}. ${escaped(says)}</desc>
  <style>${STYLE}
  </style>
  <rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="12"/>
  <text class="title" x="24" y="34">${escaped(title)}</text>
  <text class="soft" x="24" y="54">${escaped(says)}</text>
${rows.join("\n")}
${line}
</svg>
`;
}

const colours = (
  ink: string,
  soft: string,
  card: string,
  edge: string,
  bar: string,
  ours: string,
) =>
  `
    text { fill: ${ink}; }
    .soft { fill: ${soft}; }
    .card { fill: ${card}; stroke: ${edge}; }
    .bar { fill: ${bar}; }
    .ours { fill: ${ours}; }
    .budget { stroke: ${ink}; }`;

const STYLE = `
    text { font: 13px ui-sans-serif, system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }
    .title { font-size: 17px; font-weight: 600; }
    .own { font-weight: 600; }
    .value { font-variant-numeric: tabular-nums; }
    .budget { fill: none; stroke-dasharray: 4 4; }${colours("#1c2733", "#5b6875", "#ffffff", "#d0d7de", "#b9c4cf", "#0b7a63")}
    @media (prefers-color-scheme: dark) {${colours("#e8edf2", "#9aa7b4", "#0f151b", "#2d3843", "#465361", "#4fc3a5")}
    }`;

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

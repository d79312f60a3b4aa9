// Draws the house as it is: the rooms that exist, their doors, and the imports between them. Places
// and paths are made by hand, so that the picture changes only when the structure does.
import { HOUSE } from "./house.ts";
import { roomOf, type Tree } from "./tree.ts";

const WIDTH = 1060;
const HEIGHT = 640;
const BOX = { width: 158, height: 88 };

/** Left edge and top of each room; three rooms are wider than the others. */
const PLACES: Readonly<Record<string, { x: number; y: number; width?: number }>> = {
  cli: { x: 40, y: 72, width: 980 },
  gateway: { x: 70, y: 216 },
  web: { x: 268, y: 216 },
  doctor: { x: 466, y: 216 },
  core: { x: 268, y: 360 },
  sim: { x: 664, y: 360 },
  store: { x: 70, y: 504 },
  wire: { x: 268, y: 504, width: 554 },
  node: { x: 862, y: 504 },
};

/** One path for each arrow the house allows; those of cli run straight down between the rooms. */
const PATHS: Readonly<Record<string, string>> = {
  "cli>gateway": "M149 160V210",
  "cli>web": "M347 160V210",
  "cli>doctor": "M545 160V210",
  "cli>sim": "M743 160V354",
  "cli>node": "M941 160V498",
  "cli>store": "M54 160V520Q54 532 64 532",
  "cli>core": "M445 160V306C445 338 394 322 394 354",
  "cli>wire": "M645 160V498",
  "gateway>store": "M120 304V498",
  "gateway>core": "M206 304C206 372 226 390 262 392",
  "gateway>wire": "M172 304V416C172 470 304 448 304 498",
  "web>core": "M347 304V354",
  "web>doctor": "M426 260H460",
  "web>gateway": "M268 260H234",
  "doctor>core": "M500 304C500 376 478 404 432 404",
  "doctor>wire": "M565 304V498",
  "core>wire": "M347 448V498",
  "sim>wire": "M743 448V498",
};

interface Palette {
  card: string;
  edge: string;
  ink: string;
  soft: string;
  box: string;
  arrow: string;
  wiring: string;
  door: string;
  doorBox: string;
}

const LIGHT: Palette = {
  card: "#ffffff",
  edge: "#d0d7de",
  ink: "#1c2733",
  soft: "#5b6875",
  box: "#f6f8fa",
  arrow: "#6b7886",
  wiring: "#b4bdc7",
  door: "#0b6b57",
  doorBox: "#dff3ed",
};

const DARK: Palette = {
  card: "#0f151b",
  edge: "#2d3843",
  ink: "#e8edf2",
  soft: "#9aa7b4",
  box: "#18212b",
  arrow: "#93a0ad",
  wiring: "#4a5866",
  door: "#7fdcc2",
  doorBox: "#12352d",
};

/** Colours are written out in each rule: viewers without CSS variables still show the light ones. */
const paint = (colour: Palette) => `
    text { fill: ${colour.ink}; }
    .card { fill: ${colour.card}; stroke: ${colour.edge}; }
    .soft { fill: ${colour.soft}; }
    .box { fill: ${colour.box}; stroke: ${colour.edge}; }
    .door { fill: ${colour.door}; }
    .door-box { fill: ${colour.doorBox}; }
    .arrow { stroke: ${colour.arrow}; }
    .wiring { stroke: ${colour.wiring}; }
    .head { fill: ${colour.arrow}; }
    .wiring-head { fill: ${colour.wiring}; }`;

const STYLE = `
    text { font-family: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }
    .title { font-size: 20px; font-weight: 600; }
    .soft { font-size: 13px; }
    .box { stroke-width: 1.25; }
    .name { font-size: 17px; font-weight: 600; }
    .door { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 11.5px; }
    .arrow, .wiring { fill: none; stroke-width: 1.6; }${paint(LIGHT)}
    @media (prefers-color-scheme: dark) {${paint(DARK)}
    }`;

export function drawRooms(tree: Tree): string {
  const rooms = Object.keys(PLACES).filter((name) =>
    tree.sources.some(({ room }) => room === name),
  );
  const arrows = findArrows(tree).filter((arrow) => arrow in PATHS);
  const said = arrows.map((arrow) => arrow.replace(">", " imports ")).join("; ");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title desc">
  <title id="title">The rooms of Pollux and who imports whom</title>
  <desc id="desc">${said}.</desc>
  <style>${STYLE}
  </style>
  <defs>
    ${drawHead("head")}
    ${drawHead("wiring-head")}
  </defs>
  <rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="14"/>
  <text class="title" x="40" y="44">The rooms of Pollux</text>
  <text class="soft" x="1020" y="44" text-anchor="end">an arrow is an import · a green label is a door</text>
${arrows.map(drawArrow).join("\n")}
${rooms.map((room) => drawRoom(room, tree)).join("\n")}
  <text class="soft" x="40" y="618">No arrow points up: nothing a room imports can import it back.</text>
</svg>
`;
}

/** `from>to` for every import that crosses a wall; tests do not count, they look everywhere. */
function findArrows({ sources }: Tree): string[] {
  const arrows = new Set<string>();
  for (const { room, imports, isTest } of sources) {
    if (!room || isTest) continue;
    for (const { to, kind } of imports) {
      const target = roomOf(to);
      if (kind === "file" && target && target !== room) arrows.add(`${room}>${target}`);
    }
  }
  return [...arrows].sort();
}

function drawHead(id: string): string {
  return `<marker id="${id}" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="7.5" markerHeight="7.5" orient="auto"><path class="${id}" d="M0 1L9 5L0 9z"/></marker>`;
}

function drawArrow(arrow: string): string {
  const isWiring = arrow.startsWith("cli>");
  const head = isWiring ? "wiring-head" : "head";
  return `  <path class="${isWiring ? "wiring" : "arrow"}" d="${PATHS[arrow]}" marker-end="url(#${head})"/>`;
}

function drawRoom(name: string, { doors }: Tree): string {
  const { x, y, width = BOX.width } = PLACES[name]!;
  const middle = x + width / 2;
  const open = [...doors].filter(([path]) => roomOf(path) === name).map(([, door]) => door);
  const more = open.length > 1 ? ` +${open.length - 1}` : "";
  const label = name === "cli" ? "npx pollux" : `${open[0] ?? ""}${more}`;
  const labelWidth = label.length * 7 + 16;
  const door = label
    ? `
    <rect class="door-box" x="${middle - labelWidth / 2}" y="${y + 58}" width="${labelWidth}" height="19" rx="9.5"/>
    <text class="door" x="${middle}" y="${y + 71.5}" text-anchor="middle">${label}</text>`
    : "";
  return `  <g>
    <rect class="box" x="${x}" y="${y}" width="${width}" height="${BOX.height}" rx="10"/>
    <text class="name" x="${middle}" y="${y + 27}" text-anchor="middle">${name}</text>
    <text class="soft" x="${middle}" y="${y + 46}" text-anchor="middle">${HOUSE[name]?.says}</text>${door}
  </g>`;
}

// START HERE. The operations page: one feed lays numbers on the board, and once in a while the parts draw
// what the board knows. Paused, nothing is fetched and nothing is drawn.
import { at } from "../shared/element.ts";
import { signedIn } from "../shared/house.ts";
import { applyTheme, turnTheme } from "../shared/theme.ts";
import { ALL, Board, MINUTE_MS, type WindowName } from "./board.ts";
import { Charts } from "./charts.ts";
import { openDetail } from "./detail.ts";
import { Errors } from "./errors.ts";
import { listenKeys, openKeys } from "./keys.ts";
import { Limits } from "./limits.ts";
import { Line, type Link } from "./line.ts";
import { Streams } from "./streams.ts";
import { Tiles } from "./tiles.ts";
import { Verdict } from "./verdict.ts";
import { clock, span } from "./words.ts";

/** Numbers that change all the time are written this often, and no oftener. */
const BEAT_MS = 1_000;

const board = new Board();
const verdict = new Verdict(board);
const tiles = new Tiles(board);
const open = (id: string) => void openDetail(id, () => board.nowMs);
const charts = new Charts(board);
const errors = new Errors(board, open);
const limits = new Limits(board);
const streams = new Streams(board, open);
const windowField = at<HTMLSelectElement>("window");
const modelField = at<HTMLSelectElement>("model");
const line = new Line({
  snapshot: (value) => {
    board.take(value);
    draw();
  },
  delta: (value) => {
    board.change(value);
    verdict.update();
  },
  turned,
});
let beat: ReturnType<typeof setInterval> | undefined;

function choice() {
  return { window: windowField.value as WindowName, model: modelField.value };
}

function draw(): void {
  if (!board.told) return;
  fillModels();
  const chosen = choice();
  verdict.update();
  tiles.update(chosen);
  charts.update(chosen);
  errors.update(chosen);
  limits.update();
  streams.update();
  tellWindow();
}

/** A window that is longer than anybody counted says so. */
function tellWindow(): void {
  const { window } = choice();
  const countedMs = board.nowMs - board.sinceMs;
  const isWhole = countedMs >= Number(window) * MINUTE_MS;
  at("counted").textContent =
    `${isWhole ? `last ${window} min` : `since ${clock(board.sinceMs)}, when this gateway began to count`}; the running minute included`;
}

function fillModels(): void {
  const known = new Set([...modelField.options].map(({ value }) => value));
  for (const name of board.models) if (!known.has(name)) modelField.append(new Option(name, name));
}

function turned(link: Link): void {
  document.body.dataset.link = link;
  clearInterval(beat);
  const button = at("pause");
  button.textContent = link === "paused" ? "Go on" : "Pause";
  button.setAttribute("aria-pressed", String(link === "paused"));
  if (link === "paused") {
    at("link-word").textContent = `paused at ${clock(board.nowMs)}`;
    at("status").textContent = "Paused. Nothing is fetched until you go on.";
    return;
  }
  beat = setInterval(tick, BEAT_MS);
  if (link === "lost" && board.told) at("status").textContent = "The feed stopped; reconnecting.";
  tick();
}

function tick(): void {
  if (document.hidden) return;
  if (line.link === "live") {
    at("link-word").textContent = "live";
    draw();
    return;
  }
  // What is shown is old, and says how old.
  const ago = board.told
    ? `last update ${clock(board.atMs)} (${span(Date.now() - line.lastMs)} ago), reconnecting`
    : "connecting";
  at("link-word").textContent = ago;
}

function pause(): void {
  line.pause(!line.isPaused);
}

async function start(): Promise<void> {
  applyTheme();
  at("theme").addEventListener("click", () => {
    turnTheme();
    charts.repaint();
  });
  at("pause").addEventListener("click", pause);
  at("keys").addEventListener("click", openKeys);
  windowField.addEventListener("input", draw);
  modelField.addEventListener("input", () => {
    streams.choose(modelField.value || ALL);
    draw();
  });
  listenKeys({ pause, search: () => streams.search() });
  const me = await signedIn(true);
  at("upstream").textContent = me.sim ? "the simulator answers" : me.upstream;
  line.open();
}

start().catch((error) => {
  const place = at("trouble");
  place.hidden = false;
  place.textContent = `The gateway cannot be reached: ${error instanceof Error ? error.message : error}`;
});

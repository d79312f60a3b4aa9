// The numbers that say most, each of the window and the model that were chosen.
import type { Counts, Minute, Quantiles } from "../../gateway/index.ts";
import { at, el } from "../shared/element.ts";
import { ALL, type Board, HOUR_MINUTES, MINUTE_MS, type WindowName } from "./board.ts";
import { Spark } from "./spark.ts";
import { count, many, ms, percent } from "./words.ts";

export interface Choice {
  window: WindowName;
  model: string;
}

interface Shown {
  value: string;
  /** What it is made of. */
  more: string;
  level?: "warn" | "bad";
  spark: (minute: Minute) => number | null;
}

type Draw = (board: Board, choice: Choice) => Shown;

const NONE: Counts = {
  ...{ started: 0, ended: 0, attempts: 0, tokens: 0, stalls: 0, quota: 0, mended: 0, broken: 0 },
  fates: {},
};

const TILES: readonly { name: string; about: string; draw: Draw }[] = [
  {
    name: "In flight",
    about: "Streams that run now, and those that wait for room",
    draw: inFlight,
  },
  { name: "First token, p95", about: "From the start of a stream to its first text", draw: first },
  { name: "Chunk gap, p95", about: "Silence between two chunks of a stream", draw: gap },
  {
    name: "Completed",
    about: "Of the streams that ended and that nobody stopped or left",
    draw: completed,
  },
  {
    name: "Recovered",
    about: "Of the streams that broke after text was shown, those that were mended",
    draw: recovered,
  },
  { name: "Rate limits", about: "Attempts that Google refused for want of quota", draw: limited },
];

export class Tiles {
  private readonly board: Board;
  private readonly tiles: {
    element: HTMLElement;
    set(shown: Shown, curve: readonly (number | null)[]): void;
    draw: Draw;
  }[];

  constructor(board: Board) {
    this.board = board;
    this.tiles = TILES.map(({ name, about, draw }) => ({ ...tile(name, about), draw }));
    at("tiles").append(...this.tiles.map(({ element }) => element));
  }

  update(choice: Choice): void {
    const { board } = this;
    if (!board.told) return;
    const last = board.minutes.at(-1)?.atMs ?? 0;
    const byMinute = new Map(board.minutes.map((one) => [one.atMs, one]));
    for (const { set, draw } of this.tiles) {
      const shown = draw(board, choice);
      const curve = Array.from({ length: HOUR_MINUTES }, (_, i) => {
        const minute = byMinute.get(last - (HOUR_MINUTES - 1 - i) * MINUTE_MS);
        return minute ? shown.spark(minute) : null;
      });
      set(shown, curve);
    }
  }
}

function tile(name: string, about: string) {
  const value = el("strong", {});
  const more = el("span", { class: "small" });
  const spark = new Spark();
  const element = el("div", { class: "tile card", title: about }, el("h3", {}, name), value, more);
  element.append(spark.element);
  const set = (shown: Shown, curve: readonly (number | null)[]) => {
    if (value.textContent !== shown.value) value.textContent = shown.value;
    if (more.textContent !== shown.more) more.textContent = shown.more;
    element.dataset.level = shown.level ?? "";
    spark.show(curve);
  };
  return { element, set };
}

/** Models are not averaged together: of all of them, the one with the worst is named. */
function worst(
  board: Board,
  { window, model }: Choice,
  of: (counts: Counts) => Quantiles | undefined,
): { model: string; quantiles: Quantiles } | undefined {
  const names = model === ALL ? board.models : [model];
  let found: { model: string; quantiles: Quantiles } | undefined;
  for (const name of names) {
    const quantiles = of(board.counts(window, name) ?? NONE);
    if (quantiles && quantiles.p95 > (found?.quantiles.p95 ?? -1))
      found = { model: name, quantiles };
  }
  return found;
}

function inFlight({ told, minutes }: Board, { model }: Choice): Shown {
  const live = minutes.at(-1)?.models[model]?.live ?? {};
  const states = model === ALL ? (told?.now.states ?? live) : live;
  const { queued = 0, readers = 0 } = told?.now ?? {};
  const bad = (states.stalled ?? 0) + (states.recovering ?? 0) + (states.retrying ?? 0);
  const about = model === ALL ? [`${many(queued, "waits", "wait")}`, many(readers, "reader")] : [];
  if (bad > 0 || about.length === 0) about.unshift(`${bad} in difficulty`);
  return {
    value: count(sum(states)),
    more: about.join(" · "),
    ...(bad > 0 && { level: "warn" as const }),
    spark: ({ models }) => sum(models[model]?.live ?? {}),
  };
}

function sum(states: Partial<Record<string, number>>): number {
  return Object.values(states).reduce<number>((all, n = 0) => all + n, 0);
}

function first(board: Board, choice: Choice): Shown {
  const found = worst(board, choice, ({ ttft }) => ttft);
  return {
    value: ms(found?.quantiles.p95),
    more: found
      ? `${worstOf(board, choice, found.model)}p50 ${ms(found.quantiles.p50)} · of ${count(found.quantiles.count)}`
      : "none measured",
    spark: ({ models }) => worstIn(models, choice.model, ({ ttft }) => ttft),
  };
}

function gap(board: Board, choice: Choice): Shown {
  const found = worst(board, choice, (counts) => counts.gap);
  const { stalls } = board.counts(choice.window, choice.model) ?? NONE;
  return {
    value: ms(found?.quantiles.p95),
    more: `${found ? worstOf(board, choice, found.model) : ""}${many(stalls, "stall")}`,
    ...(stalls > 0 && { level: "warn" as const }),
    spark: ({ models }) => worstIn(models, choice.model, (counts) => counts.gap),
  };
}

function completed(board: Board, { window, model }: Choice): Shown {
  const [done, all] = completedOf(board.counts(window, model) ?? NONE);
  return {
    value: percent(done, all),
    more: all > 0 ? `${count(done)} of ${count(all)} that ended` : "none ended",
    spark: ({ models }) => {
      const [part, whole] = completedOf(models[model] ?? NONE);
      return whole > 0 ? part / whole : null;
    },
  };
}

function recovered(board: Board, { window, model }: Choice): Shown {
  const { mended, broken } = board.counts(window, model) ?? NONE;
  const all = mended + broken;
  return {
    value: all > 0 ? `${count(mended)} of ${count(all)}` : "–",
    more:
      all > 0 ? `${percent(mended, all)} of those that broke` : "none broke after its text began",
    ...(broken > 0 && { level: "bad" as const }),
    spark: ({ models }) => models[model]?.mended ?? 0,
  };
}

function limited(board: Board, { window, model }: Choice): Shown {
  const { quota, attempts } = board.counts(window, model) ?? NONE;
  return {
    value: count(quota),
    more: `of ${many(attempts, "attempt")}`,
    ...(quota > 0 && { level: "warn" as const }),
    spark: ({ models }) => models[model]?.quota ?? 0,
  };
}

function completedOf({ ended, fates }: Counts): [done: number, all: number] {
  const {
    completed: plain = 0,
    completed_after_retry: retried = 0,
    completed_after_recovery: mended = 0,
    stopped = 0,
    client_left: left = 0,
  } = fates;
  return [plain + retried + mended, ended - stopped - left];
}

function worstIn(
  models: Minute["models"],
  model: string,
  of: (counts: Counts) => Quantiles | undefined,
): number | null {
  const names = model === ALL ? Object.keys(models).filter((name) => name !== ALL) : [model];
  const all = names.flatMap((name) => of(models[name] ?? NONE)?.p95 ?? []);
  return all.length > 0 ? Math.max(...all) : null;
}

function worstOf(board: Board, { model }: Choice, name: string): string {
  return model === ALL && board.models.length > 1 ? `${name} · ` : "";
}

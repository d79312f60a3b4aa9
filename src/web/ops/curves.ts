// What the four charts show, minute by minute. Models are not averaged together: where time is measured,
// each has a line of its own.
import type { Counts, Minute, Quantiles } from "../../gateway/index.ts";
import { ALL } from "./board.ts";
import type { Choice } from "./tiles.ts";
import { FATES, LIVE, STATE_WORDS } from "./words.ts";

export interface Curve {
  label: string;
  /** Name of a colour of the page. */
  colour: string;
  values: (number | null)[];
  dashed?: boolean;
}

export interface Plot {
  name: string;
  about: string;
  unit: "ms" | "";
  isStacked: boolean;
  curves: (minutes: readonly Minute[], choice: Choice) => Curve[];
}

const MODEL_COLOURS = 6;

export const PLOTS: readonly Plot[] = [
  {
    name: "In flight, by state",
    about: "At the end of each minute",
    unit: "",
    isStacked: true,
    curves: (minutes, { model }) =>
      LIVE.toReversed().map((state) => ({
        label: STATE_WORDS[state],
        colour: `--of-${state}`,
        values: minutes.map(({ models }) => models[model]?.live[state] ?? 0),
      })),
  },
  {
    name: "First token",
    about: "From the start of a stream to its first text",
    unit: "ms",
    isStacked: false,
    curves: (minutes, choice) => times(minutes, choice, ({ ttft }) => ttft),
  },
  {
    name: "Gap between chunks",
    about: "Silence between two chunks of a stream",
    unit: "ms",
    isStacked: false,
    curves: (minutes, choice) => times(minutes, choice, ({ gap }) => gap),
  },
  {
    name: "What became of streams",
    about: "Ended in each minute",
    unit: "",
    isStacked: true,
    curves: (minutes, { model }) =>
      FATES.map((fate) => ({
        label: STATE_WORDS[fate],
        colour: `--of-${fate}`,
        values: minutes.map(({ models }) => models[model]?.fates[fate] ?? 0),
      })).filter(({ values }, i) => i === 0 || values.some((value) => value > 0)),
  },
];

/** One model: p50, p95 and p99. All of them: the p95 of each. */
function times(
  minutes: readonly Minute[],
  { model }: Choice,
  of: (counts: Counts) => Quantiles | undefined,
): Curve[] {
  const at = (name: string, part: "p50" | "p95" | "p99") =>
    minutes.map(({ models }) => {
      const counts = models[name];
      return (counts && of(counts)?.[part]) ?? null;
    });
  if (model !== ALL)
    return (["p50", "p95", "p99"] as const).map((part, i) => ({
      label: part,
      colour: `--model-${i}`,
      values: at(model, part),
      dashed: part === "p99",
    }));
  const names = [...new Set(minutes.flatMap(({ models }) => Object.keys(models)))];
  return names
    .filter((name) => name !== ALL)
    .sort()
    .map((name, i) => ({
      label: `${name}, p95`,
      colour: `--model-${i % MODEL_COLOURS}`,
      values: at(name, "p95"),
      dashed: i >= MODEL_COLOURS,
    }))
    .filter(({ values }) => values.some((value) => value !== null));
}

// What was measured, as a page: medians with their spread, ratios within one run, and the budgets
// with whether they hold. Times alone say little on another machine; ratios do.
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { CONTENDERS } from "./contenders.ts";

export interface Result {
  name: string;
  /** µs per event, one number a round. */
  single: number[];
  packets: number[];
}

export interface BigRow {
  mib: number;
  name: string;
  /** ms per event. */
  ms: number[];
}

interface Measured {
  small: Result[];
  big: BigRow[];
  events: number;
  rounds: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

const spread = (values: readonly number[], digits: number) =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;

export function renderReport(measured: Measured): string {
  const { small, big, events, rounds } = measured;
  return [
    "# What reading a stream costs",
    "",
    `${new Date().toISOString().slice(0, 10)} · ${machine()} · \`npm run bench:decode -- --write\``,
    "",
    `CPU time of the whole process per event: ${events.toLocaleString("en")} events of about 300 bytes, read until`,
    `warm, then ${rounds} rounds taken in turns; the median (fastest–slowest). Every contender has a process`,
    "of its own and reads the same answer from a `fetch` that hands out packets; no network, no simulator.",
    "",
    ...renderSmall(small),
    "",
    "## One big event",
    "",
    "An image in one event, in packets of 16 KiB, CPU ms per event. *whole* collects the body, then",
    "decodes and parses it once: the least that any reader has to do. `@google/genai` is measured up",
    "to 4 MiB, because its time grows with the square of the size.",
    "",
    ...renderBig(big),
    "",
    "## Budgets",
    "",
    ...renderBudgets(measured),
  ].join("\n");
}

function renderSmall(small: readonly Result[]): string[] {
  const floor = small.find(({ name }) => name === "floor");
  const rows = small.map(({ name, single, packets }) => {
    const { how, packageName } = CONTENDERS.find((one) => one.name === name)!;
    const version = packageName ? ` ${versionOf(packageName)}` : "";
    const ratios = [single, packets].map((all, index) => {
      const least = index === 0 ? floor?.single : floor?.packets;
      return `${(median(all) / median(least ?? [])).toFixed(2)}×`;
    });
    return `| ${name}${version} | ${how} | ${spread(single, 2)} | ${ratios[0]} | ${spread(packets, 2)} | ${ratios[1]} |`;
  });
  return [
    "| contender | how | one event a packet, µs | to floor | 16 KiB packets, µs | to floor |",
    "|---|---|--:|--:|--:|--:|",
    ...rows,
  ];
}

function renderBig(big: readonly BigRow[]): string[] {
  const rows = big.map(
    ({ mib, name, ms }) =>
      `| ${mib} MiB | ${name} | ${spread(ms, 1)} | ${(median(ms) / mib).toFixed(2)} |`,
  );
  return ["| size | reader | ms | ms per MiB |", "|--:|---|--:|--:|", ...rows];
}

function renderBudgets({ small, big }: Measured): string[] {
  const cost = (name: string, packing: "single" | "packets") =>
    median(small.find((one) => one.name === name)?.[packing] ?? []);
  const lines: string[] = [];
  const say = (ok: boolean, text: string) => lines.push(`- ${ok ? "✔" : "✖"} ${text}`);
  for (const [packing, words] of [
    ["single", "one event a packet"],
    ["packets", "16 KiB packets"],
  ] as const) {
    const ours = cost("pollux", packing);
    const toFloor = ours / cost("floor", packing);
    const toGenai = cost("@google/genai", packing) / ours;
    const toOpenai = cost("openai", packing) / ours;
    const perSecond = 1_000_000 / ours;
    say(toFloor <= 1.5, `${words}: ${toFloor.toFixed(2)}× the floor (at most 1.5×)`);
    say(toGenai >= 8, `${words}: ${toGenai.toFixed(1)}× cheaper than @google/genai (at least 8×)`);
    say(toOpenai >= 2, `${words}: ${toOpenai.toFixed(1)}× cheaper than openai (at least 2×)`);
    const count = Math.round(perSecond / 1000);
    say(perSecond >= 300_000, `${words}: ${count},000 events a second of CPU (at least 300,000)`);
  }
  const ours = growth(big, "pollux");
  const whole = growth(big, "whole");
  const why = `collecting the body and parsing it once grows ${whole.toFixed(2)}×`;
  say(ours <= 1.2, `1 to 64 MiB: ${ours.toFixed(2)}× per byte (at most 1.2×; ${why})`);
  return lines;
}

/** The dearest byte against a byte of the smallest event. */
function growth(big: readonly BigRow[], reader: string): number {
  const perMib = big.filter(({ name }) => name === reader).map(({ ms, mib }) => median(ms) / mib);
  return Math.max(...perMib) / (perMib[0] ?? Number.NaN);
}

export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim() ?? "unknown"}, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

function versionOf(name: string): string {
  const file = join(import.meta.dirname, "../node_modules", name, "package.json");
  return JSON.parse(readFileSync(file, "utf8")).version;
}

// Comparisons for people: two ways, two places, then and now.
import { type Difference, isCircumstance, type Paths } from "../../doctor/index.ts";
import { harmless, type Paint } from "../output/paint.ts";

export function pathsText(paths: Paths, paint: Paint): string {
  const [one = "", other = ""] = paths.ways.map(({ name }) => name);
  const rows = paths.rows.map(({ title, seen, same }) => [
    same ? "same" : "differs",
    title,
    ...seen,
  ]);
  return `${columns([["", "Check", one, other], ...rows], paint)}\n${paint.bold("Reading")}  ${harmless(paths.reading)}\n`;
}

export function differencesText(
  rows: readonly Difference[],
  heads: readonly [before: string, after: string],
  paint: Paint,
): string {
  const ordered = [
    ...rows.filter((row) => !isCircumstance(row)),
    ...rows.filter((row) => isCircumstance(row)),
  ];
  const cells = ordered.map(({ field, before, after, same }) => [
    same ? "same" : "differs",
    field,
    before,
    after,
  ]);
  return columns([["", "What", ...heads], ...cells], paint);
}

const CELL_CHARS_MAX = 46;

function columns(rows: readonly (readonly string[])[], paint: Paint): string {
  const clean = rows.map((row) =>
    row.map((cell) => {
      const text = harmless(cell);
      return text.length > CELL_CHARS_MAX ? `${text.slice(0, CELL_CHARS_MAX - 1)}…` : text;
    }),
  );
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...clean.map((row) => row[column]?.length ?? 0)),
  );
  return clean
    .map((row, index) => {
      const line = row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd();
      if (index === 0) return `  ${paint.dim(line)}\n`;
      return `  ${row[0] === "differs" ? paint.yellow(line) : line}\n`;
    })
    .join("");
}

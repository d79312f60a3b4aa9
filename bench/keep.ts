// Keeps what a bench has measured: its part of bench/RESULTS.md and its pictures.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { draw, type Picture } from "./picture.ts";

/** In the order of the page. */
export const PARTS = ["decode", "interactions", "gateway", "scale", "pages"] as const;
export type Part = (typeof PARTS)[number];

const FOLDER = join(import.meta.dirname, "results");

/** `markdown` begins with a heading of the first level. */
export function keep(
  part: Part,
  markdown: string,
  pictures: Readonly<Record<string, Picture>>,
): void {
  mkdirSync(FOLDER, { recursive: true });
  const shown = Object.entries(pictures).map(([name, picture]) => {
    writeFileSync(join(FOLDER, `${name}.svg`), draw(picture));
    return `![${picture.title}](${name}.svg)\n`;
  });
  const [heading = "", ...rest] = markdown.trim().split("\n");
  writeFileSync(
    join(FOLDER, `${part}.md`),
    [heading, "", ...shown, rest.join("\n").trim(), ""].join("\n"),
  );
  writeFileSync(join(import.meta.dirname, "RESULTS.md"), page());
  console.error(`written to bench/results/${part}.md and bench/RESULTS.md`);
}

function page(): string {
  const parts = PARTS.map((part) => join(FOLDER, `${part}.md`)).filter(existsSync);
  const texts = parts.map((file) =>
    readFileSync(file, "utf8")
      .replaceAll(/^(#+) /gm, "#$1 ")
      .replaceAll(/\]\((\w[\w-]*\.svg)\)/g, "](results/$1)"),
  );
  const intro =
    "Measured by `npm run bench -- --write`, which runs every part below in turn; each part names its machine and its date. Ratios hold on other machines, times do not.";
  return ["# What it costs", "", intro, "", ...texts].join("\n");
}

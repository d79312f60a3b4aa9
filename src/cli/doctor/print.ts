// A report for people: the verdict first, then one line a check, advice under what is broken.
import type { Finding, Report } from "../../doctor/index.ts";
import { harmless, type Paint } from "../output/paint.ts";

const MARKS = { ok: "✔", warn: "!", problem: "✖", skipped: "–" } as const;
const PLAIN_MARKS = { ok: "ok", warn: "warning", problem: "PROBLEM", skipped: "skipped" } as const;
const TITLE_WIDTH = 28;

function findingLines(finding: Finding, paint: Paint, plain: boolean): string {
  const { status, title, why, fix, docs, ms } = finding;
  const color = { ok: paint.green, warn: paint.yellow, problem: paint.red, skipped: paint.dim }[
    status
  ];
  const mark = plain ? PLAIN_MARKS[status].padEnd(8) : color(MARKS[status]);
  const value = harmless(finding.value);
  const time = status === "skipped" || ms < 1 ? "" : paint.dim(`  ${ms} ms`);
  const told = status === "skipped" ? paint.dim(value) : value;
  const line = ` ${mark} ${title.padEnd(TITLE_WIDTH)} ${told}${time}\n`;
  if (!why) return line;
  return (
    `${line}     ${paint.dim("Why")}   ${harmless(why)}\n` +
    `     ${paint.dim("Fix")}   ${paint.bold(harmless(fix ?? ""))}\n` +
    `     ${paint.dim("More")}  ${paint.dim(docs ?? "")}\n`
  );
}

function verdictLine(report: Report, paint: Paint): string {
  const { counts, verdict, ms } = report;
  const parts = [`${counts.ok} ok`];
  if (counts.warn > 0)
    parts.push(paint.yellow(`${counts.warn} ${counts.warn === 1 ? "warning" : "warnings"}`));
  if (counts.problem > 0)
    parts.push(paint.red(`${counts.problem} ${counts.problem === 1 ? "problem" : "problems"}`));
  if (counts.skipped > 0) parts.push(paint.dim(`${counts.skipped} skipped`));
  const head = `${paint.bold("Doctor")} · ${parts.join(" · ")} · ${(ms / 1000).toFixed(1)} s`;
  const color = { ok: paint.green, warn: paint.yellow, problem: paint.red }[verdict];
  return `${head}\n${color(harmless(report.summary))}\n`;
}

export function reportText(report: Report, paint: Paint, plain: boolean): string {
  const { target, findings } = report;
  const way = target.via === "direct" ? "" : ` through ${target.via}`;
  let text = `${verdictLine(report, paint)}${paint.dim(`${harmless(target.address)}${harmless(way)}, ${harmless(target.model)}`)}\n`;
  let group = "";
  for (const finding of findings) {
    if (finding.group !== group) {
      group = finding.group;
      text += `\n${paint.bold(group)}\n`;
    }
    text += findingLines(finding, paint, plain);
  }
  return text;
}

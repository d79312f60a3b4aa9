// Proofs and growing traffic for people.
import type { Level, Proof, Verification } from "../../doctor/index.ts";
import { harmless, type Paint } from "../output/paint.ts";

const MARKS = { ok: "✔", problem: "✖", skipped: "–" } as const;
const PLAIN_MARKS = { ok: "ok", problem: "PROBLEM", skipped: "skipped" } as const;
const TITLE_WIDTH = 30;
const HEADS = ["at once", "errors", "first p50", "first p95", "tokens/s", "queued"] as const;

export function proofLines(proof: Proof, paint: Paint, plain: boolean): string {
  const { status, title, value, fix } = proof;
  const color = { ok: paint.green, problem: paint.red, skipped: paint.dim }[status];
  const mark = plain ? PLAIN_MARKS[status].padEnd(8) : color(MARKS[status]);
  const line = ` ${mark} ${title.padEnd(TITLE_WIDTH)} ${harmless(value)}\n`;
  return fix ? `${line}     ${paint.dim("Fix")}   ${paint.bold(harmless(fix))}\n` : line;
}

export function levelsHead(paint: Paint): string {
  return `\n${paint.dim(` ${HEADS.map((head) => head.padStart(10)).join("")}`)}\n`;
}

export function levelLine(level: Level): string {
  const { concurrent, errors, firstMsP50, firstMsP95, tokensPerSecond, queued } = level;
  const cells = [
    concurrent,
    errors,
    `${firstMsP50} ms`,
    `${firstMsP95} ms`,
    tokensPerSecond,
    queued,
  ];
  return ` ${cells.map((cell) => String(cell).padStart(10)).join("")}\n`;
}

export function verdictLines({ verdict, proofs, ramp, ms }: Verification, paint: Paint): string {
  const broken = proofs.filter(({ status }) => status === "problem");
  const took = `${(ms / 1000).toFixed(1)} s`;
  if (broken.length > 0) {
    const names = broken.map(({ title }) => title).join("; ");
    return `\n${paint.red(`Not proven: ${names}.`)} No traffic was sent. ${took}\n`;
  }
  if (!ramp) return `\n${paint.green("Proven.")} No traffic was asked for. ${took}\n`;
  const color = verdict === "ok" ? paint.green : paint.red;
  const stop = ramp.stopped ? ` Stopped because ${ramp.stopped}.` : "";
  const head =
    ramp.steadyAt > 0 ? `Proven, steady up to ${ramp.steadyAt} at once.` : "It bears no traffic.";
  return `\n${color(head)}${harmless(stop)} ${took}\n`;
}

// One stream as a picture in characters: attempts, waits, failures, seams.
import type { Answer } from "../../core/index.ts";
import { count, seconds } from "./tell.ts";

const CELLS = 40;

export function waterfall(
  answer: Pick<Answer, "attempts" | "splices" | "timing">,
  chars: number,
  outcome: string,
): string {
  const total = Math.max(1, answer.timing.totalMs);
  const cell = (ms: number) => Math.min(CELLS - 1, Math.floor((ms / total) * CELLS));
  const rows = answer.attempts.map((attempt) => {
    const end = attempt.endMs ?? total;
    const first = attempt.firstByteMs ?? end;
    const cells = Array.from({ length: CELLS }, (_, i): string => {
      if (i < cell(attempt.startMs) || i > cell(end)) return " ";
      return i < cell(first) ? "░" : "▎";
    });
    cells[cell(end)] = attempt.failure ? "✕" : "■";
    const seam = answer.splices.find((splice) => splice.attempt === attempt.n);
    if (seam) cells[cell(first)] = "⊕";
    const why = attempt.failure ? `${attempt.failure.code} → ${attempt.verdict}` : "complete";
    const wait = attempt.delayMs ? `, waited ${seconds(attempt.delayMs)}` : "";
    const kept = seam
      ? ` · ${count(seam.kept)} kept, ${count(seam.dropped)} dropped (${seam.confidence})`
      : "";
    return `  attempt ${String(attempt.n).padEnd(2)} ${cells.join("")}  ${attempt.how}: ${why}${wait}${kept}`;
  });
  const head = `  ${outcome} · ${seconds(total)} · first token ${seconds(answer.timing.ttftMs)} · ${count(chars)} characters`;
  return `${head}\n${rows.join("\n")}\n  ░ waiting  ▎ text  ⊕ seam  ✕ failure  ■ end`;
}

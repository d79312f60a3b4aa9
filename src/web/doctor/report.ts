// A report as text, to be pasted where somebody asks for it. The gateway has redacted it already; what
// names a place or a person goes as well.
import { redactPersonal } from "../../core/failures.ts";
import type { Report } from "../../doctor/index.ts";

export function asText({ summary, at, target, versions, counts, findings }: Report): string {
  const lines = [
    `Doctor · ${counts.ok} ok · ${counts.warn} warnings · ${counts.problem} problems · ${counts.skipped} skipped`,
    summary,
    `${target.address}, ${target.model} · ${at} · Node ${versions.node}, Pollux ${versions.pollux}, ${versions.platform}`,
    "",
  ];
  for (const { status, title, value, why, fix, code, id } of findings) {
    lines.push(`[${status}] ${title}: ${value} (${code ?? id})`);
    if (status !== "problem" && status !== "warn") continue;
    if (why) lines.push(`    why: ${why}`);
    if (fix) lines.push(`    fix: ${fix}`);
  }
  return redactPersonal(lines.join("\n"));
}

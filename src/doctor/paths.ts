// Two ways to Gemini beside each other: which of them breaks tells where the fault lies.
import { firstBroken, outcomeOf } from "./differences.ts";
import type { Finding, Report } from "./finding.ts";

/** One way to the model, with what was found on it. */
export interface Way {
  name: string;
  kind: "proxy" | "gateway" | "key" | "direct";
  report: Report;
}

/** What two ways have in common, and where they part. */
export interface Paths {
  ways: { name: string; verdict: Report["verdict"] }[];
  rows: { check: string; title: string; seen: string[]; same: boolean }[];
  /** What the table says, in a sentence. */
  reading: string;
}

const CULPRIT = {
  proxy: "the proxy, or the way to it",
  gateway: "the gateway, or the way from it to Gemini",
  key: "this key, or its project",
  direct: "the direct way: here only the other one is let through",
} as const;

/** Two ways to the same model beside each other, check by check. */
export function comparePaths(one: Way, other: Way): Paths {
  const rows = one.report.findings.flatMap((finding) => {
    const beside = other.report.findings.find(({ id }) => id === finding.id);
    if (!beside || (finding.status === "skipped" && beside.status === "skipped")) return [];
    const seen = [outcomeOf(finding), outcomeOf(beside)];
    return [{ check: finding.id, title: finding.title, seen, same: seen[0] === seen[1] }];
  });
  return {
    ways: [one, other].map(({ name, report: { verdict } }) => ({ name, verdict })),
    rows,
    reading: readingOf(one, other),
  };
}

function readingOf(one: Way, other: Way): string {
  const first = broken(one);
  const second = broken(other);
  if (!first && !second) return "Both ways hold.";
  if (first && second) {
    if (first.id === second.id && first.code === second.code)
      return `Both ways break alike, at ${first.title} (${first.code}): the fault lies in what they share, not in ${one.name} or ${other.name}. ${first.fix ?? ""}`.trim();
    return `Both ways break, each in its own place: ${one.name} at ${first.title} (${first.code}), ${other.name} at ${second.title} (${second.code}). Mend ${one.name} first: ${first.fix ?? ""}`.trim();
  }
  const [bad, good, finding] = first ? [one, other, first] : [other, one, second as Finding];
  return `Only ${bad.name} breaks, at ${finding.title} (${finding.code}); ${good.name} holds. The fault is ${CULPRIT[bad.kind]}. ${finding.fix ?? ""}`.trim();
}

function broken({ report }: Way): Finding | undefined {
  const first = firstBroken(report.findings);
  return first?.status === "problem" ? first : undefined;
}

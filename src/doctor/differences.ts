// Two reports beside each other, field by field: the same failure elsewhere, or what changed since.
import type { Finding, Report } from "./finding.ts";

/** A field that two reports have, and whether it is the same. */
export interface Difference {
  field: string;
  before: string;
  after: string;
  same: boolean;
}

/** What a machine's state is; a change of it is told, but does not make an outcome another. */
const CIRCUMSTANCES = ["address", "way", "node", "pollux", "platform", "issuer", "libraries"];

/** A report that a later one is compared with. */
export type Past = Pick<Report, "at" | "target" | "versions" | "findings" | "facts" | "verdict">;

/** Checks that only one of the two made are left out. */
export function differences(before: Past, after: Past): Difference[] {
  const [one, other] = shared(before, after);
  const rows: [field: string, before: unknown, after: unknown][] = [
    ["verdict", verdictOf(one), verdictOf(other)],
    ["model", before.target.model, after.target.model],
    ["model version", before.facts.modelVersion, after.facts.modelVersion],
    ["quota", before.facts.quota, after.facts.quota],
    ["unary", latency(before.facts.unaryMs), latency(after.facts.unaryMs)],
    ["first chunk", latency(before.facts.firstChunkMs), latency(after.facts.firstChunkMs)],
    ["address", before.target.address, after.target.address],
    ["way", before.target.via, after.target.via],
    ["node", before.versions.node, after.versions.node],
    ["pollux", before.versions.pollux, after.versions.pollux],
    ["platform", before.versions.platform, after.versions.platform],
    ["issuer", before.facts.tlsIssuer, after.facts.tlsIssuer],
    ["libraries", before.facts.libraries, after.facts.libraries],
    ...one.map((finding): [string, unknown, unknown] => [
      `check ${finding.id}`,
      outcomeOf(finding),
      outcomeOf(other.find(({ id }) => id === finding.id)),
    ]),
  ];
  return rows
    .filter(([, one, other]) => one !== undefined || other !== undefined)
    .map(([field, one = "–", other = "–"]) => ({
      field,
      before: String(one),
      after: String(other),
      same: one === other,
    }));
}

/** The same failure, another one, or none: what that tells of where the fault lies. */
export function reproduced(before: Past, after: Past): { same: boolean; reading: string } {
  const [one, other] = shared(before, after).map(firstBroken);
  const same = one?.id === other?.id && one?.code === other?.code;
  if (!one && !other) return { same, reading: "Both work." };
  if (!other)
    return {
      same,
      reading: `It works here: what broke ${one?.id} lies in the place where the evidence was taken.`,
    };
  if (!one) return { same, reading: `It worked there and breaks here, at ${told(other)}.` };
  return same
    ? {
        same,
        reading: `The same failure here, ${told(one)}: it is not the other machine or its network.`,
      }
    : { same, reading: `Another failure here: ${told(other)} instead of ${told(one)}.` };
}

/** The findings of checks that both made. */
function shared(before: Past, after: Past): [Finding[], Finding[]] {
  const both = (one: Past, other: Past) =>
    one.findings.filter(({ id }) => other.findings.some((beside) => beside.id === id));
  return [both(before, after), both(after, before)];
}

function verdictOf(findings: readonly Finding[]): string {
  return firstBroken(findings)?.status ?? "ok";
}

export function firstBroken(findings: readonly Finding[]): Finding | undefined {
  return (
    findings.find(({ status }) => status === "problem") ??
    findings.find(({ status }) => status === "warn")
  );
}

/** Whether the field tells of the machine, so that a change of it makes no other outcome. */
export function isCircumstance({ field }: Difference): boolean {
  return CIRCUMSTANCES.includes(field);
}

function told({ id, code }: Finding): string {
  return `${id} (${code})`;
}

export function outcomeOf(finding: Finding | undefined): string {
  if (!finding) return "–";
  return finding.code ? `${finding.status} ${finding.code}` : finding.status;
}

const CLASSES_MS = [250, 500, 1_000, 2_000, 5_000, 10_000, 30_000];

/** Latency varies; only another class of it is a change. */
function latency(ms: number | undefined): string | undefined {
  if (ms === undefined) return undefined;
  const below = CLASSES_MS.find((limit) => ms < limit);
  return below === undefined ? "30 s or more" : `below ${below / 1000} s`;
}

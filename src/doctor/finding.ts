// What a check reports, and what all of them together say.
import { FAILURES, type FailureCode } from "../core/failures.ts";
import type { Exchange } from "./exchange.ts";
import { OWN_FINDINGS, type OwnCode } from "./finding-table.ts";

/** How a check ended. */
export type Status = "ok" | "warn" | "problem" | "skipped";

/** The name of what was found: a row of the failure table, or one of the doctor's own. */
export type FindingCode = OwnCode | FailureCode;

/** What a check saw; the engine adds the rest. */
export interface Seen {
  status: Status;
  code?: FindingCode;
  /** What was measured, in one line. */
  value: string;
  /** A better fix than the table's, when more is known. */
  fix?: string;
}

/** What one check found. */
export interface Finding {
  id: string;
  group: string;
  title: string;
  status: Status;
  code?: FindingCode;
  value: string;
  why?: string;
  fix?: string;
  docs?: string;
  ms: number;
}

/** Figures of a run that a later one is compared with. */
export interface Facts {
  tlsIssuer?: string;
  unaryMs?: number;
  firstChunkMs?: number;
  streamMs?: number;
  modelVersion?: string;
  libraries?: string;
  quota?: string;
}

/** What all checks together say. */
export interface Report {
  schema: "pollux.doctor/1";
  verdict: "ok" | "warn" | "problem";
  /** The first broken boundary, in one line. */
  summary: string;
  at: string;
  ms: number;
  target: { address: string; model: string; via: string; simulated: boolean };
  versions: { node: string; pollux: string; platform: string };
  counts: Record<Status, number>;
  findings: Finding[];
  facts: Facts;
  exchanges: Exchange[];
}

export function ok(value: string): Seen {
  return { status: "ok", value };
}

export function skip(value: string): Seen {
  return { status: "skipped", value };
}

export function warn(code: FindingCode, value: string, fix?: string): Seen {
  return { status: "warn", code, value, ...(fix !== undefined && { fix }) };
}

export function problem(code: FindingCode, value: string, fix?: string): Seen {
  return { status: "problem", code, value, ...(fix !== undefined && { fix }) };
}

export function adviceOf(code: FindingCode): { why: string; fix: string; docs: string } {
  if (code in OWN_FINDINGS) {
    const { why, fix } = OWN_FINDINGS[code as OwnCode];
    return { why, fix, docs: `docs/findings.md#${code}` };
  }
  const { meaning, next, docs } = FAILURES[code as FailureCode];
  return { why: meaning, fix: next, docs };
}

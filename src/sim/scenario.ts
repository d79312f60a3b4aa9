// A scenario: which faults meet which attempt at the same answer. Read from text or from a parsed
// file; what cannot be read is told with its place and the nearest known word.
import { ERROR_BODIES } from "./bodies.ts";
import type { Settings } from "./faults/fault.ts";
import { FAULTS, findFault } from "./faults/index.ts";

export interface FaultCall {
  word: string;
  settings: Settings;
  /** For `flaky`: how likely the fault in it is. */
  chance?: number;
}

export interface Scenario {
  text: string;
  match?: { model?: string; path?: string };
  attempts: readonly (readonly FaultCall[])[];
  /** What attempts beyond the list meet. */
  after: "ok" | "repeat-last";
}

const ATTEMPTS_MAX = 1_000;
const FAULTS_MAX = 20;

/** Bad scenario text or file; the message says where and what would be right. */
export class ScenarioError extends Error {
  override name = "ScenarioError";
}

/** `attempt 1: cut after 12 chunks; attempt 2: 429 retry 1s; attempt 3: ok` */
export function parseScenario(value: unknown): Scenario {
  if (typeof value === "string") return fromText(value);
  if (Array.isArray(value)) return fromObject({ attempts: value });
  if (typeof value === "object" && value !== null)
    return fromObject(value as Record<string, unknown>);
  throw new ScenarioError(
    `scenario: expected text, a list of attempts or { attempts: [...] }, got ${value === null ? "null" : typeof value}`,
  );
}

function fromText(text: string): Scenario {
  const attempts: FaultCall[][] = [];
  let after: Scenario["after"] = "ok";
  for (const [i, step] of text.split(/[;\n]/).entries()) {
    if (step.trim() === "") continue;
    const numbered = /^\s*(?:attempt\s+)?(\d{1,3}|\*)\s*:\s*(.*)$/is.exec(step);
    if (/^\s*then\s*:?\s*repeat/i.test(step)) {
      after = "repeat-last";
      continue;
    }
    const calls = parseCalls(numbered?.[2] ?? step, `step ${i + 1}`);
    if (numbered?.[1] === "*") {
      attempts.push(calls);
      after = "repeat-last";
    } else {
      const n = numbered ? Number(numbered[1]) : attempts.length + 1;
      if (n < 1 || n > ATTEMPTS_MAX)
        throw new ScenarioError(
          `step ${i + 1}: attempt numbers go from 1 to ${ATTEMPTS_MAX}, got ${n}`,
        );
      while (attempts.length < n - 1) attempts.push([]);
      attempts[n - 1] = calls;
    }
  }
  if (attempts.length === 0)
    throw new ScenarioError(
      'scenario: it has no attempt; write e.g. "attempt 1: cut after 3 chunks"',
    );
  return { text, attempts, after };
}

function fromObject(value: Record<string, unknown>): Scenario {
  for (const key of Object.keys(value)) {
    if (!["attempts", "after", "match", "seed", "name", "$schema"].includes(key)) {
      throw new ScenarioError(`${key}: unknown key; a scenario has attempts, after and match`);
    }
  }
  if (typeof value.attempts === "string") return fromText(value.attempts);
  if (!Array.isArray(value.attempts) || value.attempts.length === 0) {
    throw new ScenarioError('attempts: expected a list such as ["cut after 3 chunks", "ok"]');
  }
  const attempts = value.attempts.map((entry: unknown, i) => {
    const where = `attempts[${i}]`;
    if (typeof entry === "string") return parseCalls(entry, where);
    const faults = Array.isArray(entry) ? entry : (entry as { faults?: unknown } | null)?.faults;
    if (!Array.isArray(faults))
      throw new ScenarioError(
        `${where}: expected text, e.g. "cut after 3 chunks", or { faults: [...] }`,
      );
    return faults.flatMap((fault: unknown, j) => {
      if (typeof fault !== "string")
        throw new ScenarioError(`${where}.faults[${j}]: expected text, e.g. "cut after 3 chunks"`);
      return parseCalls(fault, `${where}.faults[${j}]`);
    });
  });
  const after = value.after ?? "ok";
  if (after !== "ok" && after !== "repeat-last")
    throw new ScenarioError('after: expected "ok" or "repeat-last"');
  const match = value.match as Scenario["match"];
  return { text: JSON.stringify(value), attempts, after, ...(match && { match }) };
}

function parseCalls(text: string, where: string): FaultCall[] {
  const calls = text
    .split(/\s*[+,]\s*/)
    .map((call) => call.trim())
    .filter((call) => call !== "" && call.toLowerCase() !== "ok")
    .map((call) => parseCall(call, where));
  if (calls.length > FAULTS_MAX) throw new ScenarioError(`${where}: at most ${FAULTS_MAX} faults`);
  return calls;
}

function parseCall(text: string, where: string): FaultCall {
  const tokens = text.split(/\s+/);
  const head = tokens[0] as string;
  const word = head.toLowerCase();
  if (/^[1-5]\d\d$/.test(head) || head in ERROR_BODIES)
    return { word: "status", settings: settingsOf(tokens, where) };
  if (!findFault(word))
    throw new ScenarioError(
      `${where}: unknown fault "${head}"${nearest(word)}; \`pollux sim --list-faults\` lists them all`,
    );
  if (word !== "flaky") return { word, settings: settingsOf(tokens.slice(1), where) };
  const chance = Number(tokens[1]);
  if (!(chance >= 0 && chance <= 1))
    throw new ScenarioError(
      `${where}: flaky: expected a probability from 0 to 1, got "${tokens[1] ?? ""}"`,
    );
  if (tokens.length < 3)
    throw new ScenarioError(`${where}: flaky: name the fault, e.g. "flaky 0.3 cut after 2 chunks"`);
  return { ...parseCall(tokens.slice(2).join(" "), where), chance };
}

function settingsOf(tokens: readonly string[], where: string): Settings {
  const settings: Settings = { numbers: [], words: [] };
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i] as string;
    const next = tokens[i + 1] ?? "";
    if (token === "after") {
      if (!/^\d{1,9}$/.test(next))
        throw new ScenarioError(`${where}: after: expected a whole number, got "${next}"`);
      settings.after = Number(next);
      const unit = tokens[i + 2] ?? "chunks";
      if (/^bytes?$/.test(unit)) settings.unit = "bytes";
      i += /^(chunk|byte)s?$/.test(unit) ? 2 : 1;
    } else if (token === "for" || token === "every" || token === "retry") {
      const ms = durationMs(next);
      if (ms === undefined)
        throw new ScenarioError(
          `${where}: ${token}: expected a duration such as 2s or 150ms, got "${next}"`,
        );
      if (token === "retry") settings.retryMs = ms;
      else settings.ms = ms;
      i += 1;
    } else if (/^\d{1,9}$/.test(token)) settings.numbers.push(Number(token));
    else settings.words.push(token);
  }
  return settings;
}

function durationMs(text: string): number | undefined {
  const found = /^(\d{1,7}(?:\.\d{1,3})?)(ms|s|m)?$/.exec(text);
  if (!found) return undefined;
  return Number(found[1]) * ({ ms: 1, s: 1_000, m: 60_000 }[found[2] ?? "s"] as number);
}

function nearest(word: string): string {
  const known = FAULTS.map((fault) => fault.word);
  const best = known
    .map((name) => ({ name, far: distance(word, name) }))
    .sort((a, b) => a.far - b.far)[0];
  return best && best.far <= 3 ? `; did you mean "${best.name}"?` : "";
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next[j] = Math.min(
        (next[j - 1] as number) + 1,
        (row[j] as number) + 1,
        (row[j - 1] as number) + same,
      );
    }
    row = next;
  }
  return row[b.length] as number;
}

// A scenario: which faults meet which attempt at the same answer. Read from text or from a parsed
// file; what cannot be read is told with its place and the nearest known word.
import { ERROR_NAMES } from "./bodies.ts";
import type { Fault, FaultCall } from "./faults/fault.ts";
import { FAULTS, findFault } from "./faults/index.ts";
import { didYouMean } from "./nearest.ts";
import { readSettings } from "./settings.ts";

/** Which faults each attempt meets. */
export interface Scenario {
  /** As it was written; attempts are counted for each text apart. */
  text: string;
  seed?: number;
  match?: { model?: string; path?: string };
  attempts: readonly (readonly FaultCall[])[];
  /** What attempts beyond the list meet. */
  after: "ok" | "repeat-last";
}

const ATTEMPTS_MAX = 1_000;
const FAULTS_MAX = 20;
const TEXT_CHARS_MAX = 100_000;
const KEYS = ["attempts", "after", "match", "seed", "name", "$schema"];
const EXAMPLE = '"attempt 1: cut after 3 chunks; attempt 2: ok"';

/** Bad scenario text or file; the message says where and what would be right. */
export class ScenarioError extends Error {
  override name = "ScenarioError";
}

/**
 * Text (`attempt 1: cut after 12 chunks; attempt 2: 429 retry 1s; attempt 3: ok`), a list of
 * attempts, or an object with `attempts`. Throws `ScenarioError`.
 */
export function parseScenario(value: unknown): Scenario {
  if (typeof value === "string") return fromText(value);
  if (Array.isArray(value)) return fromObject({ attempts: value });
  if (typeof value === "object" && value !== null)
    return fromObject(value as Record<string, unknown>);
  const kind = value === null ? "null" : typeof value;
  throw new ScenarioError(
    `scenario: expected text such as ${EXAMPLE}, a list of attempts, or { attempts: [...] }; got ${kind}`,
  );
}

function fromText(text: string): Scenario {
  if (text.length > TEXT_CHARS_MAX)
    throw new ScenarioError(`scenario: longer than ${TEXT_CHARS_MAX} characters`);
  const attempts: FaultCall[][] = [];
  let after: Scenario["after"] = "ok";
  let column = 1;
  for (const step of text.split(/[;\n]/)) {
    const where = `column ${column + (/^\s*/.exec(step)?.[0].length ?? 0)}`;
    column += step.length + 1;
    if (/^\s*(#.*)?$/.test(step)) continue;
    if (/^then(\s*:)?\s*repeat(-last)?$/i.test(step.trim())) {
      after = "repeat-last";
      continue;
    }
    const numbered = /^\s*(?:attempt\s+)?(\d{1,4}|\*)\s*:\s*(.*)$/is.exec(step);
    const n = numbered?.[1] === "*" || !numbered ? attempts.length + 1 : Number(numbered[1]);
    if (n < 1 || n > ATTEMPTS_MAX)
      throw new ScenarioError(`${where}: attempts go from 1 to ${ATTEMPTS_MAX}, got ${n}`);
    while (attempts.length < n - 1) attempts.push([]);
    attempts[n - 1] = parseCalls(numbered?.[2] ?? step, where);
    if (numbered?.[1] === "*") after = "repeat-last";
  }
  if (attempts.length === 0)
    throw new ScenarioError(`scenario: it has no attempt; write e.g. ${EXAMPLE}`);
  return { text, attempts, after };
}

function fromObject(value: Record<string, unknown>): Scenario {
  for (const key of Object.keys(value)) {
    if (!KEYS.includes(key))
      throw new ScenarioError(
        `${key}: unknown key${didYouMean(key, KEYS)}; a scenario has attempts, after, match and seed`,
      );
  }
  const { seed, after, match } = value;
  if (seed !== undefined && !Number.isInteger(seed))
    throw new ScenarioError(`seed: expected a whole number, got ${JSON.stringify(seed)}`);
  if (after !== undefined && after !== "ok" && after !== "repeat-last")
    throw new ScenarioError(`after: expected "ok" or "repeat-last", got ${JSON.stringify(after)}`);
  const read =
    typeof value.attempts === "string"
      ? fromText(value.attempts)
      : { attempts: fromList(value.attempts), after: "ok" as const };
  return {
    ...read,
    text: JSON.stringify(value),
    ...(after !== undefined && { after }),
    ...(seed !== undefined && { seed: seed as number }),
    ...(match !== undefined && { match: fromMatch(match) }),
  };
}

function fromMatch(value: unknown): NonNullable<Scenario["match"]> {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : undefined;
  for (const [key, inner] of entries ?? [["", undefined]]) {
    if ((key !== "model" && key !== "path") || typeof inner !== "string")
      throw new ScenarioError(
        'match: expected { model: "gemini-...", path: "part of a path" }, both optional',
      );
  }
  return value as NonNullable<Scenario["match"]>;
}

function fromList(list: unknown): FaultCall[][] {
  if (!Array.isArray(list) || list.length === 0)
    throw new ScenarioError('attempts: expected a list such as ["cut after 3 chunks", "ok"]');
  if (list.length > ATTEMPTS_MAX)
    throw new ScenarioError(`attempts: at most ${ATTEMPTS_MAX}, got ${list.length}`);
  return list.map((entry: unknown, i) => {
    const where = `attempts[${i}]`;
    if (typeof entry === "string") return parseCalls(entry, where);
    const faults = Array.isArray(entry) ? entry : (entry as { faults?: unknown } | null)?.faults;
    if (!Array.isArray(faults))
      throw new ScenarioError(
        `${where}: expected text such as "cut after 3 chunks", or { faults: [...] }`,
      );
    return faults.flatMap((fault: unknown, j) => {
      const at = `${where}.faults[${j}]`;
      // A bare status is a number in YAML.
      if (typeof fault !== "string" && typeof fault !== "number")
        throw new ScenarioError(`${at}: expected text such as "cut after 3 chunks"`);
      return parseCalls(String(fault), at);
    });
  });
}

function parseCalls(text: string, where: string): FaultCall[] {
  const calls = text
    .split(/[+,]/)
    .map((call) => call.trim())
    .filter((call) => call !== "" && call.toLowerCase() !== "ok")
    .map((call) => parseCall(call, where));
  if (calls.length > FAULTS_MAX)
    throw new ScenarioError(`${where}: at most ${FAULTS_MAX} faults in one attempt`);
  return calls;
}

function parseCall(text: string, where: string): FaultCall {
  const tokens = text.split(/\s+/);
  const head = tokens[0] as string;
  const word = head.toLowerCase();
  if (word === "flaky") return parseFlaky(tokens, where);
  const isStatus = /^[1-5]\d\d$/.test(head) || ERROR_NAMES.includes(head);
  const fault = findFault(isStatus ? "status" : word);
  if (!fault) {
    const known = [...FAULTS.map((one) => one.word), "ok", ...ERROR_NAMES];
    const hint = didYouMean(head, known) || "; docs/faults.md lists them all";
    throw new ScenarioError(`${where}: unknown fault "${head}"${hint}`);
  }
  return { word: fault.word, settings: settingsOf(fault, tokens.slice(isStatus ? 0 : 1), where) };
}

function settingsOf(fault: Fault, tokens: readonly string[], where: string): FaultCall["settings"] {
  try {
    return readSettings(fault, tokens);
  } catch (error) {
    throw new ScenarioError(`${where}: ${(error as Error).message}`);
  }
}

function parseFlaky(tokens: readonly string[], where: string): FaultCall {
  const chance = Number(tokens[1]);
  if (!(chance >= 0 && chance <= 1))
    throw new ScenarioError(
      `${where}: flaky: expected a probability from 0 to 1, got "${tokens[1] ?? ""}"`,
    );
  if (tokens.length < 3)
    throw new ScenarioError(`${where}: flaky: name the fault, e.g. "flaky 0.3 cut after 2 chunks"`);
  return { ...parseCall(tokens.slice(2).join(" "), where), chance };
}

// The doctor's files: evidence for somebody else, a baseline for later. Written whole or not at all,
// never over a file that is not the doctor's, and never with a secret in it.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { redact } from "../../core/failures.ts";
import {
  type Bundle,
  bundleMarkdown,
  bundleOf,
  leakIn,
  type Past,
  type Paths,
  type Report,
} from "../../doctor/index.ts";
import { EXIT, UsageError } from "../exit.ts";

interface Baseline extends Past {
  baseline: "pollux.baseline/1";
}

const SECRET_NAME = /(^|_)(api_?key|key|token|secret|password|passwd|credentials?)(_|$)/i;
const SECRET_CHARS_MIN = 8;
const FILE_BYTES_MAX = 5_000_000;

/** Values of the environment that must stand in no file. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value && SECRET_NAME.test(name) && value.length >= SECRET_CHARS_MIN ? [value] : [],
  );
}

interface Place {
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** Two files, one for programs and one for people; resolves to their names. */
export function writeBundle(
  file: string,
  seen: { report: Report; paths?: Paths | undefined; date: Date },
  place: Place,
): string[] {
  const bundle = bundleOf(seen.report, seen.date, seen.paths);
  const base = file.replace(/\.(json|md)$/i, "");
  mustBeClean("--bundle", bundle, place);
  const json = resolve(place.cwd, `${base}.json`);
  const markdown = resolve(place.cwd, `${base}.md`);
  mustBeOurs("--bundle", json, /"bundle": "pollux\.bundle\//);
  mustBeOurs("--bundle", markdown, /^# Pollux evidence/);
  write("--bundle", json, `${JSON.stringify(bundle, null, 2)}\n`);
  write("--bundle", markdown, bundleMarkdown(bundle));
  return [`${base}.json`, `${base}.md`];
}

export function writeBaseline(file: string, report: Report, place: Place): void {
  const { at, verdict, target, versions, facts, findings } = report;
  const baseline: Baseline = {
    baseline: "pollux.baseline/1",
    at,
    verdict,
    target,
    versions,
    facts,
    findings,
  };
  mustBeClean("--save", baseline, place);
  const path = resolve(place.cwd, file);
  mustBeOurs("--save", path, /"baseline": "pollux\.baseline\//);
  write("--save", path, `${JSON.stringify(baseline, null, 2)}\n`);
}

/** A baseline or a bundle, or a line that says what is wrong with it. */
export function readPast(option: string, file: string, cwd: string): Past & Partial<Bundle> {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), "utf8");
  } catch (error) {
    throw new UsageError(
      `${option}: cannot read ${file}: ${(error as NodeJS.ErrnoException).code}; check the path`,
    );
  }
  let value: Record<string, unknown>;
  try {
    if (text.length > FILE_BYTES_MAX) throw new Error("too large");
    value = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new UsageError(
      `${option}: ${file} is no JSON; give the .json file that doctor --bundle or --save wrote`,
    );
  }
  const wrong = FIELDS.find(([field, type]) => kindOf(value?.[field]) !== type);
  if (wrong)
    throw new UsageError(
      `${option}: ${file} is neither a bundle nor a baseline: its "${wrong[0]}" is no ${wrong[1]}; make one with doctor --bundle or --save`,
    );
  return value as unknown as Past & Partial<Bundle>;
}

const FIELDS = [
  ["at", "string"],
  ["verdict", "string"],
  ["target", "object"],
  ["versions", "object"],
  ["facts", "object"],
  ["findings", "list"],
] as const;

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "list" : typeof value;
}

function mustBeClean(option: string, value: unknown, { env }: Place): void {
  const leak = leakIn(value, secretsOf(env));
  if (leak !== undefined)
    throw new UsageError(
      `${option}: nothing was written, because its field ${redact(leak)} would tell a secret or a name; please report this field`,
      EXIT.internal,
    );
}

function mustBeOurs(option: string, path: string, sign: RegExp): void {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return;
  }
  if (!sign.test(text.slice(0, 1_000)))
    throw new UsageError(`${option}: ${path} is another file; name a new one`);
}

function write(option: string, path: string, text: string): void {
  try {
    // Only its owner may read it: evidence is shared by hand.
    writeFileSync(`${path}.part`, text, { mode: 0o600 });
    renameSync(`${path}.part`, path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${option}: cannot write ${path}: ${code ?? message}; name another place`);
  }
}

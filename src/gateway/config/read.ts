// Flags over environment over file over defaults → one configuration, or every mistake in it at once,
// each with its place, what was found and what is expected.
import { redact } from "../../core/failures.ts";
import { SETTINGS, type Setting, type Value } from "./settings.ts";

type Origin = "flag" | "environment" | "file" | "default";

interface Settled {
  value: Value;
  from: Origin;
}

/** Every setting by its path, with where its value came from. */
export type Config = ReadonlyMap<string, Settled>;

/** Where settings may come from. */
export interface Sources {
  flags: Readonly<Record<string, string | boolean | undefined>>;
  env: Readonly<Record<string, string | undefined>>;
  /** The parsed file, if there is one. */
  file?: unknown;
}

/** Everything that is wrong with the settings, at once. */
export class ConfigError extends Error {
  override name = "ConfigError";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** Settles the settings: flags, then the environment, then the file, then the defaults. */
export function readConfig({ flags, env, file }: Sources): Config {
  const problems: string[] = [];
  const given = file === undefined ? new Map<string, unknown>() : flatten(file, problems);
  const config = new Map<string, Settled>();
  for (const setting of SETTINGS) {
    const { path } = setting;
    const flag = setting.flag && flags[setting.flag];
    const variable = setting.env && env[setting.env];
    const pick = (raw: unknown, from: Origin, name: string) => {
      const value = checked(setting, from === "file" ? raw : typed(setting, raw));
      if (value !== undefined) config.set(path, { value, from });
      else problems.push(complaint(setting, name, raw));
    };
    if (flag !== undefined) pick(flag, "flag", `--${setting.flag}`);
    else if (variable) pick(variable, "environment", setting.env as string);
    else if (given.has(path)) pick(given.get(path), "file", path);
    else config.set(path, { value: setting.default, from: "default" });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** For `--print-config`: nothing that is secret, and where each value comes from. */
export function printConfig(config: Config): Record<string, { value: Value; from: Origin }> {
  const shown: Record<string, Settled> = {};
  for (const [path, { value, from }] of config) {
    shown[path] = { value: hiddenIn(value), from };
  }
  return shown;
}

function hiddenIn(value: Value): Value {
  if (typeof value === "string") return hidden(value);
  // A key may stand where its variable's name should.
  return Array.isArray(value) ? value.map(hidden) : value;
}

function hidden(value: string): string {
  // To the last @: where the address is mistyped, the password may stand behind a slash.
  const text = redact(value);
  const [from, to] = [text.indexOf("//") + 2, text.lastIndexOf("@")];
  return from > 1 && to >= from ? `${text.slice(0, from)}[REDACTED]${text.slice(to)}` : text;
}

/** `{ listen: { port: 1 } }` → `listen.port`; unknown names are mistakes, with the nearest known one. */
function flatten(file: unknown, problems: string[]): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const known = new Set(SETTINGS.map(({ path }) => path));
  const groups = new Set([...known].map((path) => path.split(".")[0] as string));
  if (typeof file !== "object" || file === null || Array.isArray(file)) {
    problems.push('the file: expected an object, such as { "listen": { "port": 8080 } }');
    return found;
  }
  for (const [group, value] of Object.entries(file)) {
    if (group === "$schema") continue;
    if (known.has(group)) found.set(group, value);
    else if (!groups.has(group)) problems.push(unknown(group, [...groups]));
    else if (typeof value !== "object" || value === null || Array.isArray(value))
      problems.push(`${group}: expected an object, found ${shown(value)}`);
    else
      for (const [name, inner] of Object.entries(value)) {
        const path = `${group}.${name}`;
        if (known.has(path)) found.set(path, inner);
        else problems.push(unknown(path, [...known]));
      }
  }
  return found;
}

function unknown(path: string, known: readonly string[]): string {
  const near = known
    .filter((name) => path.length <= 2 * name.length)
    .map((name) => ({ name, far: distance(path, name) }))
    .sort((a, b) => a.far - b.far)[0];
  const hint =
    near && near.far <= Math.max(2, path.length / 3) ? `; did you mean ${near.name}?` : "";
  return `${path}: there is no such setting${hint}`;
}

/** Text of flags and variables → the type of the setting. */
function typed(setting: Setting, raw: unknown): unknown {
  if (typeof raw !== "string") return raw;
  if (setting.type === "number") return raw.trim() === "" ? undefined : Number(raw);
  if (setting.type === "boolean") return BOOLEANS[raw.toLowerCase()];
  if (setting.type === "list")
    return raw
      .split(",")
      .map((part) => part.trim())
      .filter(Boolean);
  return raw;
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  "1": true,
  yes: true,
  on: true,
  false: false,
  "0": false,
  no: false,
  off: false,
};

function checked(setting: Setting, value: unknown): Value | undefined {
  switch (setting.type) {
    case "number":
      return typeof value === "number" &&
        Number.isInteger(value) &&
        value >= setting.min &&
        value <= setting.max
        ? value
        : undefined;
    case "boolean":
      return typeof value === "boolean" ? value : undefined;
    case "list":
      return Array.isArray(value) && value.every((one) => typeof one === "string" && one !== "")
        ? (value as string[])
        : undefined;
    default: {
      if (typeof value !== "string") return undefined;
      if (setting.choices && !setting.choices.includes(value)) return undefined;
      return setting.pattern && !new RegExp(setting.pattern).test(value) ? undefined : value;
    }
  }
}

function complaint(setting: Setting, name: string, raw: unknown): string {
  return `${name}: expected ${expected(setting)}, found ${shown(raw)}`;
}

function expected(setting: Setting): string {
  if (setting.type === "number") {
    const unit =
      setting.unit === "ms" ? " of milliseconds" : setting.unit === "bytes" ? " of bytes" : "";
    return `a whole number${unit} from ${setting.min} to ${setting.max}`;
  }
  if (setting.type === "boolean") return "true or false";
  if (setting.type === "list") return "a list of texts";
  if (setting.choices) return `one of ${setting.choices.join(", ")}`;
  return setting.pattern?.includes("https?") ? "a URL without a query" : "a text of the right form";
}

function shown(value: unknown): string {
  return redact(JSON.stringify(value) ?? "nothing").slice(0, 80);
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

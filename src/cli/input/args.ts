// Arguments → options, or one line that says which is wrong and what would be right.
import { parseArgs } from "node:util";
import type { Command, Option, Parsed } from "../commands/command.ts";
import { UsageError } from "../exit.ts";

export function readArgs(command: Command, args: readonly string[]): Parsed & { help: boolean } {
  const options: Record<string, Pick<Option, "type" | "short" | "multiple">> = {
    help: { type: "boolean", short: "h" },
  };
  for (const [name, { type, short, multiple }] of Object.entries(command.options)) {
    options[name] = { type, ...(short && { short }), ...(multiple && { multiple }) };
  }
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
    });
    return { ...apart(values), words: positionals, help: values.help === true };
  } catch (error) {
    throw new UsageError(
      `pollux ${command.name}: ${explained(error as Error, Object.keys(options))}`,
    );
  }
}

function apart(read: Record<string, unknown>): Pick<Parsed, "values" | "lists"> {
  const values: Parsed["values"] = {};
  const lists: Record<string, readonly string[]> = {};
  for (const [name, value] of Object.entries(read)) {
    if (Array.isArray(value)) lists[name] = value as string[];
    values[name] = (Array.isArray(value) ? value.at(-1) : value) as string | boolean;
  }
  return { values, lists };
}

function explained(error: Error, known: string[]): string {
  // An option with a short form is named as '-m, --model <value>'.
  const named = /'(?:-\w, )?(-{1,2}[^' <]+)/.exec(error.message)?.[1] ?? "";
  const flag = named.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ");
  if (/Unknown option/.test(error.message)) {
    if (/key$|token$/.test(flag))
      return `${flag}: a key is never taken as a flag; set GEMINI_API_KEY, or name another variable with --key-env`;
    const near = nearest(flag.replace(/^-+/, ""), known);
    return `${flag}: unknown option${near ? `; did you mean --${near}?` : ""} (see --help)`;
  }
  if (/is ambiguous/.test(error.message))
    return `${flag}: it needs a value; one that starts with a dash goes after = (see --help)`;
  if (/argument missing/.test(error.message)) return `${flag}: it needs a value (see --help)`;
  if (/does not take an argument/.test(error.message)) return `${flag}: it takes no value`;
  return `${error.message.split(/\. |\n/)[0]} (see --help)`;
}

export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, far: distance(word, name) }))
    .sort((a, b) => a.far - b.far);
  return ranked[0] && ranked[0].far <= Math.max(2, word.length / 3) ? ranked[0].name : undefined;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min((next[j - 1] as number) + 1, (row[j] as number) + 1, changed);
    }
    row = next;
  }
  return row[b.length] as number;
}

/** A whole number within bounds, or a line that names the option. */
export function number(
  parsed: Parsed,
  name: string,
  bounds: { min: number; max: number; whole?: boolean },
): number | undefined {
  const text = parsed.values[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  const { min, max, whole = true } = bounds;
  if (
    String(text).trim() === "" ||
    !(value >= min && value <= max) ||
    (whole && !Number.isInteger(value))
  ) {
    throw new UsageError(
      `--${name}: expected a ${whole ? "whole " : ""}number from ${min} to ${max}, got "${text}"`,
    );
  }
  return value;
}

export function oneOf<T extends string>(
  parsed: Parsed,
  name: string,
  known: readonly T[],
): T | undefined {
  const value = parsed.values[name] as T | undefined;
  if (value === undefined || known.includes(value)) return value;
  throw new UsageError(`--${name}: expected ${known.join(", ")}, got "${value}"`);
}

export function helpOf(command: Command): string {
  const rows = Object.entries(command.options).filter(([, option]) => !option.hidden);
  const left = ([name, option]: [string, Option]) =>
    `${option.short ? `-${option.short}, ` : "    "}--${name}${option.type === "string" ? ` ${option.value ?? "VALUE"}` : ""}`;
  const width = Math.max(...rows.map((row) => left(row).length), 10);
  const lines = rows.map((row) => `  ${left(row).padEnd(width)}  ${row[1].help}`);
  const help = `  ${"-h, --help".padEnd(width)}  this text`;
  return `${command.summary}\n\nUsage\n  ${command.usage}\n\nOptions\n${[...lines, help].join("\n")}\n\n${command.more.trim()}\n`;
}

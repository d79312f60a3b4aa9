// What follows a fault's word, read against what that fault takes.
import type { Fault, Settings, Takes } from "./faults/fault.ts";
import { didYouMean } from "./nearest.ts";

/** The settings of a fault as a person writes them. */
export function describeTakes(takes: Takes): string {
  const { after, duration, words, described } = takes;
  if (described !== undefined) return described;
  return [
    ...(after ? [`after N ${after.replace("|", " or ")}`] : []),
    ...(duration ? [`${duration} DURATION`] : []),
    ...(Array.isArray(words) ? words : []),
  ].join(", ");
}

/** Throws an Error whose message says which word is wrong and what would be right. */
export function readSettings(fault: Fault, tokens: readonly string[]): Settings {
  const { takes } = fault;
  const settings: Settings = { numbers: [], words: [] };
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i] as string;
    const next = tokens[i + 1];
    if (token === "after" && takes.after) {
      i += readAfter(takes.after, next, tokens[i + 2], settings);
    } else if (token === takes.duration || (token === "retry" && takes.retry)) {
      const ms = durationMs(next);
      if (token === "retry") settings.retryMs = ms;
      else settings.ms = ms;
      i += 1;
    } else if (/^\d{1,9}$/.test(token) && settings.numbers.length < (takes.numbers ?? 0)) {
      settings.numbers.push(Number(token));
    } else if (takesWord(takes, token)) settings.words.push(token);
    else throw new Error(unknownWord(fault, token));
  }
  return settings;
}

function readAfter(
  units: string,
  count: string | undefined,
  unit: string | undefined,
  settings: Settings,
): number {
  if (!/^\d{1,9}$/.test(count ?? ""))
    throw new Error(`after: expected a whole number, got "${count ?? ""}"`);
  settings.after = Number(count);
  if (/^chunks?$/.test(unit ?? "")) return 2;
  if (!/^bytes?$/.test(unit ?? "")) return 1;
  if (!units.includes("bytes")) throw new Error(`after: counts chunks here, got "${unit}"`);
  settings.unit = "bytes";
  return 2;
}

function takesWord({ words }: Takes, token: string): boolean {
  return words instanceof RegExp ? words.test(token) : (words ?? []).includes(token);
}

function unknownWord({ word, takes }: Fault, token: string): string {
  const known = [
    ...(takes.after ? ["after"] : []),
    ...(takes.duration ? [takes.duration] : []),
    ...(takes.retry ? ["retry"] : []),
    ...(Array.isArray(takes.words) ? takes.words : []),
  ];
  const taken = describeTakes(takes);
  const rule = taken === "" ? "it takes no settings" : `it takes: ${taken}`;
  return `${word}: unknown setting "${token}"${didYouMean(token, known)}; ${rule}`;
}

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

function durationMs(text = ""): number {
  const found = /^(\d{1,7}(?:\.\d{1,3})?)(ms|s|m)?$/.exec(text);
  if (!found) throw new Error(`expected a duration such as 2s or 150ms, got "${text}"`);
  return Number(found[1]) * (MS[found[2] ?? "s"] as number);
}

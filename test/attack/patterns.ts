// The regular expressions of the sources, and texts made to hurt each of them: what it repeats, again and
// again, with an end that does not fit. Growth is compared, so it does not matter how fast a machine is.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const LITERAL =
  /(?<=[=(,:?|&!;[{}]\s*|return\s+|=>\s*|^\s*)\/(?![/*])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+)\/([dgimsuvy]*)/gm;
/** What a quantifier without a limit stands behind, or a group that repeats. */
const REPEATS = /[*+]|\{\d+,\d*\}/;

export interface Pattern {
  file: string;
  source: string;
  flags: string;
}

/** All that repeat something; the others cannot take long. */
export function patterns(): Pattern[] {
  const found = new Map<string, Pattern>();
  for (const file of globSync("src/**/*.ts", { cwd: ROOT }).sort()) {
    if (file.endsWith(".test.ts")) continue;
    const text = readFileSync(join(ROOT, file), "utf8");
    for (const [, source = "", flags = ""] of text.matchAll(LITERAL)) {
      if (REPEATS.test(source) && isPattern(source, flags))
        found.set(`${source}/${flags}`, { file, source, flags });
    }
  }
  return [...found.values()];
}

function isPattern(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}

const CLASS_CHARS: Readonly<Record<string, string>> = {
  s: " ",
  S: "a",
  d: "1",
  D: "a",
  w: "a",
  W: "-",
  n: "\n",
  r: "\r",
  t: "\t",
};
const ALPHABET = " a1-_./:\"'\\\n\t,;<>[]{}()`*~|=+#@%Z";
const PIECES_MAX = 60;
/** Pieces further apart than this are not tried together. */
const NEIGHBOURS = 4;

/** The words and characters that it is made of. */
export function piecesOf(source: string): string[] {
  const pieces = new Set<string>();
  for (const [all, escaped, klass] of source.matchAll(
    /\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|(.))|\[((?:\\.|[^\]\\])*)\]|\(\?(?:<?[=!]|:)|\{[\d,]*\}|[\w @-]+|[^()|*+?^$]/gi,
  )) {
    if (klass !== undefined) for (const char of fitting(klass)) pieces.add(char);
    else if (escaped !== undefined) pieces.add(CLASS_CHARS[escaped] ?? escaped);
    else if (all === ".") pieces.add("a");
    else if (!/^(\(|\{|\\)/.test(all)) pieces.add(all);
  }
  return [...pieces].slice(0, PIECES_MAX);
}

/** Two characters that the class takes: by them a text can go on for ever. */
function fitting(klass: string): string[] {
  try {
    const one = new RegExp(`^[${klass}]$`);
    return [...ALPHABET].filter((char) => one.test(char)).slice(0, 2);
  } catch {
    return [];
  }
}

/** Texts of about `chars` characters: single pieces, neighbours, a beginning with a long middle. */
export function* traps(pieces: readonly string[], chars: number): Generator<string> {
  const many = (unit: string, room = chars) => unit.repeat(Math.ceil(room / unit.length));
  const ends = ["", "\u0001", "!"];
  for (const [i, a] of pieces.entries()) {
    for (const end of ends) yield many(a) + end;
    for (const b of pieces.slice(i + 1, i + 1 + NEIGHBOURS)) {
      yield many(a + b);
      yield many(b + a);
      yield `${a}${many(b)}\u0001`;
      yield many(a + many(b, 40));
    }
  }
  yield many(pieces.join(""));
  for (const [i, a] of pieces.entries()) {
    const before = pieces.slice(0, i).join("");
    yield `${before}${many(a)}\u0001`;
    yield `${many(before + a)}\u0001`;
  }
}

/** The quickest of several runs: what disturbs a run only makes it longer. */
export function quickestMs(run: () => void, times: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i += 1) {
    const startedAt = performance.now();
    run();
    best = Math.min(best, performance.now() - startedAt);
  }
  return best;
}

// Finds what a source file imports and exports, without a compiler: comments, strings, templates and
// regular expressions are blanked first, so that text that only looks like it is not taken for it.

export interface Import {
  /** As written between the quotes. */
  from: string;
  line: number;
  /** `export * from`, which hides what a door offers. */
  isStar: boolean;
  /** What it takes, by the names of the file it takes it from; undefined where it may be anything. */
  names: string[] | undefined;
}

export interface Export {
  name: string;
  line: number;
  /** `export { a } from`: it is at home elsewhere. */
  isPassedOn: boolean;
}

const IMPORTS = [
  /\b(?:import|export)\b(?<what>[^"'`();=]*?)\bfrom\s*(?=["'])/g,
  /\bimport\s*(?=["'])/g,
  /\bimport\s*\(\s*(?=["'])/g,
];

export function scanImports(source: string): Import[] {
  const blank = blankOut(source);
  const found: (Import & { at: number })[] = [];
  for (const pattern of IMPORTS) {
    for (const match of blank.matchAll(pattern)) {
      const start = match.index + match[0].length;
      const end = blank.indexOf(blank[start]!, start + 1);
      const line = source.slice(0, match.index).split("\n").length;
      const isStar = match[0].startsWith("export") && /^\s*\*/.test(match.groups?.what ?? "");
      const names = isStar ? undefined : namesOf(match.groups?.what ?? around(blank, match, end));
      found.push({ from: source.slice(start + 1, end), line, isStar, names, at: match.index });
    }
  }
  return found.sort((a, b) => a.at - b.at).map(({ at: _, ...found }) => found);
}

/** A clause as `import` and `export` have it → the names on its far side. */
function namesOf(clause: string | undefined): string[] | undefined {
  if (clause === undefined || clause.includes("*")) return undefined;
  const [, inside = ""] = /\{([^}]*)\}/.exec(clause) ?? [];
  const names = inside.split(",").map((part) => /^\s*(?:type\s+)?(\w+)/.exec(part)?.[1]);
  const before = clause.replace(/\{[^}]*\}/, "").replace(/^\s*type\b/, "");
  return [...names, /\w/.test(before) ? "default" : undefined].filter((name) => name !== undefined);
}

/** For an import without a clause: what is taken from the promise of `import()`, where it is plain. */
function around(blank: string, match: RegExpExecArray, end: number): string | undefined {
  if (!match[0].includes("(")) return "";
  const after = /^.\s*\)(?:\)\.(\w+)|\.then\(\(\{([^}]*)\})/.exec(blank.slice(end));
  const before = /\{([^{}]*)\}\s*=\s*await\s*$/.exec(blank.slice(0, match.index));
  const names = after?.[1] ?? after?.[2] ?? before?.[1];
  return names === undefined ? undefined : `{${names.replace(/\s*:\s*\w+/g, "")}}`;
}

const EXPORTS =
  /^export\s+(?:declare\s+|abstract\s+|async\s+|default\s+)*(?:function\s*\*?|class|const|let|interface|type)\s+(\w+)|^export\s+(?:type\s+)?\{([^}]*)\}(\s*from\b)?/gm;

export function scanExports(source: string): Export[] {
  const blank = blankOut(source);
  return [...blank.matchAll(EXPORTS)].flatMap(({ 0: whole, 1: one, 2: list, 3: from, index }) => {
    const line = source.slice(0, index).split("\n").length;
    if (one) return [{ name: one, line, isPassedOn: false }];
    return (list ?? "").split(",").flatMap((part) => {
      const name = /(\w+)\s*$/.exec(part)?.[1];
      const offset =
        whole.slice(0, whole.indexOf(part) + part.trimEnd().length).split("\n").length - 1;
      return name ? [{ name, line: line + offset, isPassedOn: from !== undefined }] : [];
    });
  });
}

/** What may stand before a slash that begins a regular expression and not a division. */
const BEFORE_REGEX = /(?:^|[=(,:;!&|?{}[+\-*%~<>^]|\b(?:return|typeof|case|in|of|await|yield))\s*$/;

/** The same text, same length and lines, with the inside of comments and literals as spaces. */
export function blankOut(source: string): string {
  const out = source.split("");
  const state: State = { text: source, out, templates: [] };
  for (let at = 0; at < source.length; ) at = step(state, at);
  return out.join("");
}

interface State {
  text: string;
  out: string[];
  /** For every `${` still open: how many braces are open inside it. */
  templates: number[];
}

function step(state: State, at: number): number {
  const { text, templates } = state;
  const character = text[at]!;
  if (text.startsWith("//", at)) return blankUntil(state, at, endOf(text, "\n", at));
  if (text.startsWith("/*", at)) return blankUntil(state, at, endOf(text, "*/", at + 2) + 2);
  if (character === '"' || character === "'") return blankLiteral(state, at, character) + 1;
  if (character === "`") return blankTemplate(state, at + 1);
  if (character === "/" && BEFORE_REGEX.test(text.slice(Math.max(0, at - 12), at))) {
    return blankRegex(state, at);
  }
  const depth = templates.length - 1;
  if (depth >= 0 && character === "{") templates[depth]! += 1;
  if (depth >= 0 && character === "}") {
    if (templates[depth] === 0) {
      templates.pop();
      return blankTemplate(state, at + 1);
    }
    templates[depth]! -= 1;
  }
  return at + 1;
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at;
}

function blankUntil({ text, out }: State, from: number, to: number): number {
  for (let at = from; at < to && at < text.length; at += 1) if (text[at] !== "\n") out[at] = " ";
  return Math.max(to, from + 1);
}

/** Blanks from after the opening mark to the closing one, and returns the place of that. */
function blankLiteral(state: State, start: number, mark: string): number {
  let at = start + 1;
  while (at < state.text.length && state.text[at] !== mark && state.text[at] !== "\n") {
    at += state.text[at] === "\\" ? 2 : 1;
  }
  blankUntil(state, start + 1, at);
  return at;
}

function blankTemplate(state: State, start: number): number {
  const { text, templates } = state;
  let at = start;
  while (at < text.length && text[at] !== "`" && !text.startsWith("${", at)) {
    at += text[at] === "\\" ? 2 : 1;
  }
  if (at > start) blankUntil(state, start, at);
  if (text[at] !== "$") return at + 1;
  templates.push(0);
  return at + 2;
}

function blankRegex(state: State, start: number): number {
  const { text } = state;
  let at = start + 1;
  for (let inClass = false; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "[") inClass = true;
    else if (text[at] === "]") inClass = false;
    else if (text[at] === "/" && !inClass) break;
  }
  return blankUntil(state, start + 1, at) + 1;
}

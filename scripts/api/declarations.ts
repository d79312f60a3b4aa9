// Reads what the compiler emits as declarations of one file: what it declares, with its comment, and
// what it only passes on. The emitted form is regular, so that no compiler is needed to read it.
import { blankOut } from "../rooms/scan.ts";

type Kind = "class" | "function" | "const" | "interface" | "type";

export interface Declaration {
  name: string;
  kind: Kind;
  /** Its comment, without stars. */
  doc: string;
  /** As it may be used: without `export declare` and private members. */
  signature: string;
}

export interface Declared {
  own: Map<string, Declaration>;
  /** Name here → where it is from, and its name there. */
  passedOn: Map<string, { from: string; name: string }>;
  /** The comment at the head of the file. */
  head: string;
}

const DECLARES =
  /^(?:export\s+)?(?:declare\s+)?(?:abstract\s+)?(?<kind>class|function|const|interface|type)\s+(?<name>\w+)/;
const PASSES = /^(?:export|import)\s+(?:type\s+)?\{([^}]*)\}(?:\s*from\s*)?/;

export function readDeclarations(text: string): Declared {
  const declared: Declared = { own: new Map(), passedOn: new Map(), head: headOf(text) };
  for (const { comment, statement } of statementsOf(text)) {
    const { kind, name } = DECLARES.exec(statement)?.groups ?? {};
    if (kind && name) addOwn(declared.own, name, kind as Kind, comment, statement);
    else addPassedOn(declared.passedOn, statement);
  }
  return declared;
}

function addOwn(
  own: Declared["own"],
  name: string,
  kind: Kind,
  comment: string,
  statement: string,
): void {
  const signature = plain(statement);
  const before = own.get(name);
  // Overloads stand one after the other.
  if (before) before.signature += `\n${signature}`;
  else own.set(name, { name, kind, doc: docOf(comment), signature });
}

function addPassedOn(passedOn: Declared["passedOn"], statement: string): void {
  const [, list] = PASSES.exec(statement) ?? [];
  const from = /from\s+"([^"]+)"/.exec(statement)?.[1];
  if (list === undefined || !from) return;
  for (const part of list.split(",")) {
    const [name, as = name] = part
      .replace(/^\s*type\s+/, "")
      .trim()
      .split(/\s+as\s+/);
    if (name && as) passedOn.set(as, { from, name });
  }
}

function* statementsOf(text: string): Generator<{ comment: string; statement: string }> {
  const blank = blankOut(text);
  for (let at = 0; at < text.length; ) {
    const start = at + blank.slice(at).search(/\S/);
    if (start < at) return;
    const end = endOf(blank, start);
    yield { comment: text.slice(at, start), statement: text.slice(start, end) };
    at = end;
  }
}

/** Of a class or interface its closing brace, of anything else the semicolon outside of all brackets. */
function endOf(blank: string, start: number): number {
  const isBody = /^(?:export\s+)?(?:declare\s+)?(?:abstract\s+)?(?:class|interface)\b/.test(
    blank.slice(start, start + 60),
  );
  for (let at = start, depth = 0; at < blank.length; at += 1) {
    const character = blank[at] as string;
    if ("([{".includes(character)) depth += 1;
    if (")]}".includes(character)) depth -= 1;
    if (depth === 0 && character === (isBody ? "}" : ";")) return at + 1;
  }
  return blank.length;
}

function headOf(text: string): string {
  const [lines = ""] = /^(?:\/\/.*\n)+/.exec(text.replace(/^#!.*\n/, "")) ?? [];
  return lines.replace(/^\/\/ ?/gm, "").trim();
}

function docOf(comment: string): string {
  const [, inside = ""] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(comment) ?? [];
  return inside.replace(/^\s*\* ?/gm, "").trim();
}

function plain(statement: string): string {
  return statement
    .replace(/^export\s+/, "")
    .replace(/^declare\s+/, "")
    .replace(/\bimport\("\.[^"]*"\)\./g, "")
    .replace(/^(?: {4}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)? {4}private\b.*;\n/gm, "")
    .replace(/^ +/gm, (indent) => " ".repeat(indent.length / 2))
    .replace(/^( *)\*/gm, "$1 *");
}

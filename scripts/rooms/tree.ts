// The checkout as the laws see it: source files, what they import, and where each import lands.
import { globSync, readFileSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { blankOut, type Export, type Import, scanExports, scanImports } from "./scan.ts";

export interface Source {
  /** From the root of the checkout, with slashes: `src/core/stream.ts`. */
  path: string;
  lines: number;
  imports: Link[];
  exports: Export[];
  /** How often each word stands in its code. */
  words: Map<string, number>;
  /** The room it is in, if it is in one. */
  room?: string;
  isTest: boolean;
}

interface Link extends Import {
  /** A path in this checkout, or the name of a package or of one of Node's modules. */
  to: string;
  kind: "file" | "package" | "node";
}

export interface Tree {
  sources: Source[];
  /** Files that other rooms and users may import, with the name they have in `exports`. */
  doors: Map<string, string>;
  /** Files that are started, each with those whose text names it: `package.json`, or a source. */
  named: Map<string, string[]>;
}

const FOLDERS = ["src", "test", "bench", "examples", "scripts"];

export function readTree(root: string): Tree {
  const doors = readDoors(root);
  const names = new Map([...doors].map(([path, name]) => [name, path]));
  const patterns = FOLDERS.map((folder) => `${folder}/**/*.{ts,tsx,mjs}`);
  const paths = globSync(patterns, { cwd: root }).map((path) => path.split(sep).join("/"));
  const sources = paths.sort().map((path): Source => {
    const text = readFileSync(join(root, path), "utf8");
    const imports = scanImports(text).map((found) => ({ ...found, ...land(found, path, names) }));
    const [top, room, rest] = path.split("/");
    const lines = text.trimEnd().split("\n").length;
    const isTest = /\.test\.tsx?$/.test(path) || top === "test";
    const inRoom = top === "src" && rest && room ? { room } : {};
    return {
      path,
      lines,
      imports,
      exports: scanExports(text),
      words: count(text),
      isTest,
      ...inRoom,
    };
  });
  return { sources, doors, named: findNamed(root, sources) };
}

/** A name as it is written to start a program: a path, or what stands after the last slash of one. */
const NAMED = /["'`/ ]([\w-]+\.(?:ts|mjs))\b(?!["']\s*;)/g;

function findNamed(root: string, sources: readonly Source[]): Map<string, string[]> {
  const names = new Map<string, Set<string>>();
  for (const path of ["package.json", ...sources.map((source) => source.path)]) {
    for (const [, name = ""] of readFileSync(join(root, path), "utf8").matchAll(NAMED))
      names.set(name, (names.get(name) ?? new Set()).add(path));
  }
  const named = sources.map(({ path }): [string, string[]] => {
    const by = names.get(path.split("/").at(-1) ?? "") ?? [];
    return [path, [...by].filter((other) => other !== path)];
  });
  return new Map(named.filter(([, by]) => by.length > 0));
}

function count(text: string): Map<string, number> {
  const words = new Map<string, number>();
  for (const [word] of blankOut(text).matchAll(/\w+/g)) words.set(word, (words.get(word) ?? 0) + 1);
  return words;
}

/** One map is both the public surface and the inner wall. */
function readDoors(root: string): Map<string, string> {
  const { name, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const doors = new Map<string, string>();
  for (const [key, target] of Object.entries(
    exports as Record<string, { "pollux-source"?: string }>,
  )) {
    const source = target["pollux-source"];
    if (source) doors.set(posix.normalize(source), posix.join(name, key));
  }
  return doors;
}

function land(
  { from }: Import,
  path: string,
  names: Map<string, string>,
): Pick<Link, "to" | "kind"> {
  if (from.startsWith("node:")) return { to: from, kind: "node" };
  if (from.startsWith(".")) return { to: posix.join(posix.dirname(path), from), kind: "file" };
  const door = names.get(from);
  if (door) return { to: door, kind: "file" };
  const parts = from.split("/");
  return { to: parts.slice(0, from.startsWith("@") ? 2 : 1).join("/"), kind: "package" };
}

export function roomOf(path: string): string | undefined {
  const [top, room, rest] = path.split("/");
  return top === "src" && rest ? room : undefined;
}

// What nothing uses: a file that nobody imports or names, an export that stays at home, and code of a
// room that only its tests call.
import type { Source, Tree } from "./tree.ts";

interface Unused {
  path: string;
  line: number;
  /** `file`, or what is exported. */
  what: string;
  why: "nobody" | "own file" | "tests";
}

/** Who takes a name of a file: rooms and programs, or only tests. */
interface Takers {
  code: boolean;
  tests: boolean;
}

export function findUnused(tree: Tree): Unused[] {
  const taken = takersOf(tree);
  return tree.sources.flatMap((source) => [
    ...unusedFile(source, tree, taken),
    ...unusedExports(source, tree, taken),
  ]);
}

/** `path` and `path name` → takers; `path *` where everything may be taken. */
function takersOf({ sources }: Tree): Map<string, Takers> {
  const taken = new Map<string, Takers>();
  for (const { path, imports, isTest } of sources) {
    for (const { kind, to, names } of imports) {
      if (kind !== "file" || to === path) continue;
      for (const key of [to, ...(names ?? ["*"]).map((name) => `${to} ${name}`)]) {
        const takers = taken.get(key) ?? { code: false, tests: false };
        takers[isTest ? "tests" : "code"] = true;
        taken.set(key, takers);
      }
    }
  }
  return taken;
}

function unusedFile(source: Source, tree: Tree, taken: Map<string, Takers>): Unused[] {
  const { path, isTest } = source;
  const isStart = tree.doors.has(path) || tree.named.has(path) || path.startsWith("examples/");
  if (taken.has(path) || isStart || (isTest && /\.test\.\w+$/.test(path))) return [];
  return [{ path, line: 1, what: "file", why: "nobody" }];
}

function unusedExports(source: Source, tree: Tree, taken: Map<string, Takers>): Unused[] {
  const { path, exports, words, isTest, room } = source;
  if (tree.doors.has(path)) return [];
  const starters = tree.sources.filter((one) => tree.named.get(path)?.includes(one.path));
  const everything = taken.get(`${path} *`);
  return exports.flatMap(({ name, line, isPassedOn }): Unused[] => {
    const takers = taken.get(`${path} ${name}`);
    const isTaken = takers?.code || everything?.code || starters.some((one) => one.words.has(name));
    if (isTaken) return [];
    const atHome = !isPassedOn && (words.get(name) ?? 0) > 1;
    if (takers?.tests || everything?.tests) {
      const dead = room !== undefined && !isTest && !atHome;
      return dead ? [{ path, line, what: name, why: "tests" }] : [];
    }
    return [{ path, line, what: name, why: atHome ? "own file" : "nobody" }];
  });
}

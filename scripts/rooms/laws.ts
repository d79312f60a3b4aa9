// The laws of the house, each a function from the tree to what breaks it. Tests may look into any
// room, since they judge it; names, sizes and cycles bind them too.
import { findCycles } from "./cycles.ts";
import { EMPTY_NAMES, EXAMPLE_LINES_MAX, FILE_LINES_MAX, FILE_LINES_WARN, HOUSE } from "./house.ts";
import { roomOf, type Source, type Tree } from "./tree.ts";
import { findUnused } from "./unused.ts";

export interface Violation {
  path: string;
  line: number;
  law: string;
  fix: string;
  /** Told, but not a reason to fail. */
  isWarning?: true;
}

type Law = (tree: Tree) => Iterable<Violation>;

const LAWS: readonly Law[] = [
  arrows,
  doors,
  outside,
  nodeModules,
  cycles,
  names,
  sizes,
  examples,
  unused,
];

export function checkLaws(tree: Tree): Violation[] {
  return LAWS.flatMap((law) => [...law(tree)]);
}

/** Files that live in a room and are bound by its walls. */
const bound = ({ sources }: Tree) => sources.filter(({ room, isTest }) => room && !isTest);

function* arrows(tree: Tree): Generator<Violation> {
  for (const { path, room = "", imports } of bound(tree)) {
    if (!(room in HOUSE)) {
      const fix = `rooms are ${Object.keys(HOUSE).join(", ")}; a new one is added to scripts/rooms/house.ts`;
      yield { path, line: 1, law: `there is no room "${room}" in the house`, fix };
      continue;
    }
    const { may } = HOUSE[room]!;
    for (const { to, line, kind } of imports) {
      const target = roomOf(to);
      if (kind !== "file" || target === room || (target && may.includes(target))) continue;
      const fix =
        may.length > 0 ? `${room} may import ${may.join(", ")}` : `${room} imports no room`;
      yield {
        path,
        line,
        law: `${room} imports ${target ?? to}`,
        fix: `${fix}; hand it in instead`,
      };
    }
  }
}

function* doors(tree: Tree): Generator<Violation> {
  for (const { path, room, imports } of bound(tree)) {
    for (const { to, line, kind, isStar } of imports) {
      if (kind !== "file") continue;
      const target = roomOf(to);
      if (target && target !== room && !tree.doors.has(to)) {
        const fix = `import the door of ${target}; doors are the files named in package.json#exports`;
        yield { path, line, law: `${to} is not a door`, fix };
      }
      if (target === room && to === `src/${room}/index.ts`) {
        const fix = "import the file that has what you need";
        yield { path, line, law: "a room does not use its own door from inside", fix };
      }
      if (isStar && tree.doors.has(path)) {
        yield {
          path,
          line,
          law: "a door names what it offers",
          fix: "list the names, no `export *`",
        };
      }
    }
  }
}

function* outside(tree: Tree): Generator<Violation> {
  for (const { path, room = "", imports } of bound(tree)) {
    const packages = HOUSE[room]?.packages ?? [];
    for (const { to, line, kind } of imports) {
      if (kind !== "package" || packages.includes(to)) continue;
      const fix =
        packages.length > 0 ? `it may use ${packages.join(", ")}` : "it depends on nothing";
      yield { path, line, law: `${room} uses the package "${to}"`, fix };
    }
  }
}

function* nodeModules(tree: Tree): Generator<Violation> {
  for (const { path, room = "", imports } of bound(tree)) {
    const allowed = HOUSE[room]?.node ?? false;
    const name = path.split("/").at(-1) ?? "";
    if (allowed === true || (Array.isArray(allowed) && allowed.includes(name))) continue;
    for (const { to, line, kind } of imports) {
      if (kind !== "node") continue;
      const fix = "only node and cli (and the drivers of store) may; hand the ability in from cli";
      yield { path, line, law: `${room} imports ${to}`, fix };
    }
  }
}

function* cycles({ sources }: Tree): Generator<Violation> {
  const files = new Map<string, Set<string>>();
  const rooms = new Map<string, Set<string>>();
  for (const { path, room, imports, isTest } of sources) {
    const targets = imports.filter(({ kind }) => kind === "file").map(({ to }) => to);
    files.set(path, new Set(targets));
    if (!room || isTest) continue;
    const others = targets.map(roomOf).filter((other) => other !== undefined && other !== room);
    rooms.set(room, new Set([...(rooms.get(room) ?? []), ...(others as string[])]));
  }
  const fix = "move what both need into a file below them; type imports count";
  for (const way of findCycles(files)) {
    yield { path: way[0]!, line: 1, law: `a cycle of files: ${way.join(" → ")}`, fix };
  }
  for (const way of findCycles(rooms)) {
    yield { path: `src/${way[0]}`, line: 1, law: `a cycle of rooms: ${way.join(" → ")}`, fix };
  }
}

function* names({ sources }: Tree): Generator<Violation> {
  for (const { path } of sources) {
    const parts = path.split("/");
    // `test/types` holds what the public types promise; only in src is a folder a subject.
    const subjects = parts[0] === "src" ? parts : parts.slice(-1);
    const empty = subjects.find((part) => EMPTY_NAMES.includes(part.replace(/\..*$/, "")));
    if (!empty) continue;
    const fix = "name it after what it holds; a type lives with its noun";
    yield { path, line: 1, law: `"${empty}" says nothing`, fix };
  }
}

function* sizes({ sources }: Tree): Generator<Violation> {
  const fix = "split it where its subject changes; 60 to 150 lines is the habit";
  for (const { path, lines } of sources) {
    if (lines <= FILE_LINES_WARN) continue;
    const law = `${lines} lines; the limit is ${FILE_LINES_MAX}`;
    const violation = { path, line: lines, law, fix };
    yield lines > FILE_LINES_MAX ? violation : { ...violation, isWarning: true };
  }
}

/** An example is what a reader would write: short, and through the doors. */
function* examples({ sources, doors: open }: Tree): Generator<Violation> {
  const isExample = ({ path, isTest }: Source) => path.startsWith("examples/") && !isTest;
  for (const { path, lines, imports } of sources.filter(isExample)) {
    if (lines > EXAMPLE_LINES_MAX) {
      const law = `${lines} lines; an example has at most ${EXAMPLE_LINES_MAX}`;
      yield { path, line: lines, law, fix: "show one thing" };
    }
    for (const { to, from, line, kind } of imports) {
      if (kind !== "file" || (open.has(to) && !from.startsWith("."))) continue;
      const fix = 'write "pollux" or another name from package.json#exports';
      yield { path, line, law: `an example imports ${from}`, fix };
    }
  }
}

function* unused(tree: Tree): Generator<Violation> {
  const laws = {
    nobody: ["nobody uses", "delete it"],
    "own file": ["only its own file uses", "remove the word export"],
    tests: ["only tests use", "delete it with its tests"],
  } as const;
  for (const { path, line, what, why } of findUnused(tree)) {
    const [says, fix] = laws[why];
    yield { path, line, law: `${says} ${what === "file" ? "this file" : what}`, fix };
  }
}

// Every door of the package with what it offers, from the declarations that would be published.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join, posix } from "node:path";
import { scanExports } from "../rooms/scan.ts";
import { type Declaration, type Declared, readDeclarations } from "./declarations.ts";

export interface Offer extends Declaration {
  /** The source that declares it: `src/core/pollux.ts`. */
  home: string;
}

export interface Door {
  /** As it is imported: `pollux/sim`. */
  name: string;
  source: string;
  /** What its source says of itself. */
  head: string;
  offers: Offer[];
}

const TSC_MS_MAX = 2 * 60_000;

export function readDoors(root: string): Door[] {
  mkdirSync(join(root, ".pollux"), { recursive: true });
  const folder = mkdtempSync(join(root, ".pollux/api-"));
  try {
    emit(root, folder);
    return readEmitted(root, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function emit(root: string, folder: string): void {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const project = ["-p", join(root, "tsconfig.build.json"), "--emitDeclarationOnly"];
  const args = [tsc, ...project, "--outDir", folder, "--pretty", "false"];
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    timeout: TSC_MS_MAX,
  });
  if (status !== 0) throw new Error(`the declarations could not be made:\n${stdout}`);
}

function readEmitted(root: string, folder: string): Door[] {
  const { name, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const read = new Map<string, Declared>();
  const declaredIn = (path: string): Declared => {
    const emitted = path.replace(/^src\//, "").replace(/\.ts$/, ".d.ts");
    const known = read.get(path) ?? readDeclarations(readFileSync(join(folder, emitted), "utf8"));
    read.set(path, known);
    return known;
  };
  const find = (path: string, wanted: string): Offer => {
    const { own, passedOn } = declaredIn(path);
    const found = own.get(wanted);
    if (found) return { ...found, home: path };
    const way = passedOn.get(wanted);
    if (!way) throw new Error(`${path} offers ${wanted}, and it is declared nowhere`);
    if (!way.from.startsWith(".")) return foreign(wanted, way.from);
    return { ...find(posix.join(posix.dirname(path), way.from), way.name), name: wanted };
  };
  type Targets = Record<string, { "pollux-source"?: string }>;
  return Object.entries(exports as Targets).flatMap(([key, target]) => {
    if (!target["pollux-source"]) return [];
    const source = posix.normalize(target["pollux-source"]);
    const text = readFileSync(join(root, source), "utf8");
    const offers = scanExports(text).map(({ name: wanted }) => find(source, wanted));
    return [{ name: posix.join(name, key), source, head: readDeclarations(text).head, offers }];
  });
}

function foreign(name: string, from: string): Offer {
  const signature = `import type { ${name} } from "${from}";`;
  return { name, kind: "type", doc: `It is the one of \`${from}\`.`, signature, home: from };
}

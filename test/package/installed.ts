// The package as its users get it: packed from this checkout, installed by npm into an empty folder.
// The versions are those of the lock file, so npm takes them from its cache, or else the registry.
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../scripts/checks.ts";

const COMMAND_MS_MAX = 55_000;
const QUIET = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
/** What a user has not: conditions of this checkout, a key, settings of the npm that runs the tests. */
const ENV = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|NODE_|INIT_CWD|POLLUX_|GEMINI_|GOOGLE_)/i.test(name),
  ),
);

interface Manifest {
  version: string;
  engines: { node: string };
  exports: Record<string, string | Record<string, string>>;
}

export interface Installed {
  folder: string;
  tarball: string;
  manifest: Manifest;
  remove(): void;
}

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export async function installPackage(): Promise<Installed> {
  // Node tells real paths, and the temp directory may be behind a link.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pollux-package-")));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const packing = ["pack", "--json", "--pack-destination", folder, ...QUIET];
    const [packed] = JSON.parse(/^\[\n[\s\S]*^\]/m.exec(await npm(packing, ROOT))?.[0] ?? "[]");
    writeProject(folder, packed);
    await npm(["ci", "--prefer-offline", "--ignore-scripts", ...QUIET], folder);
    const manifest = readJson(folder, "node_modules/pollux/package.json") as unknown as Manifest;
    return { folder, tarball: join(folder, packed.filename), manifest, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** A project that asks for nothing but the tarball. */
function writeProject(folder: string, packed: { filename: string; integrity: string }): void {
  const lock = readJson(ROOT, "package-lock.json").packages as Record<string, LockEntry>;
  const runtime = Object.entries(lock).filter(
    ([path, { dev, devOptional }]) => path !== "" && !dev && !devOptional,
  );
  const { devDependencies: _, ...own } = lock[""] as LockEntry;
  const resolved = `file:${packed.filename}`;
  const project = { name: "user", version: "1.0.0", type: "module" };
  const dependencies = { pollux: resolved };
  const packages = {
    "": { ...project, dependencies },
    "node_modules/pollux": { ...own, resolved, integrity: packed.integrity },
    ...Object.fromEntries(runtime),
  };
  const whole = { ...project, lockfileVersion: 3, requires: true, packages };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ ...project, dependencies }));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(whole));
  cpSync(join(ROOT, ".npmrc"), join(folder, ".npmrc"));
}

interface LockEntry extends Record<string, unknown> {
  dev?: boolean;
  devOptional?: boolean;
}

export function readJson(...path: string[]): Record<string, unknown> {
  return JSON.parse(readFileSync(join(...path), "utf8"));
}

async function npm(args: string[], cwd: string): Promise<string> {
  const { code, out, err } = await run("npm", args, cwd);
  if (code !== 0) throw new Error(`npm ${args.join(" ")} ended with ${code}\n${err}\n${out}`);
  return out;
}

/** Runs to the end, with no more than a user has in the environment. */
export function run(
  command: string,
  args: string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Ended> {
  const child = start(command, args, cwd, env);
  let [out, err] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (err += text));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: -1, out, err: err + error.message }));
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

export function start(
  command: string,
  args: string[],
  cwd: string,
  env: Record<string, string> = {},
) {
  const shell = process.platform === "win32" && ["npm", "npx"].includes(command);
  const stdio = ["ignore", "pipe", "pipe"] as const;
  return spawn(command, args, {
    cwd,
    shell,
    env: { ...ENV, ...env },
    timeout: COMMAND_MS_MAX,
    stdio: [...stdio],
  });
}

// The Node that runs the sources: this one if it is as new as the pinned one, else the one that the
// npm package `node` brings into node_modules, else this one if it is at least able to.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { SetupError } from "./setup-error.mjs";

const BINARY_BYTES_MIN = 1_000_000; // on Windows a small text file stands beside the real binary
const BRING_MS_MAX = 10 * 60_000;
const TRY_MS_MAX = 20_000;
const OUTPUT_BYTES_MAX = 1 << 24;

/** As new as the one that everything is tested on. */
const isCurrent = (version) => Number.parseInt(version, 10) >= 24;

/** Sources need type stripping without a flag, and a Node that has it without a warning. */
function canRunSources(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major >= 24 || (major === 22 && minor >= 19);
}

/** The path of a Node that can run sources, or undefined when one has to be brought first. */
export function findNode(root) {
  const own = process.versions.node;
  if (isCurrent(own)) return process.execPath;
  if (sizeOf(broughtNode(root)) > BINARY_BYTES_MIN) return broughtNode(root);
  return canRunSources(own) ? process.execPath : undefined;
}

/** Makes sure that `findNode` finds one that runs on this machine, or says why there is none. */
export function bringNode(root) {
  if (isCurrent(process.versions.node)) return;
  const tried = tryNode(root) ? [] : [fetchNode(root)];
  if (tried.length === 0 || tryNode(root, tried)) return;
  rmSync(broughtNode(root), { force: true });
  if (findNode(root)) return;
  const where = `${process.platform}-${process.arch}`;
  throw new SetupError(
    `this is Node ${process.versions.node}, and Node ${pinned(root)} for ${where} could not be brought through npm.\n${tried.join("\n").trim()}`,
    `install Node ${pinned(root)} yourself (https://nodejs.org/en/download) and run the same command with it`,
  );
}

/** Whether the brought one starts; a binary for another C library is there but does not. */
function tryNode(root, told = []) {
  if (sizeOf(broughtNode(root)) < BINARY_BYTES_MIN) return false;
  const options = { encoding: "utf8", timeout: TRY_MS_MAX };
  const { status, stderr, error } = spawnSync(broughtNode(root), ["--version"], options);
  if (status !== 0) told.push(stderr || error?.message || `it ended with ${status}`);
  return status === 0;
}

/** Runs the package's install script, which npm may have been told to skip; returns what it said. */
function fetchNode(root) {
  const script = join(root, "node_modules/node/installArchSpecificPackage.js");
  if (!existsSync(script)) return "the npm package `node` is not installed";
  // npm's own settings name the outer package; the inner npm has to look at its own folder.
  const env = { ...process.env, npm_config_ignore_scripts: "false" };
  for (const name of ["npm_config_local_prefix", "npm_config_prefix", "INIT_CWD", "NODE_OPTIONS"]) {
    delete env[name];
  }
  const { stdout, stderr, error } = spawnSync(process.execPath, [script], {
    cwd: join(root, "node_modules/node"),
    encoding: "utf8",
    env,
    maxBuffer: OUTPUT_BYTES_MAX,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: BRING_MS_MAX,
  });
  return [stdout, stderr, error?.message].filter(Boolean).join("\n");
}

function broughtNode(root) {
  const name = process.platform === "win32" ? "node.exe" : "node";
  return join(root, "node_modules/node/bin", name);
}

const sizeOf = (path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function pinned(root) {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies?.node ?? "24";
}

// node_modules as package-lock.json has it. A stamp tells in a millisecond that nothing changed;
// without one, npm's own record of what it installed is compared before anything is installed again.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { withLock } from "./lock.mjs";
import { bringNode } from "./runtime.mjs";
import { SetupError } from "./setup-error.mjs";

export { SetupError };

const INSTALL_MS_MAX = 15 * 60_000;
const OUTPUT_CHARS_MAX = 64_000;
let running;
const record = (root) => join(root, "node_modules/.package-lock.json");
const stampPath = (root) => join(root, "node_modules/.pollux-stamp");

/** Nothing changed since the last look: neither the lock file nor what npm installed. */
export function isStamped(root) {
  const stamp = readOr(stampPath(root));
  return stamp !== undefined && stamp === stampOf(root);
}

/** What is installed is what the lock file asks for. */
function arePackagesReady(root) {
  const installed = parse(readOr(record(root)));
  const wanted = parse(readOr(join(root, "package-lock.json")));
  if (!installed || !wanted) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "" || isForOthers(entry)) continue;
    const found = installed[path];
    if (found?.version !== entry.version || found?.integrity !== entry.integrity) return false;
    if (!existsSync(join(root, path))) return false;
  }
  return true;
}

/** Brings packages and Node; two set-ups in one checkout wait for each other. */
export async function setUp(root) {
  const stop = (signal) => {
    running?.kill(signal);
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
  await withLock(join(root, ".pollux/setup.lock"), async () => {
    if (!isStamped(root) && !arePackagesReady(root)) await install(root);
    bringNode(root);
    writeFileSync(stampPath(root), stampOf(root));
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, stop);
}

async function install(root) {
  refuseLink(join(root, "node_modules"));
  const startedAt = Date.now();
  process.stderr.write("Setting up: installing packages from package-lock.json …");
  const [command, ...first] = npm();
  const args = [
    "ci",
    "--include=dev",
    "--include=optional",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const { code, output } = await collect(command, [...first, ...args, ...cacheFlag(root)], root);
  if (code !== 0) {
    process.stderr.write(" failed.\n");
    throw new SetupError(
      `\`npm ci\` ended with ${code}:\n${output.trim()}`,
      "check that the npm registry is reachable (`npm ping`), then run the same command again",
    );
  }
  process.stderr.write(` done in ${Math.round((Date.now() - startedAt) / 1000)} s.\n`);
}

/** `npm ci` empties what a link leads to, and that belongs to another checkout. */
function refuseLink(folder) {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  throw new SetupError(
    "node_modules is a link, and what it leads to is not what package-lock.json asks for.",
    "install the packages there, or remove the link and run the same command again",
  );
}

/** The npm that called us if there is one, else the one beside this Node, else the one on the path. */
function npm() {
  const beside = dirname(process.execPath);
  const candidates = [
    basename(process.env.npm_execpath ?? "") === "npm-cli.js" && process.env.npm_execpath,
    join(beside, "../lib/node_modules/npm/bin/npm-cli.js"),
    join(beside, "node_modules/npm/bin/npm-cli.js"),
  ];
  const found = candidates.find((path) => path && existsSync(path));
  if (found) return [process.execPath, found];
  return process.platform === "win32" ? ["cmd", "/c", "npm"] : ["npm"];
}

/** A home that cannot be written to (containers, CI) must not stop npm. */
function cacheFlag(root) {
  const cache = process.env.npm_config_cache ?? join(homedir(), ".npm");
  if (process.platform === "win32") return [];
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
    return [];
  } catch {
    return [`--cache=${join(root, ".pollux/npm-cache")}`];
  }
}

function collect(command, args, cwd) {
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    running = child;
    const timer = setTimeout(() => child.kill(), INSTALL_MS_MAX);
    const end = (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    };
    for (const pipe of [child.stdout, child.stderr]) {
      pipe.setEncoding("utf8").on("data", (text) => {
        output = (output + text).slice(-OUTPUT_CHARS_MAX);
      });
    }
    child.on("error", (error) => {
      output += error.message;
      end(error.code);
    });
    child.on("close", (code, signal) => end(code ?? signal));
  });
}

/** Packages for another platform are rightly absent, and so may be those for another C library. */
function isForOthers({ optional, os, cpu, libc }) {
  if (!optional) return false;
  return Boolean(
    libc || (os && !os.includes(process.platform)) || (cpu && !cpu.includes(process.arch)),
  );
}

function stampOf(root) {
  const hash = createHash("sha256");
  for (const path of [join(root, "package-lock.json"), record(root)])
    hash.update(readOr(path) ?? "-");
  return `${hash.digest("hex")} ${process.platform} ${process.arch}\n`;
}

function readOr(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function parse(text) {
  try {
    return text && JSON.parse(text).packages;
  } catch {
    return undefined;
  }
}

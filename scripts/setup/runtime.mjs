// The Node that runs the sources: this one if it is new enough, else the one that the npm package
// `node` brings into node_modules.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { SetupError } from "./setup-error.mjs";

const BINARY_BYTES_MIN = 1_000_000; // on Windows a small text file stands beside the real binary
const BRING_MS_MAX = 10 * 60_000;
const TRY_MS_MAX = 20_000;
const OUTPUT_BYTES_MAX = 1 << 24;

/** Sources need type stripping without a flag, and the Node 22 that has it without a warning. */
export function canRunSources(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major >= 24 || (major === 22 && minor >= 19);
}

/** The path of a Node that can run sources, or undefined when it has to be brought first. */
export function findNode(root) {
  if (canRunSources(process.versions.node)) return process.execPath;
  const brought = broughtNode(root);
  return sizeOf(brought) > BINARY_BYTES_MIN ? brought : undefined;
}

/** Fetches the binary as the package's own install script would have, had npm been let to run it. */
export function bringNode(root) {
  if (findNode(root)) return;
  const script = join(root, "node_modules/node/installArchSpecificPackage.js");
  if (!existsSync(script)) {
    throw new SetupError("the npm package `node` is missing.", advice(root));
  }
  // npm's own settings name the outer package; the inner npm has to look at its own folder.
  const env = { ...process.env };
  for (const name of ["npm_config_local_prefix", "npm_config_prefix", "INIT_CWD", "NODE_OPTIONS"]) {
    delete env[name];
  }
  const done = spawnSync(process.execPath, [script], {
    cwd: join(root, "node_modules/node"),
    encoding: "utf8",
    env: { ...env, npm_config_ignore_scripts: "false" },
    maxBuffer: OUTPUT_BYTES_MAX,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: BRING_MS_MAX,
  });
  const node = findNode(root);
  const trial = node && spawnSync(node, ["--version"], { encoding: "utf8", timeout: TRY_MS_MAX });
  if (trial?.status === 0) return;
  const why = [done.stdout, done.stderr, done.error?.message, trial?.stderr, trial?.error?.message];
  throw new SetupError(
    `this is Node ${process.versions.node}, and Node ${pinned(root)} for ${process.platform}-${process.arch} could not be brought through npm.\n${why.filter(Boolean).join("\n").trim()}`,
    advice(root),
  );
}

const advice = (root) =>
  `install Node ${pinned(root)} yourself (https://nodejs.org/en/download) and run the command with it; any Node 22.19 or newer will do`;

function broughtNode(root) {
  const name = process.platform === "win32" ? "node.exe" : "node";
  return join(root, "node_modules/node/bin", name);
}

const sizeOf = (path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function pinned(root) {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies?.node ?? "24";
}

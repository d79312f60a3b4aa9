// Runs a source file on the Node it needs, after bringing whatever the checkout lacks. It is plain
// JavaScript, because it has to run on the Node that happens to be there.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const stampFile = join(modules, ".pollux-stamp");
const lockDir = join(root, ".pollux-setup");
const windows = process.platform === "win32";
const NODE_MIN = [22, 19];
const LOCK_WAIT_MS = 250;
const LOCK_TRIES_MAX = 1200;

function fail(message) {
  process.stderr.write(`pollux set-up: ${message}\n`);
  process.exit(1);
}

function stamp() {
  const lock = readFileSync(join(root, "package-lock.json"));
  const hash = createHash("sha256").update(lock).digest("hex").slice(0, 16);
  return `${hash} ${process.platform} ${process.arch}\n`;
}

function isReady() {
  return existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp();
}

function newEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
}

function bundledNode() {
  return join(modules, "node", "bin", windows ? "node.exe" : "node");
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** One set-up at a time: two terminals may start together. */
function withLock(work) {
  for (let tries = 0; ; tries += 1) {
    try {
      mkdirSync(lockDir);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    let owner = 0;
    try {
      owner = Number(readFileSync(join(lockDir, "pid"), "utf8"));
    } catch {
      owner = Date.now() - statSync(lockDir, { throwIfNoEntry: false })?.mtimeMs < 5000 ? process.pid : 0;
    }
    if (!owner || !isAlive(owner)) {
      rmSync(lockDir, { recursive: true, force: true });
      continue;
    }
    if (tries > LOCK_TRIES_MAX) fail(`another set-up (process ${owner}) does not end; stop it and try again.`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_WAIT_MS);
  }
  try {
    writeFileSync(join(lockDir, "pid"), String(process.pid));
    work();
  } finally {
    rmSync(lockDir, { recursive: true, force: true });
  }
}

function install() {
  if (isReady()) return;
  process.stderr.write("Setting up (once, about half a minute): installing dependencies…\n");
  const npmCli = process.env.npm_execpath;
  const [command, first] = npmCli?.endsWith(".js") ? [process.execPath, [npmCli]] : ["npm", []];
  const args = [...first, "ci", "--no-fund", "--no-audit", "--loglevel=error"];
  const done = spawnSync(command, args, { cwd: root, encoding: "utf8", shell: windows && first.length === 0 });
  if (done.status !== 0) {
    fail(`npm ci failed.\n${done.stdout ?? ""}${done.stderr ?? done.error?.message ?? ""}\nCheck the network and the npm registry, then run the command again.`);
  }
  bringNode();
  writeFileSync(stampFile, stamp());
}

/** The package `node` fetches its binary in an install script, which npm may have been told to skip. */
function bringNode() {
  if (newEnough(process.versions.node) || existsSync(bundledNode())) return;
  const script = join(modules, "node", "installArchSpecificPackage.js");
  const done = spawnSync(process.execPath, [script], { cwd: join(modules, "node"), encoding: "utf8" });
  if (done.status !== 0 || !existsSync(bundledNode())) {
    fail(
      `this is Node ${process.versions.node}; Pollux needs ${NODE_MIN.join(".")} or newer, and bringing one through npm failed.\n` +
        `${done.stderr ?? ""}\nInstall Node 24 from your package manager, then run the command again.`,
    );
  }
}

if (!isReady()) withLock(install);
const node = newEnough(process.versions.node) ? process.execPath : bundledNode();
if (!existsSync(node)) withLock(bringNode);
const [file, ...args] = process.argv.slice(2);
const child = spawn(node, ["--conditions=source", "--no-warnings=ExperimentalWarning", resolve(root, file), ...args], {
  stdio: "inherit",
  env: { ...process.env, INIT_CWD: process.env.INIT_CWD ?? process.cwd() },
});
// The terminal sends its signals to the child too; this process only waits for its answer.
for (const signal of ["SIGINT", "SIGQUIT"]) process.on(signal, () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => fail(`cannot start ${node}: ${error.message}`));
child.on("exit", (code, signal) => {
  process.exit(signal ? 128 + ({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1, SIGKILL: 9 }[signal] ?? 0) : (code ?? 1));
});

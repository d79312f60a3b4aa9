// Runs a source file of this checkout on a Node that can: `node scripts/run.mjs FILE [args]`. It is
// plain JavaScript for Node 20 and up, and brings what is missing first; when nothing is, it is quick.
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isStamped, SetupError, setUp } from "./setup/packages.mjs";
import { findNode } from "./setup/runtime.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const FLAGS = ["--conditions=pollux-source", "--disable-warning=ExperimentalWarning"];

async function main([file, ...args]) {
  if (!file) throw new SetupError("no file to run.", "node scripts/run.mjs FILE [args]");
  const path = resolve(root, file);
  if (!existsSync(path)) throw new SetupError(`there is no ${file} in this checkout.`);
  if (!isStamped(root) || !findNode(root)) await setUp(root);
  const node = findNode(root);
  const command = [...FLAGS, path, ...args];
  // Sources are stripped of their types and compiled once, not at every start.
  const cache = join(root, "node_modules/.cache/compile");
  const env = { NODE_COMPILE_CACHE: cache, ...process.env };
  // Becoming the other program is better than watching it: no second process, no signals to pass on.
  if (process.execve && process.platform !== "win32") {
    process.removeAllListeners("warning");
    process.execve(node, [node, ...command], env);
  }
  watch(spawn(node, command, { stdio: "inherit", env }), node);
}

/** Stays out of the way of a child that has the terminal, and ends as it ends. */
function watch(child, node) {
  // Ctrl-C reaches the child from the terminal itself; passing it on would make it two.
  const passOn = hasTerminal() ? ["SIGTERM"] : ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"];
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"]) {
    process.on(signal, () => passOn.includes(signal) && child.kill(signal));
  }
  child.on("error", (error) => {
    fail(new SetupError(`cannot start ${node}: ${error.message}`, "install Node 24 by hand"));
  });
  child.on("exit", (code, signal) => {
    process.exit(signal ? 128 + (constants.signals[signal] ?? 0) : code);
  });
}

function hasTerminal() {
  if (process.platform === "win32") return process.stdin.isTTY || process.stderr.isTTY;
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}

function fail(error) {
  const known = error instanceof SetupError;
  process.stderr.write(`set-up: ${known ? error.message : error.stack}\n`);
  if (known && error.next) process.stderr.write(`next: ${error.next}\n`);
  process.exit(known ? error.exitCode : 1);
}

main(process.argv.slice(2)).catch(fail);

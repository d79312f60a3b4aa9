// The set-up, on a checkout of its own with one local package: installed once, waited for, taken
// over from a dead process, and told with the next move when it fails. No network.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "./checks.ts";

const RUN_MS_MAX = 60_000;
/** As an older Node would: without the power to become another program. */
const WATCHING = ["--import", "data:text/javascript,process.execve=undefined"];

let root: string;

before(() => {
  root = mkdtempSync(join(tmpdir(), "pollux-run-"));
  cpSync(join(ROOT, "scripts/run.mjs"), join(root, "scripts/run.mjs"));
  cpSync(join(ROOT, "scripts/setup"), join(root, "scripts/setup"), { recursive: true });
  const dependencies = { dep: "file:dep" };
  const about = { name: "checkout", version: "1.0.0", type: "module", dependencies };
  write("package.json", about);
  write("dep/package.json", { name: "dep", version: "1.0.0" });
  const packages = {
    "": about,
    dep: { version: "1.0.0" },
    "node_modules/dep": { resolved: "dep", link: true },
  };
  write("package-lock.json", { ...about, lockfileVersion: 3, requires: true, packages });
  write(
    "say.ts",
    "const said: string[] = process.argv.slice(2); console.log(...said); process.exitCode = 7;",
  );
});
after(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: unknown): void {
  const file = join(root, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content, null, 2));
}

interface Run {
  out: string;
  err: string;
  code: number | null;
}

function start(file: string, args: string[] = [], flags: string[] = []): ChildProcess {
  const command = [...flags, join(root, "scripts/run.mjs"), file, ...args];
  const env = { ...process.env, npm_config_offline: "true", npm_config_update_notifier: "false" };
  return spawn(process.execPath, command, { cwd: root, env, timeout: RUN_MS_MAX });
}

function end(child: ChildProcess): Promise<Run> {
  const run: Run = { out: "", err: "", code: null };
  child.stdout?.on("data", (data) => (run.out += data));
  child.stderr?.on("data", (data) => (run.err += data));
  return new Promise((resolve) => child.on("close", (code) => resolve({ ...run, code })));
}

test("two at once: one installs, the other waits, both run; then there is nothing left to do", async () => {
  const runs = await Promise.all([
    end(start("say.ts", ["a b", "--c"])),
    end(start("say.ts", ["d"])),
  ]);
  assert.deepEqual(
    runs.map(({ out, code }) => [out, code]),
    [
      ["a b --c\n", 7],
      ["d\n", 7],
    ],
  );
  const told = runs.map(({ err }) => err).join("");
  assert.equal(told.match(/Setting up: installing packages/g)?.length, 1, told);
  assert.ok(existsSync(join(root, "node_modules/dep")));
  assert.deepEqual(await end(start("say.ts", [], WATCHING)), { out: "\n", err: "", code: 7 });
});

test("packages that are there already are not installed again", async () => {
  rmSync(join(root, "node_modules/.pollux-stamp"));
  assert.deepEqual(await end(start("say.ts")), { out: "\n", err: "", code: 7 });
});

test("the lock of a dead process is taken over", async () => {
  rmSync(join(root, "node_modules"), { recursive: true });
  const dead = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => dead.on("close", resolve));
  const owner = { id: "gone", pid: dead.pid, host: hostname(), at: Date.now() };
  write(".pollux/setup.lock/owner.json", owner);
  const { out, err, code } = await end(start("say.ts", ["x"]));
  assert.deepEqual([out, code], ["x\n", 7]);
  assert.match(err, /^Setting up: installing packages from package-lock.json … done in \d+ s\.\n$/);
  assert.equal(existsSync(join(root, ".pollux/setup.lock")), false);
});

test("packages of another checkout, behind a link, are left alone", async () => {
  const other = join(root, "other");
  renameSync(join(root, "node_modules"), other);
  rmSync(join(other, ".package-lock.json"));
  symlinkSync(other, join(root, "node_modules"), "junction");
  const { err, code } = await end(start("say.ts"));
  assert.equal(code, 1);
  assert.match(err, /^set-up: node_modules is a link, /);
  assert.ok(existsSync(join(other, "dep")));
  rmSync(join(root, "node_modules"));
  renameSync(other, join(root, "node_modules"));
  assert.equal((await end(start("say.ts"))).code, 7);
});

test("an exit by signal and a signal from outside pass through", async () => {
  write(
    "wait.ts",
    `process.on("SIGTERM", () => process.exit(9)); console.log("up"); setInterval(() => {}, 1000);`,
  );
  write("die.ts", `process.kill(process.pid, "SIGKILL");`);
  const child = start("wait.ts", [], WATCHING);
  child.stdout?.once("data", () => child.kill("SIGTERM"));
  assert.equal((await end(child)).code, 9);
  assert.equal((await end(start("die.ts", [], WATCHING))).code, 137);
});

test("a failed install says what failed and what to do next", async () => {
  rmSync(join(root, "node_modules"), { recursive: true });
  write("package-lock.json", { name: "checkout", lockfileVersion: 3, packages: { "": {} } });
  const { out, err, code } = await end(start("say.ts"));
  assert.equal(code, 1);
  assert.equal(out, "");
  assert.match(err, /failed\.\nset-up: `npm ci` ended with 1:/);
  assert.match(err, /next: check that the npm registry is reachable/);
  assert.equal(existsSync(join(root, ".pollux/setup.lock")), false);
});

test("a file that is not there is told before anything is installed", async () => {
  const { err, code } = await end(start("nothing.ts"));
  assert.deepEqual([err, code], ["set-up: there is no nothing.ts in this checkout.\n", 1]);
});

// Programs the tests run beside the code: brought by the machine's package manager where that is
// possible without asking anybody, named with the command to install them where it is not.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { withLock } from "./lock.mjs";

export interface Program {
  name: string;
  /** Any of these on the PATH will do. */
  binaries: readonly string[];
  debian: string;
  brew: string;
}

export const REDIS: Program = {
  name: "Redis",
  binaries: ["redis-server", "valkey-server"],
  debian: "redis-server",
  brew: "redis",
};

export const CHROMIUM: Program = {
  name: "Chromium",
  binaries: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
  debian: "chromium",
  brew: "chromium",
};

/** For all of them together; the test run itself has a limit too. */
const INSTALL_MS_MAX = 5 * 60_000;
const APT_LOCK_S = 60;
const SAID_CHARS_MAX = 2_000;

export function findProgram({ binaries }: Pick<Program, "binaries">): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of binaries) {
      const path = join(folder, name);
      if (existsSync(path)) return path;
    }
  }
  return undefined;
}

/** What is still missing afterwards, each with why and with how to install it by hand. */
export async function bringPrograms(
  programs: readonly Program[],
  root: string,
  tell: (line: string) => void,
): Promise<string[]> {
  const missing = programs.filter((program) => !findProgram(program));
  if (missing.length === 0) return [];
  const reasons = new Map<Program, string>();
  const commands = installer();
  if (commands) {
    const names = missing.map(({ name }) => name).join(" and ");
    tell(`Setting up: installing ${names} for the tests …`);
    // Two runs at once must not fight for the package manager.
    await withLock(join(root, ".pollux/system.lock"), async () => {
      const endMs = Date.now() + INSTALL_MS_MAX;
      if (commands.first) await run(commands.first, endMs);
      // One by one: a package that this machine does not know must not cost the others.
      for (const program of missing) {
        if (findProgram(program)) continue; // another run was faster
        const why = await run(commands.install(program), endMs);
        if (why !== undefined) reasons.set(program, why);
      }
    });
  }
  return missing
    .filter((program) => !findProgram(program))
    .map((program) => {
      const { name, debian, brew } = program;
      const tried = reasons.get(program);
      const why = tried === undefined ? "" : ` Installing it failed: ${tried}.`;
      return `${name} is not installed.${why} Run: apt-get install ${debian}, or: brew install ${brew}`;
    });
}

interface Installer {
  first?: string;
  install(program: Program): string;
}

/** Only where it needs no password. */
function installer(): Installer | undefined {
  const has = (binary: string) => findProgram({ binaries: [binary] }) !== undefined;
  if (has("apt-get") && process.getuid?.() === 0) {
    const apt = `apt-get -qq -o DPkg::Lock::Timeout=${APT_LOCK_S}`;
    return {
      first: `${apt} update`,
      install: ({ debian }) => `${apt} install -y --no-install-recommends ${debian}`,
    };
  }
  if (has("brew")) return { install: ({ brew }) => `brew install --quiet ${brew}` };
  return undefined;
}

/** Why it failed, in a line; undefined if it did not. */
function run(command: string, endMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn("sh", ["-c", command], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      detached: true, // a group of its own, so that all of it can be ended
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-SAID_CHARS_MAX);
    });
    let isLate = false;
    const timer = setTimeout(
      () => {
        isLate = true;
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      },
      Math.max(0, endMs - Date.now()),
    );
    const done = (code: number | null) => {
      clearTimeout(timer);
      if (code === 0) return resolve(undefined);
      const last = said.trim().split("\n").at(-1);
      resolve(isLate ? "it took too long" : last || `the package manager ended with ${code}`);
    };
    child.once("error", ({ message }) => {
      said = message;
      done(-1);
    });
    child.once("exit", done);
  });
}

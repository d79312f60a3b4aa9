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

const INSTALL_MS_MAX = 8 * 60_000;

export function findProgram({ binaries }: Program): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of binaries) {
      const path = join(folder, name);
      if (existsSync(path)) return path;
    }
  }
  return undefined;
}

/** What is still missing afterwards, each with how to install it by hand. */
export async function bringPrograms(
  programs: readonly Program[],
  root: string,
  tell: (line: string) => void,
): Promise<string[]> {
  const missing = programs.filter((program) => !findProgram(program));
  if (missing.length === 0) return [];
  const command = installer(missing);
  if (command) {
    tell(`Setting up: installing ${missing.map(({ name }) => name).join(" and ")} …`);
    // Two runs at once must not fight for the package manager.
    await withLock(join(root, ".pollux/system.lock"), () => install(command));
  }
  return missing
    .filter((program) => !findProgram(program))
    .map(({ name, debian, brew }) =>
      [`${name} is not installed.`, `apt-get install ${debian}, or brew install ${brew}`].join(" "),
    );
}

/** Only where it needs no password. */
function installer(missing: readonly Program[]): string | undefined {
  const has = (binary: string) =>
    findProgram({ name: binary, binaries: [binary], debian: "", brew: "" }) !== undefined;
  if (has("apt-get") && process.getuid?.() === 0) {
    const packages = missing.map(({ debian }) => debian).join(" ");
    return `apt-get update -qq; apt-get install -y -qq --no-install-recommends ${packages}`;
  }
  if (has("brew")) return `brew install --quiet ${missing.map(({ brew }) => brew).join(" ")}`;
  return undefined;
}

function install(command: string): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn("sh", ["-c", command], {
      stdio: "ignore",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), INSTALL_MS_MAX);
    // Whether it worked is seen by looking for the program.
    child.once("error", () => resolve());
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

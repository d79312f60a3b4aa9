// A real redis-server of the test's own: a free port, a temporary folder, nothing kept.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram, REDIS } from "../scripts/setup/system.ts";

export interface RedisServer {
  url: string;
  port: number;
  /** Ends the process at once, without a goodbye. */
  kill(): Promise<void>;
  /** Starts it again on the same port. With `save`, what was written is there again. */
  start(): Promise<void>;
  /** It holds its connections and says nothing, until it may go on. */
  pause(): void;
  resume(): void;
  /** Writes everything to disk, so that the next start has it. */
  save(): Promise<void>;
  close(): Promise<void>;
}

const TRIES = 5;
const START_MS_MAX = 10_000;

export async function redisServer(): Promise<RedisServer> {
  const binary = findBinary();
  const folder = mkdtempSync(join(tmpdir(), "pollux-redis-"));
  let port = 0;
  let child: ChildProcess | undefined;
  const run = async (wanted: number) => {
    child = await launch(binary, wanted, folder);
    port = wanted;
  };
  for (let i = 0; ; i += 1) {
    try {
      await run(await freePort());
      break;
    } catch (error) {
      // Somebody else was faster with that port.
      if (i === TRIES) throw error;
    }
  }
  const ended = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once("exit", () => resolve());
      child.kill(signal);
    });
  return {
    get url() {
      return `redis://127.0.0.1:${port}`;
    },
    get port() {
      return port;
    },
    kill: () => ended("SIGKILL"),
    start: () => run(port),
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    // On SIGTERM with save points it writes its file.
    save: () => ended("SIGTERM"),
    close: async () => {
      await ended("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function findBinary(): string {
  const found = findProgram(REDIS);
  if (found) return found;
  const how = "Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis";
  throw new Error(
    `redis-server is not installed. Install it (${how}; Fedora: dnf install valkey) and run the tests again.`,
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function launch(binary: string, port: number, folder: string): Promise<ChildProcess> {
  const args = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "no"];
  const child = spawn(binary, [...args, "--save", "3600 1"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  guard(child, folder);
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (what: string) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new Error(`redis-server ${what}: ${said.slice(-300)}`));
    };
    const timer = setTimeout(() => fail("does not start"), START_MS_MAX);
    const tooEarly = (code: number | null) => fail(`ended with ${code}`);
    child.once("error", (error) => fail(error.message));
    child.once("exit", tooEarly);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-4_000);
      if (!/Ready to accept connections/.test(said)) return;
      clearTimeout(timer);
      child.off("exit", tooEarly);
      resolve(child);
    });
  });
}

/** A test that is killed takes its server with it: its end of the pipe closes, and the guard acts. */
function guard(child: ChildProcess, folder: string): void {
  if (child.pid === undefined) return;
  const script = 'cat >/dev/null; kill -9 "$0"; rm -rf "$1"';
  const watchman = spawn("sh", ["-c", script, `${child.pid}`, folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watchman.once("error", () => {});
  watchman.unref();
  (watchman.stdin as Socket).unref();
  child.once("exit", () => watchman.kill("SIGKILL"));
}

// A gateway as a process of its own, started the way people start it, so that it can be killed.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { listen } from "../../src/node/index.ts";
import { createSim, type SimOptions } from "../../src/sim/index.ts";

const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");
/** Looks like a key, and must show up nowhere. */
export const CANARY = "AIzaSyCanaryCanaryCanaryCanaryCanary1234";

export interface GatewayProcess {
  url: string;
  pid: number;
  /** Everything it wrote. */
  said(): string;
  kill(signal: NodeJS.Signals): Promise<number | null>;
  exited: Promise<number | null>;
}

export async function gatewayProcess(
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<GatewayProcess> {
  const child: ChildProcess = spawn(
    process.execPath,
    [
      "--conditions=pollux-source",
      "--disable-warning=ExperimentalWarning",
      MAIN,
      "serve",
      "--json",
      ...args,
    ],
    {
      cwd: options.cwd,
      env: { PATH: process.env.PATH ?? "", ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let said = "";
  let out = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const exited = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  const url = await new Promise<string>((ready, fail) => {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      if (out.includes("\n")) ready((JSON.parse(out) as { url: string }).url);
    });
    exited.then((code) => fail(new Error(`the gateway ended with ${code}: ${said}`)));
  });
  return {
    url,
    pid: child.pid as number,
    said: () => out + said,
    kill: (signal) => {
      child.kill(signal);
      return exited;
    },
    exited,
  };
}

/** A simulator on a socket that outlives every gateway of the test. */
export async function upstream(options: SimOptions = {}) {
  const sim = createSim({ ttftMs: 5, chunkDelayMs: 5, ...options });
  const server = await listen((request) => sim.serve(request));
  return { sim, url: server.url, close: () => server.close() };
}

export function folder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "pollux-gateway-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

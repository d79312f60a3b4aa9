// A shell as the docs suppose it: `pollux`, `npm` and an app on the path, a key set, and behind the
// addresses that the docs name a simulator, a gateway, a proxy and Redis.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { NODE_FLAGS, ROOT } from "../../scripts/checks.ts";
import { listen } from "../../src/node/index.ts";
import { createSim } from "../../src/sim/index.ts";
import { redisServer } from "../redis-server.ts";
import { Place } from "../worlds/place.ts";

const COMMAND_MS_MAX = 45_000;

interface Ended {
  code: number | string | null;
  output: string;
}

/** `npm` with nothing but our own scripts: what they run, without npm's start around them. */
const NPM = `
import { readFileSync } from "node:fs";
const [verb, ...rest] = process.argv.slice(2);
const name = verb === "run" ? rest.shift() : verb;
if (rest[0] === "--") rest.shift();
const { scripts } = JSON.parse(readFileSync(${JSON.stringify(join(ROOT, "package.json"))}, "utf8"));
const script = scripts[name];
if (!script?.startsWith("node ")) throw new Error("no script " + name);
const env = { ...process.env, INIT_CWD: process.cwd() };
process.chdir(${JSON.stringify(ROOT)});
process.execve(process.execPath, [process.execPath, ...script.split(" ").slice(1), ...rest], env);
`;

/** Whatever the reader has already: an app with one of the SDKs. */
const APP = `
if (process.env.OPENAI_BASE_URL) {
  const { default: OpenAI } = await import("openai");
  const messages = [{ role: "user", content: "Hello" }];
  const chat = new OpenAI({ apiKey: "any" }).chat.completions;
  const answer = await chat.create({ model: "gemini-3.6-flash", messages });
  console.log(answer.choices[0].message.content);
} else {
  const { GoogleGenAI } = await import("@google/genai");
  const ai = new GoogleGenAI({ apiKey: "any" });
  const asked = { model: "gemini-3.6-flash", contents: "Hello" };
  console.log((await ai.models.generateContent(asked)).text);
}
`;

export class Shell {
  private readonly folder: string;
  private readonly place = new Place();
  private readonly names: [string, string][] = [];
  private readonly env: Record<string, string> = {};
  private gateway: ChildProcess | undefined;
  private started = 0;
  private closeRedis: (() => Promise<void>) | undefined;

  constructor() {
    // Inside the checkout, so that its packages are found.
    mkdirSync(join(ROOT, ".pollux"), { recursive: true });
    this.folder = mkdtempSync(join(ROOT, ".pollux/shell-"));
  }

  async open(): Promise<void> {
    this.bring();
    const upstream = await listen(createSim({ ttftMs: 1, chunkDelayMs: 25 }).serve);
    this.place.closers.push(() => upstream.close());
    const { PATH = "" } = process.env;
    Object.assign(this.env, {
      PATH: [join(this.folder, "bin"), PATH].join(delimiter),
      HOME: this.folder,
      GEMINI_API_KEY: "test-key",
      TEAM_KEY: "test-key-of-the-team",
      MY_KEY: "test-key-of-mine",
      GOOGLE_GEMINI_BASE_URL: upstream.url,
      GOOGLE_VERTEX_BASE_URL: upstream.url,
      POLLUX_TOKEN_ENV: "VERTEX_TOKEN",
      VERTEX_TOKEN: "ya29.test-token",
      POLLUX_PORT: "0",
      NODE_COMPILE_CACHE: join(ROOT, "node_modules/.cache/compile"),
    });
    const redis = await redisServer();
    this.closeRedis = () => redis.close();
    const url = await this.openGateway();
    this.env.POLLUX_URL = url;
    const begin = { method: "POST", body: '{"model":"gemini-3.6-flash","contents":"Hello"}' };
    const { id } = (await (await fetch(`${url}/streams`, begin)).json()) as { id: string };
    await this.run("pollux token new --name docs --file tokens.json");
    this.names.push(
      ["http://127.0.0.1:8080", url],
      ["localhost:8787", upstream.url.replace("http://", "")],
      ["http://proxy.example:3128", await this.place.proxy(200)],
      ["redis://cache:6379", redis.url],
      ["/streams/ID/", `/streams/${id}/`],
    );
  }

  /** The commands on the path, and what the docs find in their folder. */
  private bring(): void {
    const bin = join(this.folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "npm.mjs"), NPM);
    writeFileSync(join(bin, "app.mjs"), APP);
    const node = `exec '${process.execPath}'`;
    const main = join(ROOT, "src/cli/main.ts");
    const commands = {
      node: `${node} "$@"`,
      pollux: `${node} ${NODE_FLAGS.join(" ")} '${main}' "$@"`,
      npm: `${node} '${join(bin, "npm.mjs")}' "$@"`,
      "your-app": `${node} '${join(bin, "app.mjs")}'`,
    };
    for (const [name, line] of Object.entries(commands)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    symlinkSync(join(ROOT, "examples"), join(this.folder, "examples"), "junction");
  }

  private async openGateway(): Promise<string> {
    this.gateway = this.start("pollux serve --json 2>gateway.log");
    const [line] = (await once(this.gateway.stdout!, "data")) as [Buffer];
    return (JSON.parse(String(line)) as { url: string }).url;
  }

  private start(command: string): ChildProcess {
    const told = this.names.reduce((text, [name, real]) => text.replaceAll(name, real), command);
    // The last command takes the shell's place, so that a signal reaches it.
    const script = /^[\w-]+ /.test(told) && !/[|;&]/.test(told) ? `exec ${told}` : told;
    this.started += 1;
    return spawn("bash", ["-c", script], {
      cwd: this.folder,
      env: { ...this.env, POLLUX_DATA: join(this.folder, `data-${this.started}`) },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** Runs to the end; a server until it tells its address, then it is asked to end. */
  async run(command: string, { isServer = false } = {}): Promise<Ended> {
    const child = this.start(command);
    const timer = setTimeout(() => child.kill("SIGKILL"), COMMAND_MS_MAX);
    let output = "";
    let isAsked = !isServer;
    for (const pipe of [child.stdout, child.stderr]) {
      pipe?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (isAsked || !/https?:\/\/\S+/.test(output)) return;
        isAsked = true;
        child.kill("SIGTERM");
      });
    }
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    clearTimeout(timer);
    return { code: signal ?? code, output };
  }

  async close(): Promise<void> {
    this.gateway?.kill("SIGKILL");
    for (const close of this.place.closers) await close();
    await this.closeRedis?.();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

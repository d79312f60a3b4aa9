// Whatever stands between readers and upstream: nothing, a pipe, nginx, Portkey's gateway, and ours with
// each of its logs. Each is a process of its own on a port of its own.
import { type ChildProcess, fork, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findProgram } from "../../scripts/setup/system.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const FLAGS = ["--conditions=pollux-source", "--disable-warning=ExperimentalWarning"];
const MODEL = "gemini-2.5-flash";
const NATIVE = `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`;
const PORTKEY = "@portkey-ai/gateway@1.15.2";

export interface Contender {
  name: string;
  url: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  /** None where there is no process to look at. */
  pid: number | undefined;
  stop(): void;
}

const native = (n: number) =>
  JSON.stringify({ contents: [{ role: "user", parts: [{ text: `Tell of river ${n}` }] }] });

export function child(file: string, args: string[] = [], env: Record<string, string> = {}) {
  return fork(join(import.meta.dirname, file), args, {
    execArgv: FLAGS,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
}

export function firstLine(process: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let text = "";
    process.stdout?.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      if (text.includes("\n")) done(text.split("\n")[0] as string);
    });
    process.once("exit", (code) => fail(new Error(`it ended with ${code}: ${text}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

async function answers(url: string): Promise<void> {
  for (let i = 0; i < 400; i += 1) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error(`${url} does not answer`);
}

export function direct(upstream: string): Contender {
  return {
    name: "direct",
    url: upstream,
    path: NATIVE,
    headers: {},
    body: native(0),
    pid: undefined,
    stop: () => {},
  };
}

export async function pipe(upstream: string): Promise<Contender> {
  const process = child("pipe.ts", [upstream]);
  const port = await firstLine(process);
  const stop = () => void process.kill("SIGKILL");
  return {
    name: "raw node:http pipe",
    url: `http://127.0.0.1:${port}`,
    path: NATIVE,
    headers: {},
    body: native(0),
    pid: process.pid,
    stop,
  };
}

export async function nginx(upstream: string): Promise<Contender | string> {
  const binary = findProgram({ binaries: ["nginx"] });
  if (!binary) return "nginx is not installed (apt-get install nginx-light)";
  const folder = mkdtempSync(join(tmpdir(), "pollux-nginx-"));
  const port = await freePort();
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; master_process off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 12000; }
http { access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  server { listen 127.0.0.1:${port}; location / { proxy_pass ${upstream}; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_read_timeout 600s; } } }`,
  );
  const process = spawn(binary, ["-c", join(folder, "nginx.conf"), "-p", folder], {
    stdio: "ignore",
  });
  await answers(`http://127.0.0.1:${port}/`);
  const stop = () => void process.kill("SIGKILL");
  return {
    name: "nginx",
    url: `http://127.0.0.1:${port}`,
    path: NATIVE,
    headers: {},
    body: native(0),
    pid: process.pid,
    stop,
  };
}

export async function portkey(upstream: string): Promise<Contender | string> {
  const folder = join(ROOT, ".pollux/bench");
  const main = join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
  if (!existsSync(main)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), "{}");
    spawnSync("npm", ["install", "--no-audit", "--no-fund", PORTKEY], {
      cwd: folder,
      stdio: "ignore",
      timeout: 180_000,
    });
  }
  if (!existsSync(main)) return `${PORTKEY} could not be installed`;
  const port = await freePort();
  const server = spawn(process.execPath, [main, `--port=${port}`, "--headless"], {
    cwd: folder,
    stdio: "ignore",
  });
  await answers(`http://127.0.0.1:${port}/`);
  return {
    name: "Portkey gateway",
    url: `http://127.0.0.1:${port}`,
    path: "/v1/chat/completions",
    headers: {
      "x-portkey-provider": "google",
      authorization: "Bearer none",
      "x-portkey-custom-host": `${upstream}/v1beta`,
    },
    body: JSON.stringify({
      model: MODEL,
      stream: true,
      messages: [{ role: "user", content: "Hi" }],
    }),
    pid: server.pid,
    stop: () => void server.kill("SIGKILL"),
  };
}

const DOORS = {
  native: { name: "", path: NATIVE, body: native(0) },
  openai: {
    name: ", OpenAI door",
    path: "/v1/chat/completions",
    body: JSON.stringify({
      model: MODEL,
      stream: true,
      messages: [{ role: "user", content: "Hi" }],
    }),
  },
  interactions: {
    name: ", Interactions door",
    path: "/v1beta/interactions",
    body: JSON.stringify({ model: MODEL, input: "Hi", stream: true, store: false }),
  },
} as const;

export async function pollux(
  upstream: string,
  store: string[],
  door: keyof typeof DOORS = "native",
): Promise<Contender> {
  const folder = mkdtempSync(join(tmpdir(), "pollux-bench-"));
  writeFileSync(
    join(folder, "pollux.config.json"),
    JSON.stringify({ limits: { inFlight: 20_000 }, readers: { stuckMs: 600_000 } }),
  );
  const main = join(ROOT, "src/cli/main.ts");
  const profile = process.env.PROFILE
    ? ["--cpu-prof", `--cpu-prof-dir=${process.env.PROFILE}`]
    : [];
  const args = [
    ...FLAGS,
    ...profile,
    main,
    "serve",
    "--port",
    "0",
    "--json",
    "--upstream",
    upstream,
    "--log-level",
    "info",
    ...store,
  ];
  const server = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
    env: { PATH: process.env.PATH ?? "", GEMINI_API_KEY: "bench-key" },
  });
  const { url } = JSON.parse(await firstLine(server)) as { url: string };
  const kind = store[1] as string;
  return {
    ...DOORS[door],
    name: `Pollux, ${kind}${DOORS[door].name}`,
    url,
    headers: {},
    pid: server.pid,
    stop: () => void server.kill(process.env.PROFILE ? "SIGINT" : "SIGKILL"),
  };
}

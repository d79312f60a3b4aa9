// The machine and the network as they are, one primitive step at a time, for whoever examines them.
import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { connect as netConnect, type Socket } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { type PeerCertificate, connect as tlsConnect } from "node:tls";
import { Agent, type Dispatcher, ProxyAgent, fetch as undiciFetch } from "undici";
import { googleToken } from "./google-token.ts";

/** What the doctor is told of the process it runs in. */
export interface SystemWorldOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Where the project's files are. */
  folder: string;
  version: string;
}

interface Place {
  host: string;
  port: number;
}

const CONNECT_MS = 10_000;
const FILE_CHARS_MAX = 5_000_000;
/** Where keys are found that should not be there. */
const HISTORIES = [".bash_history", ".zsh_history"];
const SOURCES = [
  "index.js",
  "index.ts",
  "main.py",
  "app.py",
  "server.js",
  "src/index.ts",
  "src/main.ts",
];

/** The machine that this process runs on, for the doctor. */
export function systemWorld(options: SystemWorldOptions) {
  const { env, folder, version } = options;
  return {
    env,
    versions: {
      node: process.versions.node,
      pollux: version,
      platform: `${process.platform} ${process.arch}`,
    },
    now: () => performance.now(),
    date: () => new Date(),
    setTimer: (fn: () => void, ms: number) => {
      const timer = setTimeout(fn, ms);
      return () => clearTimeout(timer);
    },
    token: googleToken(),
    file: (name: string) => textOf(join(folder, name)),
    placesOf: (secret: string) => placesOf(secret, folder, env.HOME ?? homedir()),
    lookup: async (host: string, family: 4 | 6) =>
      (await lookup(host, { family, all: true })).map(({ address }) => address),
    connect: async (hop: Place, signal: AbortSignal) => {
      (await socketTo(hop, signal)).destroy();
    },
    tunnel: async (proxy: string, to: Place, signal: AbortSignal) => {
      const { status, socket } = await tunnel(proxy, to, signal);
      socket.destroy();
      return status;
    },
    handshake,
    fetchVia,
  };
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).slice(-FILE_CHARS_MAX);
  } catch {
    return undefined;
  }
}

async function placesOf(secret: string, folder: string, home: string): Promise<string[]> {
  const files = [
    ...HISTORIES.map((name) => [`~/${name}`, join(home, name)] as const),
    ...SOURCES.map((name) => [name, join(folder, name)] as const),
  ];
  const texts = await Promise.all(
    files.map(async ([name, path]) => [name, await textOf(path)] as const),
  );
  return texts.flatMap(([name, text]) => (text?.includes(secret) ? [name] : []));
}

function socketTo({ host, port }: Place, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = netConnect({ host, port, signal });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      socket.on("error", () => {});
      resolve(socket);
    });
  });
}

function tunnel(
  proxy: string,
  to: Place,
  signal: AbortSignal,
): Promise<{ status: number; socket: Socket }> {
  const { hostname, port, username, password } = new URL(proxy);
  const name = to.host.includes(":") ? `[${to.host}]` : to.host;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: hostname.replace(/^\[|\]$/g, ""),
      port: Number(port) || 80,
      method: "CONNECT",
      path: `${name}:${to.port}`,
      headers: {
        host: `${name}:${to.port}`,
        ...(username && {
          "proxy-authorization": `Basic ${Buffer.from(credentials).toString("base64")}`,
        }),
      },
      signal,
    });
    request.once("connect", ({ statusCode }, socket) => {
      socket.on("error", () => {});
      resolve({ status: statusCode ?? 0, socket: socket as Socket });
    });
    request.once("response", (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, socket: response.socket });
    });
    request.once("error", reject);
    request.end();
  });
}

async function handshake(to: Place, proxy: string | undefined, signal: AbortSignal) {
  const bare = proxy ? (await tunnel(proxy, to, signal)).socket : await socketTo(to, signal);
  return new Promise<ReturnType<typeof peerOf>>((resolve, reject) => {
    const isAddress = /^[\d.]+$|:/.test(to.host);
    // Looked at, not trusted: nothing is sent over it.
    const socket = tlsConnect({
      socket: bare,
      rejectUnauthorized: false,
      ...(!isAddress && { servername: to.host }),
    });
    const abort = () => socket.destroy(new Error("the handshake took too long"));
    signal.addEventListener("abort", abort, { once: true });
    socket.once("error", reject);
    bare.once("close", () =>
      reject(new Error("the connection was closed during the TLS handshake")),
    );
    socket.once("secureConnect", () => {
      signal.removeEventListener("abort", abort);
      const certificate = socket.getPeerCertificate();
      const reason = socket.authorizationError as unknown as string | Error | undefined;
      resolve(peerOf(certificate, socket.authorized, reason));
      socket.destroy();
    });
  });
}

function peerOf(
  certificate: PeerCertificate,
  trusted: boolean,
  reason: string | Error | undefined,
) {
  const { issuer, subject, valid_from, valid_to } = certificate;
  const nameOf = (one: PeerCertificate["subject"]) => String(one?.O ?? one?.CN ?? "nobody");
  const word =
    typeof reason === "string" ? reason : (reason as { code?: string } | undefined)?.code;
  return {
    issuer: nameOf(issuer),
    subject: nameOf(subject),
    validFrom: new Date(valid_from),
    validTo: new Date(valid_to),
    trusted,
    ...(word && { reason: word }),
    selfSigned: JSON.stringify(issuer) === JSON.stringify(subject),
  };
}

const dispatchers = new Map<string, Dispatcher>();

function fetchVia(proxy: string | undefined): typeof globalThis.fetch {
  const name = proxy ?? "";
  const patience = { connect: { timeout: CONNECT_MS }, headersTimeout: 0, bodyTimeout: 0 };
  let dispatcher = dispatchers.get(name);
  if (!dispatcher) {
    dispatcher = proxy
      ? new ProxyAgent({ uri: proxy, proxyTunnel: true, ...patience })
      : new Agent(patience);
    dispatchers.set(name, dispatcher);
  }
  return ((input: Parameters<typeof undiciFetch>[0], init?: Parameters<typeof undiciFetch>[1]) =>
    undiciFetch(input, { ...init, dispatcher })) as never;
}

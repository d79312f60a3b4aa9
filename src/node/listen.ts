// A handler on a real socket. It can do what a well-behaved server never does: break the connection
// with RST, close it before the announced end, or fail the TLS handshake. It knows no protocol but HTTP.
import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttps } from "node:https";
import {
  type AddressInfo,
  createServer as createNet,
  type Server as NetServer,
  type Socket,
} from "node:net";

/** A request that arrived on a socket. */
export interface SocketRequest {
  method: string;
  /** Path and query. */
  url: string;
  /** Lower-case names; repeated headers are joined. */
  headers: Record<string, string>;
  body: Uint8Array;
  /** Fires when the client leaves before the end of the reply, or when the server closes. */
  signal: AbortSignal;
}

/** `reset` breaks the connection (RST); `fin` closes it without finishing the body. */
export type SocketSignal = "reset" | "fin";

/** The answer, or that there is none. */
export type SocketReply =
  /** No answer at all: the connection is broken, after it was accepted. */
  | { refuse: string }
  | {
      status: number;
      headers: Record<string, string>;
      body: AsyncIterable<Uint8Array | SocketSignal>;
    };

/** Answers one request. */
export type SocketHandler = (request: SocketRequest) => Promise<SocketReply> | SocketReply;

/** Where to listen, and how to misbehave below HTTP. */
export interface ListenOptions {
  /** 0 takes a free one. */
  port?: number;
  host?: string;
  tls?: { key: string; cert: string };
  /** Spoil every TLS handshake: close in the middle of it, or answer with a fatal alert. */
  handshake?: "cut" | "alert";
  /** Told of each request as it arrives; the path comes without its query, which may hold a key. */
  onRequest?: (request: { method: string; path: string }) => void;
  bodyBytesMax?: number;
}

/** A server that listens, and how to end it. */
export interface Listening {
  url: string;
  port: number;
  server: Server | NetServer;
  /** Ends open connections and frees the port. */
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 64 * 1024 * 1024;
/** TLS record: alert, fatal, handshake_failure. */
const TLS_ALERT = Uint8Array.of(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28);

/** Puts a handler, such as the simulator's `serve`, on a socket. */
export async function listen(
  handler: SocketHandler,
  options: ListenOptions = {},
): Promise<Listening> {
  const { port = 0, host = "127.0.0.1", tls, handshake } = options;
  const closing = new AbortController();
  const sockets = new Map<string, Socket>();
  // Under TLS only the bare socket below can be reset, and it has the same peer.
  const reset = (res: ServerResponse) => {
    const bare = res.socket && sockets.get(peerOf(res.socket));
    if (bare) bare.resetAndDestroy();
    else res.destroy();
  };
  const serving: Serving = { handler, options, closing: closing.signal, reset };
  const answer = (req: IncomingMessage, res: ServerResponse) => void serve(serving, req, res);
  const server = handshake
    ? spoiled(handshake)
    : tls
      ? createHttps(tls, answer)
      : createHttp(answer);
  server.on("connection", (socket: Socket) => {
    const peer = peerOf(socket);
    socket.setNoDelay(true);
    sockets.set(peer, socket);
    // The port may be another client's by the time this is told.
    socket.once("close", () => sockets.get(peer) === socket && sockets.delete(peer));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const bound = (server.address() as AddressInfo).port;
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    url: `${tls || handshake ? "https" : "http"}://${name}:${bound}`,
    port: bound,
    server,
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

/** Takes the client's hello and goes no further. */
function spoiled(how: "cut" | "alert"): NetServer {
  return createNet((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      if (how === "alert") socket.end(TLS_ALERT);
      else socket.destroy();
    });
  });
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

interface Serving {
  handler: SocketHandler;
  options: ListenOptions;
  closing: AbortSignal;
  reset: (res: ServerResponse) => void;
}

async function serve(
  { handler, options, closing, reset }: Serving,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const left = new AbortController();
  const leave = () => left.abort(new Error("the client left"));
  closing.addEventListener("abort", leave, { once: true });
  res.once("close", () => {
    closing.removeEventListener("abort", leave);
    if (!res.writableFinished) leave();
  });
  res.on("error", () => {});
  try {
    const url = req.url ?? "/";
    const method = req.method ?? "GET";
    options.onRequest?.({ method, path: url.split("?", 1)[0] as string });
    const body = await collect(req, options.bodyBytesMax ?? BODY_BYTES_MAX);
    if (!body) return plain(res, 413, "The request body is too large.\n");
    const headers = flat(req.headers);
    await send(await handler({ method, url, headers, body, signal: left.signal }), res, reset);
  } catch {
    if (left.signal.aborted) res.destroy();
    else if (!res.headersSent) plain(res, 500, "The handler failed.\n");
    else reset(res);
  }
}

async function send(
  reply: SocketReply,
  res: ServerResponse,
  reset: Serving["reset"],
): Promise<void> {
  if ("refuse" in reply) return reset(res);
  res.writeHead(reply.status, reply.headers);
  res.flushHeaders();
  for await (const piece of reply.body) {
    if (res.destroyed) return;
    if (piece === "reset") return reset(res);
    if (piece === "fin") {
      res.socket?.destroySoon();
      return;
    }
    if (piece.length > 0) await write(res, piece);
  }
  res.end();
}

/** One piece, one write: resolves when the kernel has taken it, or the connection is gone. */
function write(res: ServerResponse, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off("close", done);
      resolve();
    };
    res.once("close", done);
    res.write(piece, done);
  });
}

async function collect(req: IncomingMessage, bytesMax: number): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of req as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > bytesMax) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces, bytes);
}

function flat(headers: IncomingMessage["headers"]): Record<string, string> {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}

function plain(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, { "content-type": "text/plain; charset=UTF-8", connection: "close" });
  res.end(text);
}

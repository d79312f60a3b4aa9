// A long-lived HTTP server: requests in, answers out whole or piece by piece, with the limits that keep
// slow or hostile clients from holding what others need.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A body that will not be had: `too_large`, `too_slow`, or the client left. */
export class BodyError extends Error {
  override name = "BodyError";
  readonly why: "too_large" | "too_slow" | "gone";
  constructor(why: BodyError["why"]) {
    super(`the request body is ${why}`);
    this.why = why;
  }
}

/** The rest of an answer that has begun. */
export interface Outlet {
  /** False: the client does not keep up; wait for `onDrain`. */
  write(piece: string | Uint8Array): boolean;
  onDrain(fn: () => void): void;
  end(piece?: string): void;
  /** Breaks the connection: the answer is not whole, and the client must see it. */
  destroy(): void;
  readonly pendingBytes: number;
}

/** One request, and the ways to answer it. */
export interface Arrival {
  readonly method: string;
  readonly path: string;
  /** With its question mark, or empty. */
  readonly search: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly remote: string;
  body(bytesMax: number): Promise<Uint8Array>;
  reply(status: number, headers: Record<string, string>, body?: string | Uint8Array): void;
  open(status: number, headers: Record<string, string>): Outlet;
  /** The client left before the answer was whole. */
  onLeave(fn: () => void): void;
  readonly answered: boolean;
}

/** Where to listen, and what one client may take. */
export interface ServeOptions {
  port?: number | undefined;
  host?: string | undefined;
  headerBytesMax?: number | undefined;
  headersMs?: number | undefined;
  requestMs?: number | undefined;
  connectionsMax?: number | undefined;
  /** A client that takes nothing of what is left of its answer for so long is cut off. */
  stuckMs?: number | undefined;
}

/** A gateway's server, and how to end it. */
export interface Serving {
  url: string;
  port: number;
  server: Server;
  /** No new connections; idle ones close. Resolves when all have ended. */
  drain(): Promise<void>;
  /** Ends everything now. */
  close(): Promise<void>;
}

const HEADER_BYTES_MAX = 32 * 1024;
const HEADERS_MS = 15_000;
const REQUEST_MS = 60_000;
const KEEP_ALIVE_MS = 65_000;
const CONNECTIONS_MAX = 20_000;
const STUCK_MS = 60_000;
/** How often Node looks for requests that do not come. */
const CHECK_MS = 5_000;
const HEADERS_MAX = 100;

/** Listens, and hands over each request as an exchange for a gateway. */
export async function serveHttp(
  handler: (arrival: Arrival) => void,
  options: ServeOptions = {},
): Promise<Serving> {
  const { port = 0, host = "127.0.0.1" } = options;
  const server = createServer(
    {
      maxHeaderSize: options.headerBytesMax ?? HEADER_BYTES_MAX,
      headersTimeout: options.headersMs ?? HEADERS_MS,
      requestTimeout: options.requestMs ?? REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(CHECK_MS, options.headersMs ?? HEADERS_MS),
      noDelay: true,
      insecureHTTPParser: false,
      // Looked at here: Node would refuse one, and serve what follows on the same connection.
      requireHostHeader: false,
    },
    (req, res) => {
      // What was refused is over, and what came with it.
      if (req.socket.writableEnded) return;
      // Two hosts, or none: what stands in front may have gone by another one.
      if (isAmbiguous(req)) refuse({ name: "", message: "" }, req.socket);
      else handler(new NodeArrival(req, res, options.stuckMs ?? STUCK_MS));
    },
  );
  server.maxHeadersCount = HEADERS_MAX;
  server.maxConnections = options.connectionsMax ?? CONNECTIONS_MAX;
  server.on("clientError", (error: NodeJS.ErrnoException, socket) =>
    refuse(error, socket as Socket),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const bound = (server.address() as AddressInfo).port;
  const name = host.includes(":") ? `[${host}]` : host;
  const closed = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return {
    url: `http://${name}:${bound}`,
    port: bound,
    server,
    drain: () => {
      const done = closed();
      server.closeIdleConnections();
      return done;
    },
    close: () => {
      const done = closed();
      server.closeAllConnections();
      return done;
    },
  };
}

/** What the parser refuses never reaches a handler. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const [status, message] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? ["431 Request Header Fields Too Large", "The request headers are too large."]
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ["408 Request Timeout", "The request did not come in time."]
        : ["400 Bad Request", "This is no HTTP request."];
  const body = JSON.stringify({ error: { code: Number(status.slice(0, 3)), message } });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function isAmbiguous({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.length === 4 && rawHeaders[i]?.toLowerCase() === "host") hosts += 1;
  return hosts > 1 || (hosts === 0 && httpVersion !== "1.0");
}

class NodeArrival implements Arrival, Outlet {
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly remote: string;
  private readonly req: IncomingMessage;
  private readonly res: ServerResponse;
  private readonly stuckMs: number;
  private socket: Socket | undefined;
  private taken = false;
  private watched = false;

  constructor(req: IncomingMessage, res: ServerResponse, stuckMs: number) {
    this.req = req;
    this.res = res;
    this.stuckMs = stuckMs;
    this.method = req.method ?? "GET";
    const url = req.url ?? "/";
    const mark = url.indexOf("?");
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.search = mark < 0 ? "" : url.slice(mark);
    this.headers = req.headers as Record<string, string | undefined>;
    this.remote = req.socket.remoteAddress ?? "";
    res.on("error", () => {});
  }

  get answered(): boolean {
    return this.res.headersSent || this.res.destroyed;
  }

  get pendingBytes(): number {
    return this.res.writableLength + (this.socket?.writableLength ?? 0);
  }

  body(bytesMax: number): Promise<Uint8Array> {
    const { req } = this;
    this.taken = true;
    return new Promise((resolve, reject) => {
      const length = Number(req.headers["content-length"] ?? 0);
      if (length > bytesMax) return reject(new BodyError("too_large"));
      const pieces: Uint8Array[] = [];
      let bytes = 0;
      req.on("data", (piece: Uint8Array) => {
        bytes += piece.length;
        if (bytes > bytesMax) {
          req.pause();
          reject(new BodyError("too_large"));
        } else pieces.push(piece);
      });
      req.once("end", () => resolve(Buffer.concat(pieces, bytes)));
      req.once("error", (error: NodeJS.ErrnoException) =>
        reject(new BodyError(error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? "too_slow" : "gone")),
      );
      req.once("close", () => reject(new BodyError("gone")));
    });
  }

  reply(status: number, headers: Record<string, string>, body: string | Uint8Array = ""): void {
    const { res } = this;
    if (this.answered) return;
    const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.length;
    // What was not read of the request would stand before the next one on this connection.
    const rest = this.taken && this.req.complete ? {} : this.restOfRequest();
    // Of an answer that has no body by its nature a length would say something else.
    const isBare = status === 204 || status === 304 || (this.method === "HEAD" && bytes === 0);
    const length = isBare ? {} : { "content-length": String(bytes) };
    res.writeHead(status, { ...headers, ...rest, ...length });
    this.end(this.method === "HEAD" ? "" : body);
  }

  open(status: number, headers: Record<string, string>): Outlet {
    const { res } = this;
    res.writeHead(status, headers);
    res.flushHeaders();
    // A pipelined request has no socket before its turn, one over HTTP/1.0 no chunks.
    if (res.chunkedEncoding && this.method !== "HEAD") this.socket = res.socket ?? undefined;
    return this;
  }

  write(piece: string | Uint8Array): boolean {
    const { res, socket } = this;
    if (res.destroyed) return true;
    const isTaken =
      socket && typeof piece === "string" ? writeChunk(socket, piece) : res.write(piece);
    if (isTaken) return true;
    this.watchTaking();
    return false;
  }

  onDrain(fn: () => void): void {
    (this.socket ?? this.res).once("drain", fn);
  }

  end(piece?: string | Uint8Array): void {
    const { res } = this;
    if (piece && piece.length > 0) res.end(piece);
    else res.end();
    if (this.pendingBytes > 0) this.watchTaking();
  }

  destroy(): void {
    this.res.destroy();
  }

  onLeave(fn: () => void): void {
    const { res } = this;
    res.once("close", () => {
      if (!res.writableFinished) fn();
    });
  }

  /** Cuts off a client that takes nothing. Taking slowly is fine: Node's own timer sees progress. */
  private watchTaking(): void {
    const { res, stuckMs } = this;
    if (this.watched) return;
    this.watched = true;
    res.setTimeout(stuckMs, () => res.destroy());
    this.onDrain(() => {
      this.watched = false;
      res.setTimeout(0);
    });
  }

  private restOfRequest(): Record<string, string> {
    const { headers } = this.req;
    const hasBody =
      headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
    return hasBody && !this.req.complete ? { connection: "close" } : {};
  }
}

/** One string, one system call: node:http would make three pieces of it. */
function writeChunk(socket: Socket, piece: string): boolean {
  const bytes = Buffer.byteLength(piece);
  // What is ASCII need not be looked at again to be encoded.
  const encoding = bytes === piece.length ? "latin1" : "utf8";
  return socket.write(`${bytes.toString(16)}\r\n${piece}\r\n`, encoding);
}

// Pieces of broken worlds, on real sockets: an upstream with a fault, proxies of several tempers.
import { createServer as createHttp, request as httpRequest } from "node:http";
import { type AddressInfo, createServer, connect as netConnect, type Server } from "node:net";
import { gzipSync } from "node:zlib";
import { listen, type SocketReply, type SocketRequest } from "../../src/node/index.ts";
import { createSim, ERROR_BODIES, type SimOptions } from "../../src/sim/index.ts";

type Close = () => Promise<unknown> | unknown;

/** What a world leaves open until its test is over. */
export class Place {
  readonly closers: Close[] = [];

  async upstream(
    how: {
      /** Answers instead of the simulator when it answers at all. */
      first?: (request: SocketRequest) => SocketReply | undefined;
      /** For streams only. */
      stream?: SimOptions;
      tls?: { key: string; cert: string };
    } = {},
  ): Promise<string> {
    const sim = createSim({ ttftMs: 0, chunkDelayMs: 2 });
    const other = how.stream && createSim({ ttftMs: 0, chunkDelayMs: 2, ...how.stream });
    const server = await listen(
      (request) => {
        const isStream = request.url.includes(":streamGenerateContent");
        return how.first?.(request) ?? (isStream && other ? other : sim).serve(request);
      },
      { ...(how.tls && { tls: how.tls }) },
    );
    this.closers.push(() => server.close());
    return server.url;
  }

  /** An address on which nothing listens. */
  async refused(): Promise<string> {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return `http://127.0.0.1:${port}`;
  }

  /** Takes connections and never says a word, or ends them at once. */
  async mute(how: "silent" | "hangs-up" = "silent"): Promise<string> {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      if (how === "hangs-up") socket.once("data", () => socket.destroy());
      this.closers.push(() => socket.destroy());
    });
    return `http://127.0.0.1:${await this.port(server)}`;
  }

  /** A proxy that lets everything through, refuses, or wants credentials. */
  async proxy(status: 200 | 403 | 407 | 502): Promise<string> {
    const server = createHttp((_, response) => response.writeHead(status).end());
    server.on("connect", (request, socket, head) => {
      socket.on("error", () => {});
      if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      const [host = "", port] = (request.url ?? "").split(":");
      const on = netConnect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        on.write(head);
        on.pipe(socket).pipe(on);
      });
      on.on("error", () => socket.destroy());
      this.closers.push(() => on.destroy());
    });
    return `http://127.0.0.1:${await this.port(server)}`;
  }

  /** A reverse proxy that holds every body back until it is whole. */
  async buffering(upstream: string, encoding?: "gzip"): Promise<string> {
    const to = new URL(upstream);
    const server = createHttp((request, response) => {
      const { method, url, headers } = request;
      const on = httpRequest(
        { host: to.hostname, port: to.port, method, path: url, headers },
        (answer) => {
          const pieces: Uint8Array[] = [];
          answer.on("data", (piece: Uint8Array) => pieces.push(piece));
          answer.on("end", () => {
            const { "transfer-encoding": _, ...rest } = answer.headers;
            const body = Buffer.concat(pieces);
            const head = encoding ? { ...rest, "content-encoding": encoding } : rest;
            response
              .writeHead(answer.statusCode ?? 502, head)
              .end(encoding ? gzipSync(body) : body);
          });
        },
      );
      on.on("error", () => response.destroy());
      request.pipe(on);
    });
    return `http://127.0.0.1:${await this.port(server)}`;
  }

  /** A proxy that cuts a connection over which nothing went for so long. */
  async impatient(upstream: string, idleMs: number): Promise<string> {
    const to = new URL(upstream);
    const server = createServer((socket) => {
      const on = netConnect(Number(to.port), to.hostname);
      const cut = () => {
        socket.destroy();
        on.destroy();
      };
      on.setTimeout(idleMs, cut).on("error", cut).on("close", cut);
      socket.on("error", cut).on("close", cut);
      socket.pipe(on).pipe(socket);
      this.closers.push(cut);
    });
    return `http://127.0.0.1:${await this.port(server)}`;
  }

  private async port(server: Server): Promise<number> {
    server.listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    this.closers.push(() => new Promise((resolve) => server.close(resolve)));
    return (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const close of this.closers.toReversed()) void close();
  }
}

/** The reply with which Google words this error. */
export function errorReply(name: string): SocketReply {
  const body = ERROR_BODIES[name];
  if (!body) throw new Error(`no error body is called ${name}`);
  const text = body.text ?? JSON.stringify({ error: body.error });
  const type = body.contentType ?? "application/json; charset=UTF-8";
  return reply(body.status, text, { "content-type": type, ...body.headers });
}

export function reply(
  status: number,
  text: string,
  headers: Record<string, string> = {},
): SocketReply {
  return {
    status,
    headers,
    body: (async function* () {
      yield new TextEncoder().encode(text);
    })(),
  };
}

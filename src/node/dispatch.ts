// `fetch` for the gateway's hot path: what a stream needs of it, straight on undici's dispatcher. The
// adapters of web streams cost more than everything else that happens to an event.
import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";

/** How connections are made. */
export interface DispatchOptions {
  connectMs?: number;
  /** Bytes read ahead of the reader; beyond it the socket waits. */
  windowBytes?: number;
}

const CONNECT_MS = 15_000;
const WINDOW_BYTES = 64 * 1024;
const KEEP_ALIVE_MS = 30_000;

type Read = { done: false; value: Uint8Array } | { done: true; value: undefined };

/** The one way out to the network: proxies and extra CAs from the environment, no clock but one. */
export function outgoing(connectMs: number = CONNECT_MS): Dispatcher {
  const { HTTPS_PROXY, https_proxy, HTTP_PROXY, http_proxy } = process.env;
  const patience = {
    connect: { timeout: connectMs },
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const proxied = HTTPS_PROXY ?? https_proxy ?? HTTP_PROXY ?? http_proxy;
  return proxied ? new EnvHttpProxyAgent(patience) : new Agent(patience);
}

/** Takes a URL and a string body; follows no redirect; the answer has `status`, `headers`, `body`. */
export function dispatchFetch(options: DispatchOptions = {}): typeof globalThis.fetch {
  const { connectMs, windowBytes = WINDOW_BYTES } = options;
  const dispatcher = outgoing(connectMs);
  return ((url: string, init: RequestInit = {}) =>
    new Promise<unknown>((resolve, reject) => {
      const { origin, pathname, search } = new URL(url);
      const { method = "GET", body = null, signal } = init;
      const exchange = new Exchange(resolve, reject, windowBytes, signal ?? undefined);
      if (signal?.aborted) return reject(signal.reason);
      const headers = plain(init.headers);
      dispatcher.dispatch(
        {
          origin,
          path: pathname + search,
          method: method as "GET",
          headers,
          body: body as string | null,
        },
        exchange,
      );
    })) as unknown as typeof globalThis.fetch;
}

function plain(headers: RequestInit["headers"]): Record<string, string> {
  if (headers instanceof Headers || Array.isArray(headers)) return Object.fromEntries(headers);
  return headers ?? {};
}

/** One request and its answer: told by undici, read by a stream. */
class Exchange implements Dispatcher.DispatchHandler {
  private readonly resolve: (response: unknown) => void;
  private readonly reject: (error: unknown) => void;
  private readonly windowBytes: number;
  private readonly signal: AbortSignal | undefined;
  private readonly onAbort: () => void;
  private controller: Dispatcher.DispatchController | undefined;
  private queue: Uint8Array[] = [];
  private queuedBytes = 0;
  private ended = false;
  private error: unknown;
  private waiting: { resolve: (read: Read) => void; reject: (error: unknown) => void } | undefined;

  constructor(
    resolve: (response: unknown) => void,
    reject: (error: unknown) => void,
    windowBytes: number,
    signal: AbortSignal | undefined,
  ) {
    this.resolve = resolve;
    this.reject = reject;
    this.windowBytes = windowBytes;
    this.signal = signal;
    this.onAbort = () => this.abort(signal?.reason);
    signal?.addEventListener("abort", this.onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.signal?.aborted) controller.abort(this.signal.reason as Error);
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    const get = (name: string) => {
      const value = headers[name.toLowerCase()];
      return value === undefined ? null : String(value);
    };
    const encoding = get("content-encoding");
    const body = this.body();
    this.resolve({
      status,
      ok: status < 300,
      type: "basic",
      headers: { get, forEach: (fn: (value: string, name: string) => void) => each(headers, fn) },
      body: encoding && encoding !== "identity" ? decompressed(body, encoding) : body,
      text: () => text(body),
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Uint8Array): void {
    const { waiting } = this;
    if (waiting) {
      this.waiting = undefined;
      waiting.resolve({ done: false, value: piece });
      return;
    }
    this.queue.push(piece);
    this.queuedBytes += piece.length;
    if (this.queuedBytes > this.windowBytes) controller.pause();
  }

  onResponseEnd(): void {
    this.settle();
    this.ended = true;
    this.waiting?.resolve({ done: true, value: undefined });
    this.waiting = undefined;
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: unknown): void {
    this.settle();
    this.error = error ?? new Error("the connection failed");
    this.reject(this.error);
    this.waiting?.reject(this.error);
    this.waiting = undefined;
  }

  private settle(): void {
    this.signal?.removeEventListener("abort", this.onAbort);
  }

  private abort(reason: unknown): void {
    this.queue = [];
    this.queuedBytes = 0;
    this.controller?.abort(reason instanceof Error ? reason : new Error("aborted"));
  }

  private body(): { getReader(): unknown; cancel(): Promise<void> } {
    const cancel = async (reason?: unknown) => this.abort(reason);
    return { getReader: () => ({ read: this.read, cancel }), cancel };
  }

  private readonly read = (): Promise<Read> => {
    const piece = this.queue.shift();
    if (piece) {
      const wasFull = this.queuedBytes > this.windowBytes;
      this.queuedBytes -= piece.length;
      if (wasFull && this.queuedBytes <= this.windowBytes) this.controller?.resume();
      return Promise.resolve({ done: false, value: piece });
    }
    if (this.error) return Promise.reject(this.error);
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  };
}

function each(
  headers: Record<string, string | string[] | undefined>,
  fn: (value: string, name: string) => void,
): void {
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) fn(String(value), name);
  }
}

type Readable = { getReader(): unknown };

function streamOf(body: Readable): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader() as ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** Nobody asked for it, but some servers compress all the same. */
function decompressed(body: Readable, encoding: string): ReadableStream<Uint8Array> {
  const format = encoding === "br" ? "brotli" : encoding.replace(/^x-/, "");
  return streamOf(body).pipeThrough(new DecompressionStream(format as CompressionFormat));
}

function text(body: Readable): Promise<string> {
  return new Response(streamOf(body)).text();
}

// What a client's socket sees: the bytes, the order of packets and the ways a connection ends.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { type ListenOptions, listen, type SocketHandler, type SocketSignal } from "./listen.ts";

const utf8 = new TextEncoder();

async function serving<T>(
  handler: SocketHandler,
  use: (at: { url: string; port: number }) => Promise<T>,
  options?: ListenOptions,
): Promise<T> {
  const server = await listen(handler, options);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

function replying(...pieces: (string | SocketSignal)[]): SocketHandler {
  return () => ({
    status: 200,
    headers: { "content-type": "text/plain" },
    body: (async function* () {
      for (const piece of pieces) {
        yield piece === "reset" || piece === "fin" ? piece : utf8.encode(piece);
      }
    })(),
  });
}

/** The whole conversation of one GET on a bare socket: what came, and the error at the end. */
async function raw(port: number): Promise<{ text: string; code: string | undefined }> {
  const socket = connect(port, "127.0.0.1");
  socket.write("GET /a?key=k HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  let text = "";
  let code: string | undefined;
  socket.setEncoding("latin1");
  socket.on("data", (data) => (text += data));
  socket.on("error", (error: NodeJS.ErrnoException) => (code = error.code));
  await new Promise((resolve) => socket.once("close", resolve));
  return { text, code };
}

test("a whole reply, each piece a chunk of its own", async () => {
  const { text, code } = await serving(replying("one", "two"), ({ port }) => raw(port));
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
  assert.ok(text.endsWith("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"), text);
  assert.equal(code, undefined);
});

test("fin: what was written arrives, the last chunk does not", async () => {
  const { text, code } = await serving(replying("one", "fin", "two"), ({ port }) => raw(port));
  assert.ok(text.endsWith("3\r\none\r\n"), text);
  assert.equal(code, undefined);
});

test("reset: the connection breaks", async () => {
  const { text, code } = await serving(replying("one", "reset"), ({ port }) => raw(port));
  assert.ok(!text.includes("0\r\n\r\n"));
  assert.equal(code, "ECONNRESET");
});

test("refuse: no byte of an answer", async () => {
  const handler = () => ({ refuse: "ECONNREFUSED" });
  const { text, code } = await serving(handler, ({ port }) => raw(port));
  assert.equal(text, "");
  assert.equal(code, "ECONNRESET");
});

test("fetch sees what it sees of a real server", async () => {
  for (const [how, cause] of [
    ["fin", "UND_ERR_SOCKET"],
    ["reset", "ECONNRESET"],
  ] as const) {
    await serving(replying("one", how), async ({ url }) => {
      const response = await fetch(url);
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      const error = await (async () => {
        for (;;) await reader.read();
      })().catch((thrown) => thrown);
      assert.equal(error.message, "terminated");
      assert.equal(error.cause.code, cause);
    });
  }
});

test("a client that leaves fires the signal", async () => {
  const left = Promise.withResolvers<void>();
  const handler: SocketHandler = ({ signal }) => ({
    status: 200,
    headers: {},
    body: (async function* () {
      yield utf8.encode("one");
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      left.resolve();
    })(),
  });
  await serving(handler, async ({ url }) => {
    const stop = new AbortController();
    const response = await fetch(url, { signal: stop.signal });
    await response.body?.getReader().read();
    stop.abort();
    await left.promise;
  });
});

test("a reader that stops reading pauses the handler", async () => {
  const piece = new Uint8Array(1024 * 1024);
  let taken = 0;
  const handler: SocketHandler = () => ({
    status: 200,
    headers: {},
    body: (async function* () {
      for (; taken < 256; taken += 1) yield piece;
    })(),
  });
  await serving(handler, async ({ port }) => {
    const socket = connect(port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await once(socket, "readable");
    for (let i = 0; i < 500; i += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(taken < 64, `${taken} MiB were taken`);
    socket.destroy();
  });
});

test("requests arrive whole; a body over the limit is refused", async () => {
  const seen: string[] = [];
  const handler: SocketHandler = ({ method, url, headers, body }) => {
    seen.push(`${method} ${url} ${headers["x-a"]} ${new TextDecoder().decode(body)}`);
    return { status: 204, headers: {}, body: (async function* () {})() };
  };
  const paths: string[] = [];
  const options = { bodyBytesMax: 8, onRequest: ({ path }: { path: string }) => paths.push(path) };
  await serving(
    handler,
    async ({ url }) => {
      const ask = (body: string) =>
        fetch(`${url}/p?q=1`, { method: "POST", headers: { "X-A": "b" }, body });
      assert.equal((await ask("hi")).status, 204);
      assert.equal((await ask("123456789")).status, 413);
    },
    options as ListenOptions,
  );
  assert.deepEqual(seen, ["POST /p?q=1 b hi"]);
  assert.deepEqual(paths, ["/p", "/p"]);
});

test("a handler that throws is a 500, and the server lives on", async () => {
  let first = true;
  const handler: SocketHandler = (request) => {
    if (!first) return replying("ok")(request);
    first = false;
    throw new Error("secret");
  };
  await serving(handler, async ({ url }) => {
    const bad = await fetch(url);
    assert.deepEqual([bad.status, (await bad.text()).includes("secret")], [500, false]);
    assert.equal(await (await fetch(url)).text(), "ok");
  });
});

test("a spoiled handshake: cut, or refused with an alert", async () => {
  for (const [handshake, expected] of [
    ["cut", /ECONNRESET/],
    ["alert", /HANDSHAKE_FAILURE/],
  ] as const) {
    await serving(
      replying("never"),
      async ({ port }) => {
        const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
        const [error] = await once(socket, "error").catch((thrown) => [thrown]);
        assert.match(String(error.code), expected);
      },
      { handshake },
    );
  }
});

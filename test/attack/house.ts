// A gateway with two clients and an operator in front of an upstream on a real socket that notes what it
// was asked and answers as it is told: where attacks start from, and where it shows whether they got.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { systemClock } from "../../src/core/index.ts";
import {
  Admission,
  Breaker,
  Clients,
  Guard,
  hashToken,
  KeyPool,
  Limits,
  newToken,
} from "../../src/gateway/index.ts";
import { dispatchFetch } from "../../src/node/index.ts";
import { openStore } from "../../src/store/index.ts";
import { type HostOptions, host } from "../gateway/host.ts";

/** Looks like a key, and must show up nowhere. */
export const CANARY = "AIzaSyAttackAttackAttackAttackAttack1234";
export const MODEL = "gemini-3.6-flash";
export const BODY = JSON.stringify({ contents: [{ role: "user", parts: [{ text: "Hi" }] }] });
const ANSWER = {
  candidates: [{ content: { parts: [{ text: "Hello." }], role: "model" }, finishReason: "STOP" }],
};

interface Asked {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
}

type Answering = (req: IncomingMessage, res: ServerResponse) => void;

/** Answers everything as Gemini would, until it is told otherwise. */
async function upstreamOf(answer: Answering = usual) {
  const asked: Asked[] = [];
  const made = { asked, answer };
  const server = createServer((req, res) => {
    asked.push({ method: req.method ?? "", url: req.url ?? "", headers: req.headers });
    req.resume();
    made.answer(req, res);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return Object.assign(made, { url: `http://127.0.0.1:${port}`, close });
}

function usual(req: IncomingMessage, res: ServerResponse): void {
  const streamed = req.url?.includes("alt=sse");
  res.setHeader("content-type", streamed ? "text/event-stream" : "application/json");
  res.end(streamed ? `data: ${JSON.stringify(ANSWER)}\r\n\r\n` : '{"models":[]}');
}

export async function attacked(
  options: HostOptions & { models?: string[]; perMinute?: number } = {},
) {
  const { models = [], perMinute, ...rest } = options;
  const upstream = await upstreamOf();
  const tokens = { anna: newToken(), bert: newToken(), boss: newToken() };
  const entries = await Promise.all(
    Object.entries(tokens).map(async ([name, token]) => ({
      name,
      hash: await hashToken(token),
      operator: name === "boss",
    })),
  );
  const clock = systemClock;
  const store = await openStore({ kind: "memory" });
  const clients = new Clients(entries, () => Date.now());
  const warden = new Guard({
    clock,
    clients,
    keys: new KeyPool([{ name: "key1", secret: CANARY }], clock),
    breaker: new Breaker(clock, { attemptsMin: 1_000, restMs: 1 }),
    admission: new Admission(clock, { inFlightMax: 50, queueMax: 50, queueMs: 5_000 }),
    limits: new Limits({
      tally: store.tally,
      clock,
      models,
      requestsPerMinute: perMinute,
      whenUnreachable: "serve",
    }),
  });
  const made = await host({
    store,
    warden,
    baseUrl: upstream.url,
    fetch: dispatchFetch(),
    ...rest,
  });
  const ask = async (path: string, init: RequestInit & { as?: keyof typeof tokens } = {}) => {
    const { as = "anna", ...more } = init;
    const headers = { authorization: `Bearer ${tokens[as]}`, ...more.headers };
    const response = await fetch(made.url + path, { redirect: "manual", ...more, headers });
    const text = await response.text();
    const code = response.headers.get("x-pollux-failure");
    return { status: response.status, headers: response.headers, text, code };
  };
  const close = async () => {
    await made.close();
    upstream.close();
  };
  return { ...made, upstream, tokens, clients, ask, close };
}

/** The bytes as they are; everything that comes back until the connection ends. */
export async function raw(url: string, bytes: string | Uint8Array): Promise<string> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.setEncoding("latin1").on("data", (piece: string) => {
    text += piece;
  });
  socket.on("error", () => {});
  socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  await once(socket, "close");
  return text;
}

export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
}

// What the pages need of the gateway beside its streams: their files, who is looking, conversations, and
// on the simulator a way to break a running answer.
import type { Shelf } from "../../store/index.ts";
import type { ExtraRoute } from "../gateway.ts";
import type { Clients } from "../guard/clients.ts";
import { cookieOf } from "../guard/clients.ts";
import { csrfOf } from "../guard/csrf.ts";
import { Refusal } from "../refusal.ts";
import { answerHeaders, type Guest, type House, readJson } from "./door.ts";
import { json } from "./ops.ts";

/** A file of a page, ready to be sent. */
export interface Asset {
  body: Uint8Array;
  type: string;
  /** Named by its content: it may be kept for ever. */
  hashed: boolean;
  gzip?: Uint8Array | undefined;
  brotli?: Uint8Array | undefined;
}

/** What the routes of the pages need. */
export interface PagesParts {
  clients: Clients;
  shelf: Shelf;
  /** `/chat.js` → its file; `/`, `/ops` and `/doctor` → their HTML. */
  asset(path: string): Asset | undefined;
  upstream: string;
  simulated: boolean;
  version: string;
  /** Breaks the running answer of this stream; false if nothing runs. Only on the simulator. */
  breakStream?: ((streamId: string, fault: string) => boolean) | undefined;
}

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const PAGE_PATHS = ["/", "/ops"];
const CHAT_KIND = "chat";
const CHAT_BYTES_MAX = 16 * 1024 * 1024;
const CHATS_MAX = 500;
const ID = /^[\w-]{1,100}$/;

/** The routes of the pages: their files, signing in, and kept chats. */
export function pageRoutes(parts: PagesParts): ExtraRoute[] {
  const page = (guest: Guest) => sendAsset(guest, parts);
  return [
    ...PAGE_PATHS.map((pattern) => ({ method: "GET" as const, pattern, open: true, run: page })),
    { method: "GET", pattern: "/assets/*", open: true, run: page },
    { method: "GET", pattern: "/favicon.svg", open: true, run: page },
    { method: "GET", pattern: "/me", open: true, run: (guest, house) => me(guest, house, parts) },
    { method: "POST", pattern: "/sign-in", open: true, run: (guest) => signIn(guest, parts) },
    { method: "POST", pattern: "/sign-out", open: true, run: signOut },
    { method: "GET", pattern: "/chats", run: (guest) => listChats(guest, parts) },
    { method: "GET", pattern: "/chats/:id", run: (guest) => getChat(guest, parts) },
    { method: "PUT", pattern: "/chats/:id", run: (guest, house) => putChat(guest, house, parts) },
    { method: "DELETE", pattern: "/chats/:id", run: (guest) => dropChat(guest, parts) },
    {
      method: "POST",
      pattern: "/streams/:id/fault",
      run: (guest, house) => breakStream(guest, house, parts),
    },
  ];
}

/** Answers with a file of the pages, compressed as the browser takes it. */
export function sendAsset(guest: Guest, { asset }: Pick<PagesParts, "asset">): void {
  const { exchange, requestId } = guest;
  const found = asset(exchange.path);
  if (!found) throw new Refusal("route_not_found");
  const wanted = exchange.headers["accept-encoding"] ?? "";
  const encoding =
    found.brotli && /\bbr\b/.test(wanted)
      ? "br"
      : found.gzip && /\bgzip\b/.test(wanted)
        ? "gzip"
        : "";
  const body = { br: found.brotli, gzip: found.gzip, "": found.body }[encoding] as Uint8Array;
  guest.onAnswered(200);
  exchange.reply(
    200,
    {
      "content-type": found.type,
      "content-security-policy": CSP,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": found.hashed ? "public, max-age=31536000, immutable" : "no-cache",
      vary: "accept, accept-encoding",
      "x-request-id": requestId,
      ...(encoding && { "content-encoding": encoding }),
    },
    body,
  );
}

/** Who is looking, and where the answers come from. Without a token: that one is wanted. */
async function me(guest: Guest, { warden }: House, parts: PagesParts): Promise<void> {
  const { clients, simulated, upstream, version, breakStream: plug } = parts;
  const common = { sim: simulated, upstream, version, faults: plug !== undefined };
  try {
    const client = await warden.identify(guest.exchange);
    const csrf = await csrfOf(guest.exchange.headers);
    const { name, operator } = client;
    json(guest, 200, { client: name, operator, signIn: !clients.isOpen, csrf, ...common });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    json(guest, 200, { client: null, operator: false, signIn: true, csrf: "", ...common });
  }
}

async function signIn(guest: Guest, { clients }: PagesParts): Promise<void> {
  const { token } = await readJson(guest, 4096);
  if (typeof token !== "string") throw new Refusal("request_invalid", "token: expected a text");
  const client = await clients.authenticate({ authorization: `Bearer ${token.trim()}` }, "");
  const secure = guest.exchange.headers["x-forwarded-proto"] === "https";
  guest.onAnswered(200);
  guest.exchange.reply(
    200,
    {
      ...answerHeaders(guest.requestId),
      "content-type": "application/json",
      "set-cookie": cookieOf(token.trim(), secure),
    },
    JSON.stringify({ client: client.name, operator: client.operator }),
  );
}

function signOut(guest: Guest): void {
  guest.onAnswered(204);
  const gone = cookieOf("", false).replace(/Max-Age=\d+/, "Max-Age=0");
  guest.exchange.reply(204, { ...answerHeaders(guest.requestId), "set-cookie": gone });
}

async function listChats(guest: Guest, { shelf }: PagesParts): Promise<void> {
  const before = Number(guest.query.get("before"));
  const docs = await shelf.list(
    guest.client.name,
    CHAT_KIND,
    CHATS_MAX,
    before > 0 ? before : undefined,
  );
  const chats = docs.map(({ id, body, changedAtMs, version }) => {
    const { title = "" } = JSON.parse(body) as { title?: string };
    return { id, title, changedAtMs, version };
  });
  json(guest, 200, { chats });
}

async function getChat(guest: Guest, { shelf }: PagesParts): Promise<void> {
  const doc = await shelf.get(guest.client.name, CHAT_KIND, idOf(guest));
  if (!doc) throw new Refusal("stream_not_found", "No such chat is kept.");
  const { body, version, changedAtMs, id } = doc;
  json(guest, 200, { ...(JSON.parse(body) as object), id, version, changedAtMs });
}

async function putChat(guest: Guest, { clock }: House, { shelf }: PagesParts): Promise<void> {
  const id = idOf(guest);
  const { version: _, changedAtMs: __, ...doc } = await readJson(guest, CHAT_BYTES_MAX);
  const given = /^"?(\d+)"?$/.exec(guest.exchange.headers["if-match"] ?? '"0"')?.[1];
  if (given === undefined)
    throw new Refusal("request_invalid", 'if-match: expected a version, such as "3"');
  const version = Number(given);
  const changedAtMs = clock.date().getTime();
  const body = JSON.stringify(doc);
  const kept = await shelf.put(guest.client.name, CHAT_KIND, { id, body, changedAtMs, version });
  if (kept) return json(guest, 200, { id, version: version + 1, changedAtMs });
  json(guest, 412, {
    error: {
      code: 412,
      message: "Another tab changed this chat; read it again.",
      status: "ABORTED",
    },
  });
}

async function dropChat(guest: Guest, { shelf }: PagesParts): Promise<void> {
  await shelf.remove(guest.client.name, CHAT_KIND, idOf(guest));
  guest.onAnswered(204);
  guest.exchange.reply(204, answerHeaders(guest.requestId));
}

async function breakStream(guest: Guest, { log }: House, parts: PagesParts): Promise<void> {
  const { id = "" } = guest.params;
  const head = await log.head(id);
  if (!parts.breakStream || head?.client !== guest.client.name)
    throw new Refusal("stream_not_found");
  const { fault } = await readJson(guest, 4096);
  if (typeof fault !== "string") throw new Refusal("request_invalid", "fault: expected a text");
  json(guest, 200, { id, broken: parts.breakStream(id, fault) });
}

function idOf({ params }: Guest): string {
  const { id = "" } = params;
  if (!ID.test(id)) throw new Refusal("request_invalid", "id: letters, digits, - and _ only");
  return id;
}

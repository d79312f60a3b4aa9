// Whose is it? Every route that takes an id, asked by the one who may, by another client, and by nobody:
// another client learns no more than that there is no such thing.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { pageRoutes } from "../../src/gateway/index.ts";
import { attacked, BODY, MODEL } from "./house.ts";

const pages = (clients: never, shelf: never) =>
  pageRoutes({
    clients,
    shelf,
    asset: () => undefined,
    upstream: "x",
    simulated: true,
    version: "0",
    breakStream: () => true,
  });
const lent: { shelf: object; clients: object } = { shelf: {}, clients: {} };
const durable = { path: "/durable", streamsMax: 9, bytesMax: 9_999, longPollMs: 50, eventsMs: 50 };
const made = await attacked({ durable, extra: extraRoutes() });
after(() => made.close());

function extraRoutes() {
  // The gateway wants its routes before there is a store to give them.
  const later = (name: "shelf" | "clients") =>
    new Proxy({}, { get: (_, key) => Reflect.get(lent[name], key).bind(lent[name]) }) as never;
  return pages(later("clients"), later("shelf"));
}
lent.shelf = made.store.shelf;
lent.clients = made.clients;

const started = await made.ask("/streams", {
  method: "POST",
  body: JSON.stringify({ model: MODEL, contents: "A secret of Anna's" }),
  headers: { "idempotency-key": "one" },
});
const { id } = JSON.parse(started.text) as { id: string };
await made.ask(`/streams/${id}/events`);
await made.ask("/chats/c1", { method: "PUT", body: '{"title":"Anna"}' });
await made.ask("/durable/notes", {
  method: "PUT",
  headers: { "content-type": "text/plain" },
  body: "Anna",
});
const created = await made.ask("/v1beta/interactions", {
  method: "POST",
  body: JSON.stringify({ model: MODEL, input: "Anna" }),
});
const interaction = `x~${created.headers.get("x-pollux-stream")}`;

type Ask = readonly [pattern: string, method: string, path: string, init?: RequestInit];
const ASKS: readonly Ask[] = [
  ["/streams/:id", "GET", `/streams/${id}`],
  ["/streams/:id/events", "GET", `/streams/${id}/events`],
  ["/streams/:id/stop", "POST", `/streams/${id}/stop`, { body: "{}" }],
  ["/streams/:id/fault", "POST", `/streams/${id}/fault`, { body: '{"fault":"cut"}' }],
  ["/chats/:id", "GET", "/chats/c1"],
  ["/durable/*", "GET", "/durable/notes"],
  ["/durable/*", "HEAD", "/durable/notes"],
  ["/durable/*", "GET", `/durable/streams/${id}`],
  [
    "/durable/*",
    "POST",
    "/durable/notes",
    { body: "x", headers: { "content-type": "text/plain" } },
  ],
  ["/:version/interactions/:id", "GET", `/v1beta/interactions/${interaction}`],
  ["/:version/interactions/:id", "GET", `/v1beta/interactions/${interaction}?stream=true`],
  ["/:version/interactions/:id/cancel", "POST", `/v1beta/interactions/${interaction}/cancel`],
  ["/:version/interactions/:id", "DELETE", `/v1beta/interactions/${interaction}`],
  ["/durable/*", "DELETE", "/durable/notes"],
  ["/streams/:id", "DELETE", `/streams/${id}`],
];

for (const [pattern, method, path, init = {}] of ASKS) {
  test(`${method} ${path.replace(/[0-9a-f-]{36}/, "ID")} is its owner's alone (${pattern})`, async () => {
    const asked = made.upstream.asked.length;
    const nobody = await fetch(made.url + path, { method, ...init });
    assert.equal(nobody.status, 401);
    const other = await made.ask(path, { as: "bert", method, ...init });
    assert.equal(other.status, 404);
    // What nobody here created is Google's to know.
    if (!pattern.includes("interactions")) {
      const missing = path.replace(/[0-9a-f]{8}-[0-9a-f]{4}|c1|notes/, "00000000-0000");
      const absent = await made.ask(missing, { as: "bert", method, ...init });
      const told = (text: string) => text.replaceAll(/[0-9a-f-]{36}/g, "");
      assert.deepEqual([other.status, told(other.text)], [absent.status, told(absent.text)]);
    }
    assert.ok(!/Anna/.test(other.text) && !/Anna/.test(await nobody.text()));
    assert.equal(made.upstream.asked.length, asked, "upstream heard of it");
  });
}

test("what it is asked with is its client's own, too", async () => {
  const body = JSON.stringify({ model: MODEL, contents: "A secret of Anna's" });
  const headers = { "idempotency-key": "one" };
  const other = await made.ask("/streams", { as: "bert", method: "POST", body, headers });
  assert.equal(other.status, 201);
  const { id: another } = JSON.parse(other.text) as { id: string };
  assert.notEqual(another, id);
  const listed = await made.ask("/streams?all=true&limit=1e9&before=1e400&state=live'", {
    as: "bert",
  });
  assert.ok(!listed.text.includes(id) && listed.status < 500, listed.text);
  const chats = await made.ask("/chats", { as: "bert" });
  assert.deepEqual(JSON.parse(chats.text), { chats: [] });
  const after = await made.ask("/v1beta/interactions", {
    as: "bert",
    method: "POST",
    body: JSON.stringify({ model: MODEL, input: "x", previous_interaction_id: interaction }),
  });
  assert.equal(after.status, 404);
});

test("ids are drawn by chance, 122 bits of it", async () => {
  const ids = new Set<string>();
  for (let i = 0; i < 20; i += 1) {
    const path = `/v1beta/models/${MODEL}:generateContent`;
    const { headers } = await made.ask(path, { method: "POST", body: BODY });
    ids.add(headers.get("x-pollux-stream") ?? "");
  }
  assert.equal(ids.size, 20);
  for (const one of ids)
    assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("every route of the gateway that takes an id is among these", () => {
  const { routes } = made.gateway as unknown as { routes: { method: string; pattern: string }[] };
  const patterns = new Set(ASKS.map(([pattern]) => pattern));
  // Where it is, and by which of its names, makes no other door.
  const same = (pattern: string) => pattern.replace(/^.*\/interactions/, "/:version/interactions");
  const known = /models|tunedModels|publishers|^\/(upload\/)?v1|^\/assets/;
  const open = routes
    .filter(({ pattern }) => /:id|\*/.test(pattern) && !known.test(pattern))
    .map(({ pattern }) => same(pattern))
    .filter((pattern) => !patterns.has(pattern));
  assert.deepEqual(open, []);
});

// Pages of other sites, names that others point at this address, and cookies that ride along.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { pageRoutes } from "../../src/gateway/index.ts";
import { attacked, BODY, MODEL, raw, statuses } from "./house.ts";

const lent: { clients: object } = { clients: {} };
const clients = new Proxy(
  {},
  {
    get: (_, key) =>
      Reflect.get(lent.clients, key)?.bind?.(lent.clients) ?? Reflect.get(lent.clients, key),
  },
) as never;
const made = await attacked({
  hosts: ["localhost", "127.0.0.1"],
  origins: ["https://app.example"],
  extra: pageRoutes({
    ...{ clients, shelf: {} as never, asset: () => undefined },
    ...{ upstream: "x", simulated: false, version: "0" },
  }),
});
lent.clients = made.clients;
after(() => made.close());
const { host } = new URL(made.url);
const cookie = `pollux_token=${made.tokens.anna}`;
const path = `/v1beta/models/${MODEL}:generateContent`;

async function visit(method: string, to: string, headers: Record<string, string>, body = "") {
  const lines = Object.entries({ host, connection: "close", ...headers }).map((pair) =>
    pair.join(": "),
  );
  const length = `content-length: ${Buffer.byteLength(body)}`;
  const text = await raw(
    made.url,
    [`${method} ${to} HTTP/1.1`, ...lines, length, "", body].join("\r\n"),
  );
  return { status: statuses(text)[0], text };
}

test("names that others point at this address get nothing", async () => {
  for (const name of [
    ...["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example"],
    ...["localhost:80:80", "localhost.", "[::1]", "0.0.0.0", "127.1", "LOCALHOST@evil.example"],
  ]) {
    const { status } = await visit("GET", "/streams", { host: name, cookie });
    assert.equal(status, 403, name);
  }
  assert.equal((await visit("GET", "/streams", { host: "LocalHost:1", cookie })).status, 200);
});

test("pages of other origins get nothing, and are told nothing", async () => {
  for (const origin of [
    ...["https://evil.example", "null", "https://app.example.evil.example", "http://app.example"],
    ...["https://app.example:8443", `http://${host}.evil.example`, `ftp://${host}`, "file://"],
    ...["https://app.example, https://evil.example", "HTTPS://APP.EXAMPLE "],
  ]) {
    const asked = { origin, authorization: `Bearer ${made.tokens.anna}` };
    const { status, text } = await visit("POST", path, asked, BODY);
    const isSame = origin.trim() === "https://app.example";
    assert.equal(status, isSame ? 200 : 403, origin);
    assert.ok(!/access-control/i.test(text), origin);
    assert.equal((await visit("OPTIONS", path, asked)).status, 403, origin);
  }
  const { text } = await visit(
    "POST",
    path,
    { origin: "https://app.example", "x-goog-api-key": made.tokens.anna },
    BODY,
  );
  assert.match(text, /access-control-allow-origin: https:\/\/app\.example\r\n/i);
  assert.match(text, /vary: origin/i);
  assert.ok(!/access-control-allow-credentials/i.test(text));
});

test("what another site embeds gets nothing; a link that is followed does", async () => {
  const site = { "sec-fetch-site": "cross-site", cookie };
  for (const mode of ["no-cors", "cors", "websocket", "same-origin"])
    assert.equal((await visit("GET", "/streams", { ...site, "sec-fetch-mode": mode })).status, 403);
  const followed = { ...site, "sec-fetch-mode": "navigate" };
  assert.equal((await visit("GET", "/streams", followed)).status, 200);
});

test("a cookie alone changes nothing, however the request is dressed", async () => {
  const me = await visit("GET", "/me", { cookie });
  const { csrf } = JSON.parse(me.text.slice(me.text.indexOf("{"))) as { csrf: string };
  assert.match(csrf, /^[0-9a-f]{32}$/);
  assert.ok(!me.text.includes(made.tokens.anna));
  const send = (headers: Record<string, string>) =>
    visit("POST", path, { cookie, "content-type": "text/plain", ...headers }, BODY);
  for (const headers of [
    {},
    { "x-pollux-csrf": csrf.slice(1) },
    { "x-pollux-csrf": `${csrf}0` },
    // A form whose address holds a name and a password.
    { authorization: "Basic YTpi" },
    { authorization: "Bearer" },
  ])
    assert.equal((await send(headers)).status, 403, JSON.stringify(headers));
  assert.equal((await send({ "x-pollux-csrf": csrf })).status, 200);
  // Another's word fits another's cookie.
  const other = await visit("GET", "/me", { cookie: `pollux_token=${made.tokens.bert}` });
  const { csrf: hers } = JSON.parse(other.text.slice(other.text.indexOf("{"))) as { csrf: string };
  assert.equal((await send({ "x-pollux-csrf": hers })).status, 403);
});

test("a cookie is not to be read by scripts, nor sent along by other sites", async () => {
  const body = JSON.stringify({ token: made.tokens.anna });
  const { text } = await visit("POST", "/sign-in", {}, body);
  assert.match(
    text,
    /set-cookie: pollux_token=plx_[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=\d+/i,
  );
  const secure = await visit("POST", "/sign-in", { "x-forwarded-proto": "https" }, body);
  assert.match(secure.text, /; Secure/);
  const evil = await visit("POST", "/sign-in", { origin: "https://evil.example" }, body);
  assert.equal(evil.status, 403);
  const header = await visit(
    "POST",
    "/sign-in",
    {},
    JSON.stringify({ token: "x\r\nset-cookie: a=b" }),
  );
  assert.ok(!/set-cookie/i.test(header.text));
});

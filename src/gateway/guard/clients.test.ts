import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal } from "../refusal.ts";
import { Clients, cookieOf, hashToken, newToken } from "./clients.ts";
import { checkCsrf, csrfOf } from "./csrf.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const refusedWith = (code: string) => (error: unknown) =>
  error instanceof Refusal && error.failure.code === code;

test("a token is known in each API's own place, and only whole", async () => {
  const token = newToken();
  assert.match(token, /^plx_[\w-]{43}$/);
  const clients = new Clients([{ name: "app", hash: await hashToken(token) }], () => NOW);
  for (const [headers, search] of [
    [{ authorization: `Bearer ${token}` }, ""],
    [{ "x-goog-api-key": token }, ""],
    [{}, `?alt=sse&key=${token}`],
    [{ cookie: `a=b; ${cookieOf(token, true).split(";")[0]}` }, ""],
  ] as const)
    assert.equal((await clients.authenticate(headers, search)).name, "app");
  for (const bad of [
    token.slice(0, -1),
    `${token}x`,
    token.toUpperCase(),
    "plx_",
    await hashToken(token),
  ])
    await assert.rejects(
      clients.authenticate({ authorization: `Bearer ${bad}` }, ""),
      refusedWith("client_token_invalid"),
    );
  await assert.rejects(clients.authenticate({}, ""), refusedWith("client_token_missing"));
});

test("an expired token is refused; without tokens whoever comes is the operator", async () => {
  const token = newToken();
  const entry = { name: "app", hash: await hashToken(token), expires: "2026-11-20T11:00:00Z" };
  const clients = new Clients([entry], () => NOW);
  await assert.rejects(clients.authenticate({ "x-goog-api-key": token }, ""), /expired/);
  clients.reload([]);
  assert.deepEqual(await clients.authenticate({ authorization: "Bearer anything" }, ""), {
    name: "local",
    operator: true,
  });
});

test("a cookie alone changes nothing without the page's own word", async () => {
  const headers = { cookie: "pollux_token=plx_abc" };
  const word = await csrfOf(headers);
  assert.equal(word.length, 32);
  await checkCsrf("GET", headers);
  await checkCsrf("POST", { ...headers, "x-pollux-csrf": word });
  await checkCsrf("POST", { ...headers, authorization: "Bearer plx_abc" });
  await checkCsrf("POST", {});
  await assert.rejects(checkCsrf("POST", headers), refusedWith("origin_refused"));
  await assert.rejects(
    checkCsrf("DELETE", { ...headers, "x-pollux-csrf": "x" }),
    refusedWith("origin_refused"),
  );
});

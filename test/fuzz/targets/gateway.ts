// What the gateway, the simulator and the chat page read of people: paths, headers, cursors, settings,
// scenarios, Markdown that is half there.
import assert from "node:assert/strict";
import { Declined } from "../../../src/gateway/durable/declined.ts";
import { isClosing, producerOf, seqOf, wishOf } from "../../../src/gateway/durable/headers.ts";
import { arrayOf, firstValues, flatten } from "../../../src/gateway/durable/json-mode.ts";
import { nameOf as tapeName } from "../../../src/gateway/durable/name.ts";
import { offsetOf, positionOf, startOf } from "../../../src/gateway/durable/position.ts";
import { csrfOf } from "../../../src/gateway/guard/csrf.ts";
import {
  Clients,
  ConfigError,
  printConfig,
  Refusal,
  readConfig,
} from "../../../src/gateway/index.ts";
import { nameOf, readName, readPlace } from "../../../src/gateway/interactions/name.ts";
import { matchRoute, type Route } from "../../../src/gateway/route.ts";
import { ScenarioError } from "../../../src/sim/index.ts";
import { parseScenario } from "../../../src/sim/scenario.ts";
import { closed } from "../../../src/web/chat/markdown/close.ts";
import { about, onBytes, onJson, onText, orOwn, type Target } from "../target.ts";

const run = () => {};
const ROUTES: readonly Route[] = [
  { method: "GET", pattern: "/streams/:id", run },
  { method: "POST", pattern: "/:version/models/:call", run },
  { method: "GET", pattern: "/chats/:__proto__", run },
  { method: "ANY", pattern: "/v1beta/*", run },
];
const isDeclined = (error: unknown) => error instanceof Declined;

const routes = onText({
  name: "route",
  seeds: ["/streams/abc", "/v1/models/x:generateContent", "/v1beta/files/a/b", "/chats/__proto__"],
  words: ["/", "%2f", "%2e", "%", "%ff", "..", ":id", "*", "v1beta", "models"],
  plain: (path) => matchRoute(ROUTES, "GET", path),
  run(path) {
    const found = matchRoute(ROUTES, "GET", path);
    if (!found || found === "wrong-method") return String(found);
    assert.equal(Object.getPrototypeOf(found.params), null);
    for (const value of Object.values(found.params)) assert.equal(typeof value, "string");
    return `${found.route.pattern} ${Object.keys(found.params)}`;
  },
});

const cursors = onText({
  name: "cursor",
  seeds: ["plx-12-3~e9", "i1~00000000-0000-4000-8000-000000000000", offsetOf(7), "-1", "now"],
  words: ["~", "plx-", "-", "_", "0000000000000000", "..", "offset=", "&", "9999999999999999"],
  plain: (text) => [readName(text), readPlace(text), orOwn(() => positionOf(text), isDeclined)],
  run(text) {
    const { google, stream } = readName(text);
    assert.ok(!/^\.{1,2}$/.test(google));
    if (stream && google) assert.equal(nameOf(google, stream), text);
    const place = readPlace(text);
    if (place) assert.ok(Number.isSafeInteger(place.seq) && Number.isSafeInteger(place.n));
    const position = orOwn(() => positionOf(text), isDeclined);
    if (position !== "refused") assert.ok(Number.isSafeInteger(position) && position >= 0);
    const start = orOwn(() => startOf(new URLSearchParams(text)), isDeclined);
    const tape = orOwn(() => tapeName("a/../b", text), isDeclined);
    if (tape !== "refused")
      assert.ok(tape.startsWith("a%2F..%2Fb/") && !/\/\.\.?(\/|$)/.test(tape));
    return `${Boolean(stream)} ${Boolean(place)} ${typeof position} ${typeof start} ${tape === "refused"}`;
  },
});

const headers = onJson({
  name: "headers",
  seeds: [
    {
      "stream-ttl": "60",
      "stream-seq": "a",
      "stream-closed": "true",
      "content-type": "text/plain",
    },
    {
      "producer-id": "p",
      "producer-epoch": "0",
      "producer-seq": "1",
      "stream-expires-at": "2030-01-01T00:00:00Z",
    },
    { authorization: "Bearer plx_x", cookie: "a=b; pollux_token=plx_y", "x-goog-api-key": "k" },
    {
      "stream-forked-from": "/a",
      "stream-fork-offset": offsetOf(1),
      "stream-fork-sub-offset": "2",
    },
  ],
  words: ["Bearer ", "pollux_token=", "; ", "0", "true", "2030-01-01T00:00:00Z"],
  async run(value) {
    if (typeof value !== "object" || value === null) return "none";
    // A header is a text.
    const given: Record<string, string> = Object.create(null);
    for (const [name, one] of Object.entries(value)) if (typeof one === "string") given[name] = one;
    const wish = orOwn(() => wishOf(given), isDeclined);
    const producer = orOwn(() => producerOf(given), isDeclined);
    orOwn(() => seqOf(given), isDeclined);
    const clients = new Clients([{ name: "a", hash: "0".repeat(64) }], () => 0);
    await assert.rejects(clients.authenticate(given, `?${given.cookie}`), Refusal);
    assert.match(await csrfOf(given), /^([0-9a-f]{32})?$/);
    return `${typeof wish} ${typeof producer} ${isClosing(given)}`;
  },
});

const settings = onJson({
  name: "config",
  seeds: [
    { listen: { port: 8080, host: "127.0.0.1" }, allow: { models: ["a*"] }, pages: true },
    {
      upstream: { baseUrl: "https://u:secret-word@host/x" },
      store: { redisUrl: "redis://:secret-word@h" },
    },
  ],
  words: ["listen", "port", "store", "kind", "memory", "limits", "$schema", "listen.port"],
  run(file) {
    const isOwn = (error: unknown) => error instanceof ConfigError;
    const config = orOwn(() => readConfig({ flags: {}, env: {}, file }), isOwn);
    if (config === "refused") return config;
    const left = JSON.stringify(printConfig(config)).replace(/secret-word(?!@)/g, "");
    assert.ok(!left.includes("secret-word"), left);
    return about([...config.values()].filter(({ from }) => from === "file").length);
  },
});

const jsonMode = onBytes({
  name: "json-mode",
  seeds: ['[1,{"a":[2,3]},"x,y"]', "{}", "[]", '"a\\"b,c"'].map((text) =>
    new TextEncoder().encode(text),
  ),
  words: [",", "[", "]", "{", "}", '"', "\\", " ", "1e5"],
  plain: (body) => orOwn(() => flatten(body), isDeclined),
  run(body) {
    const flat = orOwn(() => flatten(body), isDeclined);
    if (flat === "refused") return flat;
    const parse = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as unknown[];
    const all = parse(arrayOf(flat.length === 0 ? [] : [flat]));
    for (let count = 1; count <= Math.min(all.length, 4); count += 1) {
      const first = firstValues(flat, count);
      assert.ok(first);
      assert.deepEqual(parse(arrayOf([first])), all.slice(0, count));
    }
    if (all.length > 0) assert.equal(firstValues(flat, all.length + 1), undefined);
    return about(all.length);
  },
});

const isScenario = (error: unknown) => error instanceof ScenarioError;
const scenarios = onText({
  name: "scenario",
  seeds: [
    "attempt 1: cut after 12 chunks; attempt 2: 429 retry 1s; attempt 3: ok",
    "*: flaky 0.3 stall after 2 chunks, slow every 20ms\nthen repeat-last",
    "huge 24 after 2 chunks + gzip; then: repeat",
  ],
  words: [
    "attempt ",
    "*",
    ":",
    ";",
    "cut",
    "after",
    "chunks",
    "+",
    ",",
    "flaky",
    "then",
    "429",
    "#",
  ],
  plain: (text) => orOwn(() => parseScenario(text), isScenario),
  run(text) {
    const read = orOwn(() => parseScenario(text), isScenario);
    if (read === "refused") return read;
    assert.ok(read.attempts.length <= 1_000);
    return `${about(read.attempts.length)} ${read.after} ${read.attempts[0]?.map(({ word }) => word)}`;
  },
});

const scenarioFiles = onJson({
  name: "scenario-file",
  seeds: [
    {
      attempts: ["cut after 3 chunks", { faults: ["slow", 429] }],
      after: "ok",
      seed: 1,
      match: { model: "g" },
    },
  ],
  words: ["attempts", "faults", "match", "repeat-last", "cut", "constructor"],
  run(value) {
    const read = orOwn(() => parseScenario(value), isScenario);
    return read === "refused" ? read : `${about(read.attempts.length)} ${read.after}`;
  },
});

const markdown = onText({
  name: "markdown-close",
  seeds: [
    "A **bold** _word_ and `code",
    "see [a link](https://ex",
    "![pic](x",
    "~~gone",
    "a\n\n***b",
  ],
  words: ["**", "*", "_", "`", "~~", "[", "](", ")", "\n\n", "!", "```"],
  plain: (text) => closed(text),
  run(text) {
    const made = closed(text);
    assert.ok(made.length <= text.length + 8);
    assert.equal(closed(made).length <= made.length + 8, true);
    return `${made === text} ${made.length > text.length}`;
  },
});

export const gatewayTargets: readonly Target[] = [
  ...[routes, cursors, headers, settings, jsonMode, scenarios, scenarioFiles, markdown],
];

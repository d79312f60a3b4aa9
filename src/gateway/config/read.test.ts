import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError, printConfig, readConfig } from "./read.ts";
import { SETTINGS } from "./settings.ts";

const NOTHING = { flags: {}, env: {} };

function problems(sources: Partial<Parameters<typeof readConfig>[0]>): readonly string[] {
  try {
    readConfig({ ...NOTHING, ...sources });
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  return [];
}

test("without anything said, everything has its default", () => {
  const config = readConfig(NOTHING);
  for (const { path, default: value } of SETTINGS)
    assert.deepEqual(config.get(path), { value, from: "default" });
});

test("flags go before the environment, that before the file", () => {
  const file = { listen: { port: 1, host: "file" }, store: { kind: "memory" } };
  const env = { POLLUX_PORT: "2", POLLUX_HOST: "env" };
  const config = readConfig({ flags: { port: "3" }, env, file });
  assert.deepEqual(config.get("listen.port"), { value: 3, from: "flag" });
  assert.deepEqual(config.get("listen.host"), { value: "env", from: "environment" });
  assert.deepEqual(config.get("store.kind"), { value: "memory", from: "file" });
});

test("every mistake is told at once, with its place, what was found and what is expected", () => {
  const file = {
    listen: { port: "8080", hosts: [] },
    stores: {},
    store: { kind: "mysql" },
    allow: { models: "gemini" },
    streams: { leaseMs: 1.5 },
    pages: "yes",
  };
  assert.deepEqual(problems({ file, flags: { port: "many" }, env: { POLLUX_IN_FLIGHT: "0" } }), [
    "listen.hosts: there is no such setting; did you mean listen.host?",
    "stores: there is no such setting; did you mean store?",
    '--port: expected a whole number from 0 to 65535, found "many"',
    'store.kind: expected one of memory, sqlite, redis, found "mysql"',
    "streams.leaseMs: expected a whole number of milliseconds from 500 to 3600000, found 1.5",
    'POLLUX_IN_FLIGHT: expected a whole number from 1 to 1000000000, found "0"',
    'allow.models: expected a list of texts, found "gemini"',
    'pages: expected true or false, found "yes"',
  ]);
  assert.match(problems({ file: [] })[0] ?? "", /expected an object/);
});

test("a file cannot reach into prototypes", () => {
  const file = JSON.parse('{"__proto__":{"port":1},"constructor":{"a":1}}');
  assert.equal(problems({ file }).length, 2);
});

test("what is printed holds no secret", () => {
  const env = { POLLUX_REDIS_URL: "redis://user:very-secret@cache:6379" };
  const shown = JSON.stringify(printConfig(readConfig({ flags: {}, env })));
  assert.ok(!shown.includes("very-secret"));
  assert.ok(shown.includes("cache:6379"));
});

test("flags and variables are each of one setting", () => {
  for (const key of ["flag", "env"] as const) {
    const names = SETTINGS.flatMap((one) => one[key] ?? []);
    assert.equal(new Set(names).size, names.length);
  }
});

test("a password in an address that is mistyped is not printed either", () => {
  const file = { store: { redisUrl: "redis:///s/:secret-word@h" } };
  const config = readConfig({ flags: {}, env: {}, file });
  assert.ok(!JSON.stringify(printConfig(config)).includes("secret-word"));
});

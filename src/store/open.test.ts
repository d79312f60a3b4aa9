// Opening a store: engines that are not asked for are not loaded, and one that is missing says how to get it.
import assert from "node:assert/strict";
import { registerHooks } from "node:module";
import { test } from "node:test";
import { StoreError } from "./log.ts";
import { openStore } from "./open.ts";

test("without the package of Redis everything else works, and Redis says what to install", async () => {
  const asked: string[] = [];
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      asked.push(specifier);
      if (specifier === "ioredis") throw new Error("Cannot find package 'ioredis'");
      return next(specifier, context);
    },
  });
  try {
    const store = await openStore({ kind: "memory" });
    await store.check();
    assert.equal(asked.length, 0);
    await assert.rejects(openStore({ kind: "redis", url: "redis://127.0.0.1:1" }), (error) => {
      assert.ok(error instanceof StoreError);
      assert.equal(error.message, "The package ioredis is not installed.");
      assert.match(error.next, /npm install ioredis/);
      return true;
    });
    assert.ok(!asked.includes("node:sqlite"));
  } finally {
    hooks.deregister();
  }
});

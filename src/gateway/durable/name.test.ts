import assert from "node:assert/strict";
import { test } from "node:test";
import { Declined } from "./declined.ts";
import { nameOf } from "./name.ts";

test("each client has names of its own, whatever it is called", () => {
  const names = [nameOf("a", "b/c"), nameOf("a/b", "c"), nameOf("a%2Fb", "c"), nameOf("b", "b/c")];
  assert.equal(new Set(names).size, names.length);
});

test("paths that lead elsewhere, or cannot be printed, are none", () => {
  for (const path of [
    "",
    "..",
    "a/../b",
    "a/%2e%2E",
    "a/.",
    "a\\b",
    "a b",
    "ä",
    "a%00",
    "x".repeat(1_025),
  ])
    assert.throws(() => nameOf("a", path), Declined, path);
  for (const path of ["a", "v1/stream/a-b.c", "a%20b", "a..b", "...", "a//b"]) nameOf("a", path);
});

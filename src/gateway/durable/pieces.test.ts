import assert from "node:assert/strict";
import { test } from "node:test";
import type { Known } from "./about.ts";
import { piecesOf } from "./pieces.ts";

const fork = {
  ...{ name: "n", id: "s", path: "s", sub: 0, at: 5 },
  segments: [
    { id: "a", from: 0, to: 3 },
    { id: "b", from: 4, to: 6 },
  ],
};
const known: Known = {
  tape: { name: "f", id: "own", owner: "o", mark: "m", about: "", length: 4, bytes: 0 },
  about: { contentType: "", closed: false, producers: {}, forks: 0, gone: false, fork },
  tail: 9,
};

test("positions are found in the tapes where their messages are", () => {
  const own = (from: number, to: number) => ({ id: "own", from, to });
  assert.deepEqual(piecesOf(known, 0), [...fork.segments, own(0, 4)]);
  assert.deepEqual(piecesOf(known, 4), [{ id: "b", from: 5, to: 6 }, own(0, 4)]);
  assert.deepEqual(piecesOf(known, 2, 4), [
    { id: "a", from: 2, to: 3 },
    { id: "b", from: 4, to: 5 },
  ]);
  assert.deepEqual(piecesOf(known, 6, 8), [own(1, 3)]);
  assert.deepEqual(piecesOf(known, 9), []);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Declined } from "./declined.ts";
import { offsetOf, placeOf, positionOf, startOf } from "./position.ts";

const start = (search: string) => startOf(new URLSearchParams(search));

test("offsets have the order of the positions they stand for", () => {
  const positions = [0, 1, 9, 10, 99, 100, 2 ** 40, Number.MAX_SAFE_INTEGER];
  const offsets = positions.map(offsetOf);
  assert.deepEqual(offsets.toSorted(), offsets);
  assert.deepEqual(offsets.map(positionOf), positions);
});

test("an offset that nobody was given is refused or beyond every stream", () => {
  for (const odd of ["", "0", "1_2", "../../etc", "00000000000000000_000000000000000", "-2"])
    assert.throws(() => positionOf(odd), Declined, odd);
  assert.equal(positionOf("9999999999999999_9999999999999999"), Number.MAX_SAFE_INTEGER);
  assert.equal(positionOf(`0000000000000001_${"0".repeat(16)}`), Number.MAX_SAFE_INTEGER);
});

test("a read begins where it says, and not beyond the tail", () => {
  assert.equal(start(""), undefined);
  assert.equal(start("offset=-1"), "start");
  assert.equal(start("offset=now"), "now");
  assert.equal(start(`offset=${offsetOf(7)}`), 7);
  assert.throws(() => start("offset="), Declined);
  assert.throws(() => start("offset=-1&offset=now"), Declined);
  assert.deepEqual([placeOf(undefined, 5), placeOf("start", 5), placeOf("now", 5)], [0, 0, 5]);
  assert.equal(placeOf(5, 5), 5);
  assert.throws(() => placeOf(6, 5), Declined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { cursorOf } from "./cursor.ts";

const clock = (ms: number, random = 0) => ({ date: () => new Date(ms), random: () => random });
const START = Date.UTC(2024, 9, 9);

test("a cursor is the interval of the time, and goes beyond the one that was sent", () => {
  assert.equal(cursorOf(null, clock(START)), "0");
  assert.equal(cursorOf(null, clock(START + 20_000 * 50)), "50");
  assert.equal(cursorOf("49", clock(START + 20_000 * 50)), "50");
  assert.equal(cursorOf("50", clock(START + 20_000 * 50)), "51");
  assert.equal(cursorOf("50", clock(START + 20_000 * 50, 0.999)), "230");
  assert.equal(cursorOf("900", clock(START + 20_000 * 50)), "901");
  for (const odd of ["", "x", "-1", "1e9", "9".repeat(40)])
    assert.equal(cursorOf(odd, clock(START)), "0");
});

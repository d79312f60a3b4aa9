// The yardstick is measured too: every contender must have read the very same text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { NODE_FLAGS } from "../scripts/checks.ts";
import { fetchOf, inPackets, makeBigEvent, makeBodies, PACKET_BYTES } from "./body.ts";
import { CONTENDERS } from "./contenders.ts";
import { Lane } from "./lane.ts";
import { median } from "./report.ts";

const EVENTS = 120;
const bodies = makeBodies(EVENTS);
const encoder = new TextEncoder();

for (const { name, format, load } of CONTENDERS) {
  test(`${name} reads the whole text, in both packings`, async () => {
    const events = bodies[format].map((event) => encoder.encode(event));
    for (const packets of [events, inPackets(encoder.encode(bodies[format].join("")))]) {
      const read = await load(fetchOf(packets));
      assert.equal(await read(), bodies.text);
      assert.equal(await read(), bodies.text, "again, on the same client");
    }
  });
}

test("the events are as large as those of the API, and the same each time", () => {
  const sizes = bodies.gemini.map((event) => encoder.encode(event).length);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / EVENTS;
  assert.ok(mean > 280 && mean < 330, `${mean}`);
  assert.deepEqual(makeBodies(EVENTS), bodies);
});

test("the big event is one event of the size asked for, and pollux reads it", async () => {
  const bytes = makeBigEvent(1024 * 1024);
  assert.ok(bytes.length - 1024 * 1024 < 400);
  const packets = inPackets(bytes);
  assert.equal(packets.length, Math.ceil(bytes.length / PACKET_BYTES));
  const read = await CONTENDERS[1]!.load(fetchOf(packets));
  assert.equal(await read(), "");
});

test("a contender in a process of its own is measured round by round", async () => {
  const lane = await Lane.open(
    { kind: "small", name: "floor", packing: "packets", events: 200 },
    NODE_FLAGS,
  );
  assert.ok((await lane.run()).cpuUs > 0);
  assert.ok((await lane.run()).cpuUs > 0);
  lane.close();
  await assert.rejects(
    Lane.open({ kind: "small", name: "nobody", packing: "single", events: 1 }, [
      ...NODE_FLAGS,
      "--no-warnings",
    ]),
    /ended with 1/,
  );
});

test("the median of even and odd counts", () => {
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

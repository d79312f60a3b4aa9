// A turn as it is seen, driven by the events of real streams: the states in order, and every
// character shown once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Seen, tell } from "../../../test/scenarios/harness.ts";
import { paintOf } from "../output/paint.ts";
import { turnsOf, View } from "./turn.ts";

function watch(how = { raw: true, plain: false }) {
  const committed: string[] = [];
  const view = new View(paintOf(false), how, (text) => committed.push(text));
  const states: string[] = [view.state];
  const show = (events: Seen["events"]) => {
    for (const event of events) {
      view.event(event);
      if (states.at(-1) !== view.state) states.push(view.state);
    }
  };
  return { view, committed, states, show };
}

const STORIES: readonly [scenario: string, states: string][] = [
  ["ok", "connecting waiting streaming done"],
  ["503; ok", "connecting waiting recovering streaming done"],
  ["429; ok", "connecting waiting recovering streaming done"],
  ["cut after 3 chunks; ok", "connecting waiting streaming recovering streaming done"],
  ["key_invalid", "connecting waiting failed"],
];

for (const [scenario, states] of STORIES) {
  test(`${scenario}: ${states}`, async () => {
    const { events, answer } = await tell({ scenario });
    const seen = watch();
    seen.show(events);
    seen.view.settle();
    assert.equal(seen.states.join(" "), states);
    const marks = seen.committed.filter((text) => text.startsWith("— reconnected"));
    assert.equal(marks.length, answer.splices.length, "one mark a seam");
    const shown = seen.committed.filter((text) => !marks.includes(text)).join("");
    assert.equal(shown, answer.text, "each character once, in order");
  });
}

test("an event that was seen changes nothing when it comes again", async () => {
  const { events } = await tell({ scenario: "cut after 3 chunks; ok" });
  const once = watch();
  once.show(events);
  const again = watch();
  for (const [i, event] of events.entries()) {
    again.show([event]);
    // As after a reconnection that replays from the start.
    again.show(events.slice(0, i + 1));
  }
  assert.deepEqual(again.committed, once.committed);
  assert.deepEqual(again.states, once.states);
});

test("markdown: the same events give the same picture, and the live part is never repeated", async () => {
  const { events } = await tell({});
  const seen = watch({ raw: false, plain: false });
  let before = "";
  for (const event of events) {
    seen.show([event]);
    const now = seen.committed.join("");
    assert.ok(now.startsWith(before), "what is shown stays");
    before = now;
  }
  seen.view.settle();
  const shown = seen.committed.join("");
  seen.view.settle();
  assert.equal(seen.committed.join(""), shown, "settling again shows nothing again");
  const other = watch({ raw: false, plain: false });
  other.show(events);
  other.view.settle();
  assert.equal(other.committed.join(""), shown);
});

test("the live part fits the rows it has, with the status under it; plain output has none", async () => {
  const { events } = await tell({});
  const seen = watch({ raw: false, plain: false });
  for (const event of events) {
    seen.show([event]);
    const lines = seen.view.lines(40, 5);
    assert.ok(lines.length <= 6, `${lines.length} lines`);
    assert.match(lines.at(-1) ?? "", /Ctrl-C stops$/);
  }
  const plain = watch({ raw: false, plain: true });
  plain.show(events);
  assert.deepEqual(plain.view.lines(40, 5), []);
});

test("plain output tells of trouble in a line of its own", async () => {
  const { events } = await tell({ scenario: "503; ok" });
  const seen = watch({ raw: true, plain: true });
  seen.show(events);
  assert.equal(seen.committed.filter((text) => text.startsWith("recovering: ")).length, 1);
});

test("a failure ends with what is kept and what to do; a stop with how to go on", async () => {
  const failed = await tell({ scenario: "key_invalid" });
  const seen = watch();
  seen.show(failed.events);
  seen.view.finish(failed.answer);
  assert.match(seen.committed.join("\n"), /key_invalid[\s\S]*No text came\.[\s\S]*Next: /);

  const stopped = await tell({ at: (event, stop) => event.type === "chunk" && stop() });
  const other = watch();
  other.show(stopped.events);
  other.view.finish(stopped.answer);
  assert.equal(other.view.state, "stopped");
  assert.match(other.committed.join("\n"), /stopped · \d+ characters kept/);
});

test("a turn without an answer still makes a conversation of two sides", () => {
  const turn = { question: "q", text: "", outcome: "failed", at: "", model: "m" };
  assert.deepEqual(turnsOf([turn]), [
    { role: "user", parts: [{ text: "q" }] },
    { role: "model", parts: [{ text: "(no answer)" }] },
  ]);
});

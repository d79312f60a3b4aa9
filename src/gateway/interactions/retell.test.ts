// Attempts told as one interaction: steps counted on, nothing begun that brings nothing, one end.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { InteractionEvent } from "../../wire/interactions.ts";
import { isAfter, nameOf, placeId, readName, readPlace } from "./name.ts";
import { Retell } from "./retell.ts";

const STREAM = "0e8ff0ec-8c1c-4f0a-9a52-bb7d6b3e3f10";

const created = (id?: string): InteractionEvent => ({
  event_type: "interaction.created",
  interaction: { ...(id && { id }), status: "in_progress" },
});
const start = (index: number, type: string, more = {}): InteractionEvent => ({
  event_type: "step.start",
  index,
  step: { type, ...more },
});
const text = (index: number, said: string): InteractionEvent => ({
  event_type: "step.delta",
  index,
  delta: { type: "text", text: said },
});
const args = (index: number, json: string): InteractionEvent => ({
  event_type: "step.delta",
  index,
  delta: { type: "arguments_delta", arguments: json },
});
const stop = (index: number): InteractionEvent => ({ event_type: "step.stop", index });
const end = (status: string, more = {}): InteractionEvent => ({
  event_type: "interaction.completed",
  interaction: { status, ...more },
});

function told(...attempts: (readonly [how: string, ...InteractionEvent[]])[]): string[] {
  const retell = new Retell(STREAM);
  const out: InteractionEvent[] = [];
  for (const [i, [how, ...events]] of attempts.entries()) {
    retell.attempt({ n: i + 1, how: how as "fresh" });
    for (const event of events) out.push(...retell.tell(event));
  }
  out.push(...retell.rest());
  return out.map((event) => {
    const { event_type: type, index = "", delta, interaction } = event;
    const said = delta?.text ?? delta?.arguments ?? interaction?.status ?? "";
    return `${type.replace(/^\w+\./, "")} ${index} ${said}`.replace(/ +/g, " ").trim();
  });
}

test("a text that another attempt goes on with stays one step", () => {
  const seen = told(
    ["fresh", created(), start(0, "thought"), stop(0), start(1, "model_output"), text(1, "One ")],
    [
      "anchor",
      created(),
      start(0, "thought"),
      stop(0),
      start(1, "model_output"),
      text(1, "two."),
      stop(1),
      end("completed"),
    ],
  );
  assert.deepEqual(seen, [
    "created in_progress",
    "start 0",
    "stop 0",
    "start 1",
    "delta 1 One",
    "delta 1 two.",
    "stop 1",
    "completed completed",
  ]);
});

test("a hop's steps are counted on, its end is not told, and its tokens are summed", () => {
  const hop = { continuation_token: "t", usage: { total_tokens: 3 } };
  const seen = told(
    [
      "fresh",
      created("a"),
      start(0, "model_output"),
      text(0, "One "),
      stop(0),
      end("requires_continuation", hop),
    ],
    ["token", created("b"), start(0, "model_output"), text(0, "two."), stop(0), end("completed")],
  );
  assert.deepEqual(seen, [
    "created in_progress",
    "start 0",
    "delta 0 One",
    "stop 0",
    "start 1",
    "delta 1 two.",
    "stop 1",
    "completed completed",
  ]);
  const last = told(["fresh", created("a"), end("requires_continuation", hop)]);
  assert.equal(last.at(-1), "completed requires_continuation");
});

test("another kind of step ends the one that was left open; empty ones are not begun", () => {
  const seen = told(
    ["fresh", created(), start(0, "model_output"), text(0, "One")],
    [
      "rematch",
      start(0, "thought"),
      stop(0),
      start(1, "function_call", { id: "c1", name: "f" }),
      args(1, "{}"),
      stop(1),
      end("requires_action"),
    ],
  );
  assert.deepEqual(seen, [
    "created in_progress",
    "start 0",
    "delta 0 One",
    "stop 0",
    "start 1",
    "delta 1 {}",
    "stop 1",
    "completed requires_action",
  ]);
});

test("a call that is told again in an attempt of its own is told once", () => {
  const call = start(0, "function_call", { id: "c1", name: "f" });
  const seen = told(
    ["fresh", created("a"), call, args(0, '{"x":')],
    [
      "rematch",
      created("a"),
      call,
      args(0, '{"x":1'),
      args(0, "}"),
      stop(0),
      end("requires_action"),
    ],
  );
  assert.deepEqual(seen.slice(1), [
    "start 0",
    'delta 0 {"x":',
    "delta 0 1",
    "delta 0 }",
    "stop 0",
    "completed requires_action",
  ]);
});

test("a replay reads the same steps on", () => {
  const seen = told(
    ["fresh", created("a"), start(0, "model_output"), text(0, "One ")],
    ["replay", text(0, "two."), stop(0), start(1, "model_output"), stop(1), end("completed")],
  );
  assert.deepEqual(seen.slice(1), [
    "start 0",
    "delta 0 One",
    "delta 0 two.",
    "stop 0",
    "start 1",
    "stop 1",
    "completed completed",
  ]);
});

test("tokens of the way are the gateway's business, names are the client's", () => {
  const retell = new Retell(STREAM);
  const [first] = retell.tell(created("v1_a"));
  assert.equal(first?.interaction?.id, nameOf("v1_a", STREAM));
  const [status] = retell.tell({
    event_type: "interaction.status_update",
    interaction_id: "v1_a",
    continuation_token: "t",
  });
  assert.deepEqual(status, {
    event_type: "interaction.status_update",
    interaction_id: nameOf("v1_a", STREAM),
  });
});

test("names and places are read as they were written, and nothing else is", () => {
  assert.deepEqual(readName(nameOf("v1_a~b", STREAM)), { google: "v1_a~b", stream: STREAM });
  assert.deepEqual(readName("v1_a"), { google: "v1_a", stream: undefined });
  assert.deepEqual(readName(STREAM), { google: "", stream: STREAM });
  for (const place of [
    { seq: 7, n: 0 },
    { seq: 7, n: 2 },
    { seq: 0, n: 1, google: "evt~9" },
    { seq: 3, n: 0, stream: STREAM, google: "evt_9" },
  ])
    assert.deepEqual(readPlace(placeId(place)), { stream: undefined, google: undefined, ...place });
  for (const odd of ["", "7", "evt_9", "plx-", "plx-x", "plx-1-", "plx-99999999999999999"])
    assert.equal(readPlace(odd), undefined);
  assert.ok(isAfter({ seq: 7, n: 1 }, { seq: 7, n: 0 }));
  assert.ok(!isAfter({ seq: 7, n: 0 }, { seq: 7, n: 0 }));
});

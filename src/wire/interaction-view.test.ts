// What a reader is told of an interaction: once, in order, whatever the body tells again.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { InteractionEvent } from "./interaction.ts";
import { type InteractionChunk, InteractionView } from "./interaction-view.ts";

const CREATED: InteractionEvent = {
  event_type: "interaction.created",
  interaction: {
    id: "v1_a",
    model: "gemini-3.6-flash",
    object: "interaction",
    status: "in_progress",
  },
};
const started = (index: number, type: string, more = {}): InteractionEvent => ({
  event_type: "step.start",
  index,
  step: { type, ...more },
});
const said = (index: number, text: string): InteractionEvent => ({
  event_type: "step.delta",
  index,
  delta: { type: "text", text },
});
const stopped = (index: number): InteractionEvent => ({ event_type: "step.stop", index });
const completed = (status = "completed", more = {}): InteractionEvent => ({
  event_type: "interaction.completed",
  interaction: { id: "v1_a", status, ...more },
});

const BODY: InteractionEvent[] = [
  CREATED,
  started(0, "thought"),
  {
    event_type: "step.delta",
    index: 0,
    delta: { type: "thought_summary", content: { type: "text", text: "Hm." } },
  },
  {
    event_type: "step.delta",
    index: 0,
    delta: { type: "thought_signature", signature: "c2ln" },
  },
  stopped(0),
  started(1, "model_output"),
  said(1, "One "),
  said(1, "two "),
  said(1, "three."),
  stopped(1),
  started(2, "function_call", { id: "fc_1", name: "add", arguments: {} }),
  {
    event_type: "step.delta",
    index: 2,
    delta: { type: "arguments_delta", arguments: '{"x":1' },
  },
  { event_type: "step.delta", index: 2, delta: { type: "arguments_delta", arguments: "}" } },
  stopped(2),
  completed("requires_action", {
    usage: { total_input_tokens: 3, total_output_tokens: 5, total_tokens: 8 },
  }),
];

function read(view: InteractionView, events: readonly InteractionEvent[]): InteractionChunk[] {
  return events.flatMap((event) => view.read(event) ?? []);
}

function parts(chunks: readonly InteractionChunk[]) {
  return chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
}

const WHOLE = parts(read(new InteractionView(), BODY));

test("steps become parts: thoughts, text, and calls that are whole", () => {
  assert.deepEqual(WHOLE, [
    { text: "Hm.", thought: true },
    { text: "", thought: true, thoughtSignature: "c2ln" },
    { text: "One " },
    { text: "two " },
    { text: "three." },
    { functionCall: { id: "fc_1", name: "add", args: { x: 1 } } },
  ]);
});

test("every event reaches the reader once, in the form it came", () => {
  const chunks = read(new InteractionView(), BODY);
  assert.deepEqual(
    chunks.map(({ interactionEvent }) => interactionEvent),
    BODY,
  );
});

test("the last event says how it ended, and what it cost", () => {
  const last = read(new InteractionView(), BODY).at(-1);
  assert.equal(last?.candidates?.[0]?.finishReason, "STOP");
  assert.equal(last?.responseId, "v1_a");
  assert.deepEqual(last?.usageMetadata, {
    promptTokenCount: 3,
    candidatesTokenCount: 5,
    totalTokenCount: 8,
  });
});

for (const [status, finish] of [
  ["completed", "STOP"],
  ["requires_action", "STOP"],
  ["incomplete", "MAX_TOKENS"],
  ["budget_exceeded", "MAX_TOKENS"],
  ["requires_continuation", "CONTINUATION"],
  ["something_new", "SOMETHING_NEW"],
  ["in_progress", undefined],
] as const) {
  test(`status ${status} is finish reason ${finish}`, () => {
    const chunk = new InteractionView().read(completed(status));
    assert.equal(chunk?.candidates?.[0]?.finishReason, finish);
  });
}

test("failed and cancelled are errors, in the server's words where it has some", () => {
  const errors = [{ code: "api_error", message: "Boom." }];
  const view = () => new InteractionView();
  assert.deepEqual(view().read(completed("failed", { errors }))?.error, errors[0]);
  assert.equal(view().read(completed("failed"))?.error?.code, "interaction_failed");
  assert.equal(view().read(completed("cancelled"))?.error?.code, "interaction_cancelled");
});

test("a body that tells everything again, in other pieces, yields only what is new", () => {
  const pieces = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 12 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: BODY.length }), pieces, (cut, sizes) => {
      const view = new InteractionView();
      const first = read(view, BODY.slice(0, cut));
      view.again("start");
      const again = BODY.flatMap((event) => resliced(event, sizes));
      const second = read(view, again);
      assert.equal(view.diverged, false);
      const all = [...parts(first), ...parts(second)];
      assert.deepEqual(joined(all), joined(WHOLE));
    }),
  );
});

/** The same text in other pieces. */
function resliced(event: InteractionEvent, sizes: readonly number[]): InteractionEvent[] {
  const { delta, index = 0 } = event;
  if (delta?.type !== "text") return [event];
  let rest = delta.text ?? "";
  const events: InteractionEvent[] = [];
  for (const size of sizes) {
    if (rest === "") break;
    events.push(said(index, rest.slice(0, size)));
    rest = rest.slice(size);
  }
  return rest === "" ? events : [...events, said(index, rest)];
}

function joined(all: readonly { text?: string; thought?: boolean }[]) {
  const text = all.map((part) => (part.thought ? "" : (part.text ?? ""))).join("");
  return { text, others: all.filter((part) => part.thought || part.text === undefined) };
}

test("a body that tells something else shows that it strays", () => {
  const view = new InteractionView();
  read(view, BODY.slice(0, 8));
  view.again("start");
  read(view, [CREATED, started(1, "model_output"), said(1, "One more")]);
  assert.equal(view.diverged, true);
});

test("a server that begins anew although asked to go on is not believed to be new", () => {
  const view = new InteractionView();
  const named = BODY.map((event, i) => ({ ...event, event_id: `e${i}` }));
  const first = read(view, named.slice(0, 8));
  assert.equal(view.eventId, "e7");
  view.again("event");
  const second = read(view, named);
  assert.deepEqual(joined([...parts(first), ...parts(second)]), joined(WHOLE));
});

test("the whole resource completes what was told in part, a call cut in its arguments too", () => {
  for (let cut = 0; cut <= BODY.length; cut += 1) {
    const view = new InteractionView();
    const first = read(view, BODY.slice(0, cut));
    const second = view.readWhole({
      id: "v1_a",
      status: "requires_action",
      steps: [
        { type: "user_input", content: [{ type: "text", text: "Go on" }] },
        { type: "thought", summary: [{ type: "text", text: "Hm." }], signature: "c2ln" },
        { type: "model_output", content: [{ type: "text", text: "One two three." }] },
        { type: "function_call", id: "fc_1", name: "add", arguments: { x: 1 } },
      ],
    });
    assert.deepEqual(joined([...parts(first), ...parts(second)]), joined(WHOLE), `cut at ${cut}`);
  }
});

test("text and signature in a step's start are told", () => {
  const view = new InteractionView();
  const content = [{ type: "text", text: "At once" }];
  const chunks = read(view, [CREATED, started(0, "model_output", { content }), said(0, ", more.")]);
  assert.deepEqual(parts(chunks), [{ text: "At once" }, { text: ", more." }]);
});

test("arguments that are no JSON are an error, not a call", () => {
  const view = new InteractionView();
  const chunks = read(view, [...BODY.slice(0, 12), stopped(2)]);
  assert.equal(chunks.at(-1)?.error?.code, "malformed_function_call");
});

test("pictures, code, tools and citations pass through", () => {
  const chunks = read(new InteractionView(), [
    CREATED,
    started(0, "google_search_call", { id: "s1", arguments: { queries: ["sea"] } }),
    stopped(0),
    started(1, "code_execution_result", { call_id: "c1", result: "42\n" }),
    stopped(1),
    started(2, "model_output"),
    {
      event_type: "step.delta",
      index: 2,
      delta: { type: "image", mime_type: "image/png", data: "AAAA" },
    },
    {
      event_type: "step.delta",
      index: 2,
      delta: {
        type: "text_annotation_delta",
        annotations: [{ type: "url_citation", url: "https://x.test/", end_index: 4 }],
      },
    },
  ]);
  assert.deepEqual(parts(chunks), [
    { toolCall: { toolType: "GOOGLE_SEARCH", args: { queries: ["sea"] }, id: "s1" } },
    { codeExecutionResult: { outcome: "OUTCOME_OK", output: "42\n", id: "c1" } },
    { inlineData: { mimeType: "image/png", data: "AAAA" } },
  ]);
  assert.deepEqual(chunks.at(-1)?.candidates?.[0]?.citationMetadata, {
    citationSources: [{ endIndex: 4, uri: "https://x.test/" }],
  });
});

test("no event and no resource makes it throw, however odd", () => {
  const odd = fc.anything({ maxDepth: 2 });
  const inner = fc.record(
    Object.fromEntries(
      "type,text,data,content,summary,signature,id,name,arguments,annotations,status,errors,usage"
        .split(",")
        .map((name) => [name, odd]),
    ),
    { requiredKeys: [] },
  );
  const types = [...BODY.map(({ event_type }) => event_type), "content.start", "odd"];
  const event = fc.record(
    {
      event_type: fc.constantFrom(...types),
      event_id: odd,
      index: fc.oneof(fc.nat(3), odd),
      step: fc.oneof(inner, odd),
      delta: fc.oneof(inner, odd),
      content: fc.oneof(inner, odd),
      interaction: fc.oneof(inner, odd),
      metadata: odd,
      usage: odd,
      continuation_token: odd,
    },
    { requiredKeys: ["event_type"] },
  );
  fc.assert(
    fc.property(fc.array(event), fc.array(fc.oneof(inner, odd)), (events, steps) => {
      const view = new InteractionView();
      for (const one of events) view.read(one as InteractionEvent);
      view.readWhole({ status: "completed", steps: steps as never });
    }),
    { numRuns: 400 },
  );
});

test("the names of before May 2026 are understood", () => {
  const chunks = read(new InteractionView(), [
    { ...CREATED, event_type: "interaction.start" },
    { event_type: "content.start", index: 0, content: { type: "text" } },
    { event_type: "content.delta", index: 0, delta: { type: "text", text: "Iron" } },
    { event_type: "content.stop", index: 0 },
    { ...completed(), event_type: "interaction.complete" },
  ]);
  assert.deepEqual(parts(chunks), [{ text: "Iron" }]);
  assert.equal(chunks.at(-1)?.candidates?.[0]?.finishReason, "STOP");
});

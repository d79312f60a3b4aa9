// The very bytes of each endpoint and of each framing fault, and that every one of them is read by
// the decoder as the same chunks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Frame, SseDecode } from "../../src/wire/index.ts";
import { chunksIn, MODEL, said, simulated, textIn, truthOf } from "./ask.ts";

const CONTENTS = [said("Tell me 40 words about <tags> & 'quotes'")];

function decoded(body: string): string[] {
  const decoder = new SseDecode();
  const frames: Frame[] = [];
  decoder.push(new TextEncoder().encode(body), frames);
  decoder.end(frames);
  return frames.map((frame) => frame.data);
}

const textOf = (datas: string[]) => textIn(datas.map((data) => JSON.parse(data)));

test("SSE: one line of JSON in the API's own hand, CRLF twice, no other field, no DONE", async () => {
  const { sim, read, ask, clock } = simulated();
  const body = await read({ contents: CONTENTS });
  const events = body.split("\r\n\r\n");
  assert.equal(events.pop(), "");
  for (const event of events) {
    assert.match(event, /^data: \{"candidates": \[\{"content": \{"parts": \[\{"text": "/);
    assert.ok(!/[\r\n]/.test(event));
    assert.match(event, /"role": "model"\},/);
  }
  assert.equal(textIn(chunksIn(body)), truthOf(sim, MODEL, CONTENTS));
  const response = await ask({ contents: CONTENTS });
  await clock.run(response.text());
  const shown = Object.fromEntries(response.headers);
  assert.equal(shown["content-type"], "text/event-stream");
  assert.equal(shown["content-disposition"], "attachment");
  assert.equal(shown.vary, "Origin, X-Origin, Referer");
  assert.equal(shown.server, "scaffolding on HTTPServer2");
  assert.equal(shown["x-content-type-options"], "nosniff");
  assert.equal(shown["x-request-id"], undefined);
});

test("angle brackets in strings are escaped as the API escapes them", async () => {
  const { read } = simulated();
  const generationConfig = { thinkingConfig: { includeThoughts: true } };
  const body = await read({ contents: [said("Compare <a> and <b>")], generationConfig });
  assert.ok(body.includes("Compare \\u003ca\\u003e and"));
  assert.ok(!/[<>]/.test(body));
});

test("without alt=sse: an array, flushed element by element, with the API's separators", async () => {
  const { sim, read, ask } = simulated();
  const body = await read({ contents: CONTENTS }, { query: "" });
  assert.ok(body.startsWith('[{\n  "candidates": [\n'));
  assert.ok(body.endsWith("\n}\n]"));
  const elements = body.split("\n}\n,\r\n{\n").length;
  const chunks = JSON.parse(body);
  assert.equal(chunks.length, elements);
  assert.ok(elements > 2);
  assert.equal(textIn(chunks), truthOf(sim, MODEL, CONTENTS));
  const response = await ask({ contents: CONTENTS }, { query: "" });
  assert.equal(response.headers.get("content-type"), "application/json; charset=UTF-8");
  await response.body?.cancel();
});

test("enums as integers for those who ask for them", async () => {
  const { read } = simulated();
  const query = "?%24alt=json%3Benum-encoding%3Dint";
  const chunks = JSON.parse(await read({ contents: CONTENTS }, { query }));
  assert.equal(chunks.at(-1).candidates[0].finishReason, 1);
});

test("an error before a stream: bare JSON over many lines, labelled as an event stream", async () => {
  const { ask, clock } = simulated();
  const response = await ask({ contents: [] });
  assert.equal(response.status, 400);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  assert.match(
    await clock.run(response.text()),
    /^\{\n {2}"error": \{\n {4}"code": 400,\n[\s\S]*\n\}\n$/,
  );
});

test("an error in array mode is wrapped; of a unary call it is not", async () => {
  const { read, ask } = simulated();
  assert.match(
    await read({ contents: [] }, { query: "" }),
    /^\[\{\n {2}"error": \{\n[\s\S]*\n\}\n\]\n$/,
  );
  const unary = await ask({ contents: [] }, { verb: "generateContent", query: "" });
  assert.equal(unary.headers.get("content-type"), "application/json; charset=UTF-8");
  assert.ok(JSON.parse(await unary.text()).error);
});

const FRAMINGS: [fault: string, looks: RegExp][] = [
  ["lf", /^data: [^\r\n]+\n\ndata: [^\r]*\n\n$/],
  ["cr", /^data: [^\r\n]+\r\rdata: [^\n]*\r\r$/],
  ["event-lines", /^id: 0\r\nevent: message\r\ndata: \{[^\r\n]+\r\n\r\nid: 1\r\n/],
  ["multi-line", /^data: \{\r\ndata: {3}"candidates": \[\r\n/],
  ["no-blank-end", /\}$/],
  ["done", /\r\n\r\ndata: \[DONE\]\n\n$/],
  ["bom", /^\ufeffdata: /],
  ["comments", /^: keep-alive\r\n\r\ndata: [^\r\n]+\r\n\r\n: keep-alive/],
];
for (const [fault, looks] of FRAMINGS) {
  test(`${fault}: looks so, and says the same`, async () => {
    const { sim, ask, clock } = simulated({ scenario: fault });
    const response = await ask({ contents: CONTENTS });
    const bytes = new Uint8Array(await clock.run(response.arrayBuffer()));
    const body = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    assert.match(body, looks);
    const datas = decoded(body).filter((data) => data !== "[DONE]");
    assert.equal(textOf(datas), truthOf(sim, MODEL, CONTENTS));
  });
}

test("OpenAI's form: keys in order, role in each delta, no finish_reason before the end, DONE", async () => {
  const { sim, get, clock } = simulated();
  const response = await get("/v1beta/openai/chat/completions", {
    method: "POST",
    headers: { authorization: "Bearer abc" },
    body: JSON.stringify({
      model: MODEL,
      stream: true,
      messages: [{ role: "user", content: "Forty words, please: 40 words" }],
    }),
  });
  const body = await clock.run(response.text());
  assert.ok(body.endsWith("\n\ndata: [DONE]\n\n"));
  const events = body.split("\n\n").slice(0, -2);
  for (const [i, event] of events.entries()) {
    assert.match(event, /^data: \{"choices":\[\{"delta":\{("content":"|"role")/);
    assert.match(event, /"object":"chat\.completion\.chunk","usage":\{"completion_tokens":/);
    assert.equal(event.includes("finish_reason"), i === events.length - 1);
  }
  const deltas = events.map((event) => JSON.parse(event.slice(6)).choices[0].delta);
  const contents = [said("Forty words, please: 40 words")];
  assert.equal(deltas.map((one) => one.content ?? "").join(""), truthOf(sim, MODEL, contents));
  assert.ok(deltas.every((one) => one.role === "assistant"));
});

// Answers that are no plain text, and the habits by which models differ.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chunksIn, finishIn, MODEL, said, simulated, textIn, truthOf } from "./ask.ts";

const CONTENTS = [said("Tell me 60 words about rivers")];
const WEATHER = {
  name: "get_weather",
  parameters: {
    type: "OBJECT",
    properties: {
      city: { type: "STRING" },
      days: { type: "INTEGER", minimum: 1, maximum: 3 },
      unit: { type: "STRING", enum: ["C", "F"] },
    },
    required: ["city"],
  },
};
const TIME = { name: "get_time", parametersJsonSchema: { type: "object", properties: {} } };
const TOOLS = [{ functionDeclarations: [WEATHER, TIME] }];

const VERTEX = "/v1beta1/projects/p/locations/us-central1/publishers/google/models";
const call = { functionCall: { name: "get_weather", args: {} } };
const signed = { ...call, thoughtSignature: "c2ln" };
const reply = { functionResponse: { name: "get_weather", response: {} } };

test("calls the function that is named, with arguments that fit", async () => {
  const { read } = simulated();
  const chunks = chunksIn(await read({ contents: [said("How is the weather?")], tools: TOOLS }));
  const part = chunks[0]?.candidates?.[0]?.content?.parts?.[0];
  const args = part?.functionCall?.args as { city: unknown; days: number; unit: string };
  assert.equal(part?.functionCall?.name, "get_weather");
  assert.ok(part?.functionCall?.id && part.thoughtSignature);
  assert.equal(typeof args.city, "string");
  assert.ok(args.days >= 1 && args.days <= 3 && ["C", "F"].includes(args.unit));
  assert.equal(finishIn(chunks), "STOP");
});

test("parallel calls: only the first is signed; older models sign and number none", async () => {
  const { read } = simulated();
  const partsOf = async (model: string) => {
    const body = { contents: [said("Use both tools")], tools: TOOLS };
    const chunks = chunksIn(await read(body, { model }));
    return chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
  };
  const newer = await partsOf("gemini-3.6-flash");
  assert.deepEqual(
    newer.map((part) => !!part.thoughtSignature),
    [true, false],
  );
  assert.deepEqual(
    newer.map((part) => part.functionCall?.name),
    ["get_weather", "get_time"],
  );
  const older = await partsOf("gemini-2.5-flash");
  assert.ok(older.every((part) => !part.thoughtSignature && !part.functionCall?.id));
});

test("a function's answer gets a text; a mode can forbid or demand a call", async () => {
  const { read } = simulated();
  const contents = [
    said("How is the weather?"),
    { role: "model", parts: [signed] },
    { role: "user", parts: [reply] },
  ];
  assert.ok(textIn(chunksIn(await read({ contents, tools: TOOLS }))).length > 40);
  const later = [...contents.slice(0, 1), { role: "model", parts: [call] }, ...contents.slice(2)];
  const unsigned = await read({ contents: [...later, said("the sun", "model"), said("Thanks.")] });
  assert.ok(textIn(chunksIn(unsigned)).length > 40, "history is not asked for signatures");
  const asked = async (prompt: string, mode: string) => {
    const toolConfig = { functionCallingConfig: { mode } };
    return read({ contents: [said(prompt)], tools: TOOLS, toolConfig });
  };
  assert.ok(!(await asked("How is the weather?", "NONE")).includes("functionCall"));
  assert.ok((await asked("Sing", "ANY")).includes("functionCall"));
});

test("on Vertex arguments may come in pieces, and usage only at the end", async () => {
  const { get, clock } = simulated();
  const stream = async (body: unknown) => {
    const response = await get(`${VERTEX}/gemini-3.6-flash:streamGenerateContent?alt=sse`, {
      method: "POST",
      headers: { authorization: "Bearer abc" },
      body: JSON.stringify(body),
    });
    return clock.run(response.text());
  };
  const toolConfig = { functionCallingConfig: { streamFunctionCallArguments: true } };
  const body = await stream({ contents: [said("weather")], tools: TOOLS, toolConfig });
  const calls = chunksIn(body).flatMap((one) => one.candidates?.[0]?.content?.parts ?? []);
  assert.equal(calls[0]?.functionCall?.willContinue, true);
  assert.ok(calls.some((part) => part.functionCall?.partialArgs));
  assert.deepEqual(calls.at(-1)?.functionCall, {});
  const text = await stream({ contents: CONTENTS });
  assert.match(text, /"content": \{"role": "model","parts"/);
  const usages = chunksIn(text).map((chunk) => Object.keys(chunk.usageMetadata ?? {}));
  assert.deepEqual(usages[0], ["trafficType"]);
  assert.ok(usages.at(-1)?.includes("totalTokenCount"));
});

test("documents satisfy their schema and are streamed in pieces", async () => {
  const { read } = simulated();
  const responseJsonSchema = {
    type: "object",
    properties: {
      id: { type: "string", format: "uuid" },
      tags: { type: "array", items: { enum: ["a", "b"] }, minItems: 2, maxItems: 2 },
      score: { type: "number", minimum: 0, maximum: 1 },
      child: { $ref: "#/$defs/child" },
      none: { type: ["string", "null"] },
    },
    $defs: { child: { type: "object", properties: { n: { type: "integer" } } } },
  };
  const generationConfig = { responseMimeType: "application/json", responseJsonSchema };
  const chunks = chunksIn(await read({ contents: CONTENTS, generationConfig }));
  assert.ok(chunks.length > 3);
  const made = JSON.parse(textIn(chunks));
  assert.match(made.id, /^[0-9a-f-]{36}$/);
  assert.equal(made.tags.length, 2);
  assert.ok(made.score >= 0 && made.score <= 1 && Number.isInteger(made.child.n));
});

test("habits: thoughts, signatures, two STOPs, shrinking prompts, missing indexes", async () => {
  const { read } = simulated();
  const generationConfig = { thinkingConfig: { includeThoughts: true } };
  const thinking = chunksIn(await read({ contents: CONTENTS, generationConfig }));
  const first = thinking[0]?.candidates?.[0]?.content?.parts?.[0];
  assert.equal(first?.thought, true);
  assert.ok((thinking.at(-1)?.usageMetadata?.thoughtsTokenCount ?? 0) > 0);
  const last = thinking.at(-1)?.candidates?.[0]?.content?.parts?.[0];
  assert.ok(last?.text === "" && last.thoughtSignature);
  const model = "gemini-2.5-flash";
  const coded = chunksIn(
    await read({ contents: CONTENTS, tools: [{ codeExecution: {} }] }, { model }),
  );
  const stops = coded.filter((chunk) => chunk.candidates?.[0]?.finishReason === "STOP");
  assert.equal(stops.length, 2);
  assert.notEqual(coded.indexOf(stops[0] as never), coded.length - 1);
  const old = chunksIn(await read({ contents: CONTENTS }, { model: "gemini-2.0-flash" }));
  const prompts = old.map((chunk) => chunk.usageMetadata?.promptTokenCount ?? 0);
  assert.ok((prompts[0] as number) > (prompts.at(-1) as number));
  assert.equal(old[0]?.candidates?.[0]?.index, undefined);
});

test("limits: output tokens, stop sequences, several candidates, blocked prompts, pictures", async () => {
  const { sim, read } = simulated();
  const config = (generationConfig: Record<string, unknown>) => ({
    contents: CONTENTS,
    generationConfig,
  });
  const short = chunksIn(await read(config({ maxOutputTokens: 5 })));
  assert.equal(finishIn(short), "MAX_TOKENS");
  assert.equal(textIn(short).length, 20);
  assert.equal(sim.truth(MODEL, config({ maxOutputTokens: 5 })), textIn(short));
  const truth = truthOf(sim, MODEL, CONTENTS);
  const stop = truth.slice(50, 58);
  const stopped = chunksIn(await read(config({ stopSequences: [stop] })));
  assert.equal(textIn(stopped), truth.slice(0, truth.indexOf(stop)));
  const several = chunksIn(await read(config({ candidateCount: 2 })));
  assert.equal(textIn(several, 0), truth);
  assert.ok(textIn(several, 1).length > 50 && textIn(several, 1) !== truth);
  assert.deepEqual(
    several.slice(0, 2).map((one) => one.candidates?.[0]?.index),
    [0, 1],
  );
  const blocked = chunksIn(await read({ contents: [said("say [[blocked]]")] }));
  assert.equal(blocked.length, 1);
  assert.ok(blocked[0]?.promptFeedback?.blockReason && !blocked[0].candidates);
  const drawn = await read({ contents: CONTENTS }, { model: "gemini-2.5-flash-image" });
  const image = chunksIn(drawn).at(-1)?.candidates?.[0]?.content?.parts?.[0]?.inlineData;
  assert.equal(atob(image?.data ?? "").slice(1, 4), "PNG");
});

test("a unary answer is the streamed one in one piece, snake_case or not", async () => {
  const { sim, ask } = simulated();
  const body = { contents: CONTENTS, generation_config: { candidate_count: 2 } };
  const response = await ask(body, { verb: "generateContent", query: "" });
  const answer = (await response.json()) as { candidates: unknown[] };
  assert.equal(textIn([answer as never]), truthOf(sim, MODEL, CONTENTS));
  assert.equal(answer.candidates.length, 2);
});

test("models of your own, in place of the usual or beside them", async () => {
  const models = [{ name: "gemini-3.6-flash", prefill: true }, { name: "house-model" }];
  const { ask } = simulated({ models });
  const prefilled = await ask({ contents: [said("x"), said("y", "model")] });
  assert.equal(prefilled.status, 200);
  assert.equal((await ask({ contents: CONTENTS }, { model: "house-model" })).status, 200);
});

test("the same seed says the same, another seed another thing", async () => {
  const bodies = await Promise.all(
    [1, 1, 2].map((seed) => simulated({ seed }).read({ contents: CONTENTS })),
  );
  assert.equal(bodies[0], bodies[1]);
  assert.notEqual(bodies[0], bodies[2]);
});

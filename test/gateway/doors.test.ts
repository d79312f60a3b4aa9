// The gateway's doors, with the clients people use, over sockets.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createGoogle } from "@ai-sdk/google";
import { GoogleGenAI } from "@google/genai";
import { generateText, streamText } from "ai";
import { GoogleGenAI as GoogleGenAI2 } from "genai-2";
import OpenAI from "openai";
import { host } from "./host.ts";

const MODEL = "gemini-3.6-flash";
const PROMPT = "Write a story about a brave knight";
const made = await host();
after(() => made.close());
const truth = made.sim.truth(MODEL, { contents: [{ role: "user", parts: [{ text: PROMPT }] }] });

for (const [name, Client] of [
  ["3.x", GoogleGenAI],
  ["2.x", GoogleGenAI2],
] as const) {
  const ai = new Client({ apiKey: "any", httpOptions: { baseUrl: made.url } });
  test(`@google/genai ${name}: stream, unary, countTokens, embedContent, models`, async () => {
    let text = "";
    for await (const chunk of await ai.models.generateContentStream({
      model: MODEL,
      contents: PROMPT,
    }))
      text += chunk.text ?? "";
    assert.equal(text, truth);
    const whole = await ai.models.generateContent({ model: MODEL, contents: PROMPT });
    assert.equal(whole.text, truth);
    assert.equal(whole.candidates?.[0]?.finishReason, "STOP");
    const { totalTokens } = await ai.models.countTokens({ model: MODEL, contents: PROMPT });
    assert.ok((totalTokens ?? 0) > 0);
    const { embeddings } = await ai.models.embedContent({
      model: "gemini-embedding-001",
      contents: "a",
    });
    assert.ok((embeddings?.[0]?.values?.length ?? 0) > 0);
    const names: string[] = [];
    for await (const model of await ai.models.list()) names.push(model.name ?? "");
    assert.ok(names.includes(`models/${MODEL}`));
  });
}

test("@ai-sdk/google: stream and unary, by generateContent and by Interactions", async () => {
  const google = createGoogle({ apiKey: "any", baseURL: `${made.url}/v1beta` });
  const streamed = streamText({ model: google(MODEL), prompt: PROMPT });
  let text = "";
  for await (const piece of streamed.textStream) text += piece;
  assert.equal(text, truth);
  assert.equal((await generateText({ model: google(MODEL), prompt: PROMPT })).text, truth);
  const model = google.interactions(MODEL);
  assert.equal(await streamText({ model, prompt: PROMPT }).text, truth);
  assert.equal((await generateText({ model, prompt: PROMPT })).text, truth);
});

test("openai: chat and text completions, streamed and whole, and the models", async () => {
  const openai = new OpenAI({ apiKey: "any", baseURL: `${made.url}/v1` });
  const messages = [{ role: "user" as const, content: PROMPT }];
  const streamed = await openai.chat.completions.create({
    model: MODEL,
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let total = 0;
  for await (const chunk of streamed) {
    text += chunk.choices[0]?.delta.content ?? "";
    total = chunk.usage?.total_tokens ?? total;
  }
  assert.equal(text, truth);
  assert.ok(total > 0);
  const whole = await openai.chat.completions.create({ model: MODEL, messages });
  assert.equal(whole.choices[0]?.message.content, truth);
  const older = await openai.completions.create({ model: MODEL, prompt: PROMPT });
  assert.equal(older.choices[0]?.text, truth);
  let olderText = "";
  for await (const piece of await openai.completions.create({
    model: MODEL,
    prompt: PROMPT,
    stream: true,
  }))
    olderText += piece.choices[0]?.text ?? "";
  assert.equal(olderText, truth);
  const ids = (await openai.models.list()).data.map(({ id }) => id);
  assert.ok(ids.includes(MODEL));
});

const TOOLS = ["weather", "time"].map((name) => ({
  type: "function" as const,
  function: {
    name,
    description: `Tells the ${name}`,
    parameters: { type: "object", properties: { city: { type: "string" } } },
  },
}));

test("openai: parallel tools, streamed and whole, and the turn after them", async () => {
  const openai = new OpenAI({ apiKey: "any", baseURL: `${made.url}/v1` });
  const messages = [{ role: "user" as const, content: "Call the weather tool and the time tool" }];
  const whole = await openai.chat.completions.create({ model: MODEL, messages, tools: TOOLS });
  const message = whole.choices[0]?.message;
  assert.equal(whole.choices[0]?.finish_reason, "tool_calls");
  const calls = message?.tool_calls ?? [];
  assert.ok(calls.length >= 1);
  const names: string[] = [];
  let reason: string | null = null;
  const stream = await openai.chat.completions.create({
    model: MODEL,
    messages,
    tools: TOOLS,
    stream: true,
  });
  for await (const { choices } of stream) {
    for (const call of choices[0]?.delta.tool_calls ?? [])
      names[call.index] = call.function?.name ?? "";
    reason = choices[0]?.finish_reason ?? reason;
  }
  assert.equal(reason, "tool_calls");
  assert.deepEqual(
    names,
    calls.map((call) => call.type === "function" && call.function.name),
  );
  const next = await openai.chat.completions.create({
    model: MODEL,
    tools: TOOLS,
    messages: [
      ...messages,
      message as OpenAI.ChatCompletionMessage,
      ...calls.map(({ id }) => ({
        role: "tool" as const,
        tool_call_id: id,
        content: '{"sky":"blue"}',
      })),
    ],
  });
  assert.equal(next.choices[0]?.finish_reason, "stop");
});

test("openai: system, images, JSON mode, n, stop, limits, seed", async () => {
  const openai = new OpenAI({ apiKey: "any", baseURL: `${made.url}/v1` });
  const pixel =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const several = await openai.chat.completions.create({
    model: MODEL,
    n: 2,
    seed: 7,
    stop: ["never-said"],
    messages: [
      { role: "system", content: "Be brief" },
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: { url: `data:image/png;base64,${pixel}` } },
        ],
      },
    ],
  });
  assert.equal(several.choices.length, 2);
  assert.ok(several.choices.every(({ message }) => (message.content ?? "") !== ""));
  const json = await openai.chat.completions.create({
    model: MODEL,
    response_format: { type: "json_object" },
    messages: [{ role: "user", content: "Give me JSON" }],
  });
  assert.ok(typeof JSON.parse(json.choices[0]?.message.content ?? "") === "object");
  const cut = await openai.chat.completions.create({
    model: MODEL,
    max_tokens: 20,
    messages: [{ role: "user", content: PROMPT }],
  });
  assert.equal(cut.choices[0]?.finish_reason, "length");
  const [asked] = made.sim.journal
    .filter(({ path }) => path.includes("streamGenerateContent"))
    .slice(-3);
  assert.ok(asked);
});

test("openai: a refusal of upstream's is an error in its shape, with when to come back", async () => {
  const openai = new OpenAI({ apiKey: "any", baseURL: `${made.url}/v1`, maxRetries: 0 });
  made.sim.addScenario("*: quota_per_day");
  const asking = openai.chat.completions.create({
    model: MODEL,
    messages: [{ role: "user", content: "Hi" }],
  });
  await assert.rejects(asking, (error) => {
    assert.ok(error instanceof OpenAI.APIError);
    assert.deepEqual([error.status, error.code, error.type], [429, "quota_per_day", "quota"]);
    return true;
  });
  made.sim.clearScenarios();
});

test("the array form, and requests in snake_case", async () => {
  const response = await fetch(`${made.url}/v1beta/models/${MODEL}:streamGenerateContent`, {
    method: "POST",
    body: JSON.stringify({
      contents: [{ role: "user", parts: [{ text: PROMPT }] }],
      generation_config: { max_output_tokens: 20 },
      system_instruction: { parts: [{ text: "Be brief" }] },
    }),
  });
  const chunks = (await response.json()) as { candidates?: { finishReason?: string }[] }[];
  assert.equal(chunks.at(-1)?.candidates?.[0]?.finishReason, "MAX_TOKENS");
});

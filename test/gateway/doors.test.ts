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

test("@ai-sdk/google: stream and unary", async () => {
  const google = createGoogle({ apiKey: "any", baseURL: `${made.url}/v1beta` });
  const streamed = streamText({ model: google(MODEL), prompt: PROMPT });
  let text = "";
  for await (const piece of streamed.textStream) text += piece;
  assert.equal(text, truth);
  assert.equal((await generateText({ model: google(MODEL), prompt: PROMPT })).text, truth);
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

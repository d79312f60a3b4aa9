// Requests from one API to the other and back: what can be carried is, and what cannot is named.
import assert from "node:assert/strict";
import { test } from "node:test";
import { toGemini, toInteraction } from "./convert.ts";
import type { GeminiRequest } from "./gemini.ts";
import type { InteractionRequest } from "./interaction.ts";

const CHAT: GeminiRequest = {
  contents: [
    {
      role: "user",
      parts: [{ text: "Look at this" }, { inlineData: { mimeType: "image/png", data: "AA" } }],
    },
    { role: "model", parts: [{ text: "Hm.", thought: true }, { text: "A dot." }] },
    { role: "user", parts: [{ text: "Add 1 and 2" }] },
    {
      role: "model",
      parts: [{ functionCall: { name: "add", args: { x: 1, y: 2 } }, thoughtSignature: "c2ln" }],
    },
    { role: "user", parts: [{ functionResponse: { name: "add", response: { sum: 3 } } }] },
  ],
  systemInstruction: { parts: [{ text: "Be brief." }] },
  generationConfig: {
    maxOutputTokens: 100,
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    seed: 7,
    stopSequences: ["END"],
    candidateCount: 2,
    responseMimeType: "application/json",
    responseSchema: { type: "OBJECT", properties: { sum: { type: "INTEGER" } } },
    thinkingConfig: { includeThoughts: true, thinkingBudget: 100, thinkingLevel: "LOW" },
  },
  tools: [
    {
      functionDeclarations: [
        { name: "add", description: "Adds.", parameters: { type: "OBJECT", properties: {} } },
      ],
    },
    { googleSearch: {} },
    { fileSearch: { fileSearchStoreNames: ["stores/a"] } },
    { enterpriseWebSearch: {} },
  ],
  toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["add"] } },
  safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_ONLY_HIGH" }],
  labels: { team: "sea" },
};

test("a request of generateContent becomes an interaction that is not stored", () => {
  const { request, lost } = toInteraction("models/gemini-3.6-flash", CHAT);
  assert.deepEqual(request, {
    model: "gemini-3.6-flash",
    store: false,
    input: [
      {
        type: "user_input",
        content: [
          { type: "text", text: "Look at this" },
          { type: "image", data: "AA", mime_type: "image/png" },
        ],
      },
      { type: "thought", summary: [{ type: "text", text: "Hm." }] },
      { type: "model_output", content: [{ type: "text", text: "A dot." }] },
      { type: "user_input", content: [{ type: "text", text: "Add 1 and 2" }] },
      { type: "thought", signature: "c2ln" },
      { type: "function_call", id: "call_1", name: "add", arguments: { x: 1, y: 2 } },
      { type: "function_result", call_id: "call_1", name: "add", result: { sum: 3 } },
    ],
    system_instruction: "Be brief.",
    generation_config: {
      max_output_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      seed: 7,
      stop_sequences: ["END"],
      thinking_summaries: "auto",
      thinking_level: "low",
      tool_choice: { allowed_tools: { mode: "any", tools: ["add"] } },
    },
    response_format: {
      type: "text",
      mime_type: "application/json",
      schema: { type: "object", properties: { sum: { type: "integer" } } },
    },
    tools: [
      {
        type: "function",
        name: "add",
        description: "Adds.",
        parameters: { type: "object", properties: {} },
      },
      { type: "google_search" },
      { type: "file_search", file_search_store_names: ["stores/a"] },
    ],
    safety_settings: [{ type: "harassment", threshold: "block_only_high" }],
    labels: { team: "sea" },
  });
  assert.deepEqual(
    lost.map(({ path }) => path),
    [
      "generationConfig.thinkingConfig.thinkingBudget",
      "generationConfig.topK",
      "generationConfig.candidateCount",
      "tools[3].enterpriseWebSearch",
    ],
  );
});

test("and comes back the same, but for what was lost", () => {
  const { request } = toGemini(toInteraction("gemini-3.6-flash", CHAT).request);
  const { topK, candidateCount, responseSchema, thinkingConfig, ...config } =
    CHAT.generationConfig ?? {};
  assert.deepEqual(request.generationConfig, {
    ...config,
    responseJsonSchema: { type: "object", properties: { sum: { type: "integer" } } },
    thinkingConfig: { includeThoughts: true, thinkingLevel: "LOW" },
  });
  assert.deepEqual(request.toolConfig, CHAT.toolConfig);
  assert.deepEqual(request.safetySettings, CHAT.safetySettings);
  assert.deepEqual(request.systemInstruction, CHAT.systemInstruction);
  assert.deepEqual(request.contents.slice(0, 3), CHAT.contents.slice(0, 3));
  assert.deepEqual(
    request.contents.map(({ role }) => role),
    ["user", "model", "user", "model", "user"],
  );
  assert.deepEqual(request.contents[4]?.parts?.[0]?.functionResponse, {
    id: "call_1",
    name: "add",
    response: { sum: 3 },
  });
});

test("a single text stays a single text", () => {
  const { request, lost } = toInteraction("m", {
    contents: [{ role: "user", parts: [{ text: "Hi" }] }],
  });
  assert.deepEqual(request, { model: "m", input: "Hi", store: false });
  assert.deepEqual(lost, []);
  assert.deepEqual(toGemini({ model: "m", input: "Hi" }).request, {
    contents: [{ role: "user", parts: [{ text: "Hi" }] }],
  });
});

test("what lives at Google cannot be sent along, and is named", () => {
  const from: InteractionRequest = {
    model: "m",
    input: "Go on",
    store: true,
    background: true,
    previous_interaction_id: "v1_a",
    continuation_token: "abc",
    tools: [{ type: "mcp_server", url: "https://x.test/" }],
    response_format: { type: "image", aspect_ratio: "1:1" },
    webhook_config: {},
  };
  const { lost } = toGemini(from);
  assert.deepEqual(lost.map(({ path }) => path).sort(), [
    "background",
    "continuation_token",
    "previous_interaction_id",
    "response_format",
    "store",
    "tools[0]",
    "webhook_config",
  ]);
  assert.ok(lost.every(({ why }) => why.endsWith(".")));
});

test("turns with a role, as before May 2026, are understood", () => {
  const input = [
    { role: "user", content: [{ type: "text", text: "Hi" }] },
    { role: "model", content: "Hello" },
  ];
  const { request } = toGemini({ model: "m", input: input as never });
  assert.deepEqual(request.contents, [
    { role: "user", parts: [{ text: "Hi" }] },
    { role: "model", parts: [{ text: "Hello" }] },
  ]);
});

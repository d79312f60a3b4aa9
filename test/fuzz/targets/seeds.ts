// What inputs are made from: small, true to the wire, one of each kind.

const utf8 = new TextEncoder();

const chunk = (text: string, more: object = {}) => ({
  candidates: [{ content: { parts: [{ text }], role: "model" }, index: 0, ...more }],
  usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 9, totalTokenCount: 13 },
  modelVersion: "gemini-3.6-flash",
  responseId: "r1",
});

export const CHUNKS = [
  chunk("Once upon a time, é漢🙂 "),
  chunk("there was a knight."),
  chunk("", { finishReason: "STOP" }),
];

export const ERROR = {
  error: {
    code: 429,
    message: "You exceeded your current quota. Please retry in 34.4s. key=AIzaSyCanary",
    status: "RESOURCE_EXHAUSTED",
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        violations: [
          {
            quotaId: "GenerateRequestsPerMinutePerProjectPerModel",
            quotaMetric: "generate_requests",
            quotaValue: "10",
            quotaDimensions: { model: "gemini-2.5-flash" },
          },
        ],
      },
      { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.4s" },
      { "@type": "google.rpc.ErrorInfo", reason: "RATE_LIMIT_EXCEEDED", metadata: { a: "b" } },
    ],
  },
};

const framed = (end: string) => CHUNKS.map((one) => `data: ${JSON.stringify(one)}${end}`).join("");
const pretty = JSON.stringify(CHUNKS, null, 2);

export const bodies: readonly Uint8Array[] = [
  framed("\r\n\r\n"),
  framed("\n\n"),
  framed("\r\r"),
  `${framed("\r\n\r\n")}${JSON.stringify(ERROR, null, 2)}\n`,
  pretty,
  pretty.replaceAll("\n", "\r\n"),
  `: hold\n\nevent: x\nid: 7\ndata: {\ndata: }\n\ndata: [DONE]\n\n`,
  `\ufeffdata:{"a":1}\n\n${JSON.stringify([ERROR])}`,
  "<!DOCTYPE html><title>502</title>",
].map((text) => utf8.encode(text));

export const INTERACTION = {
  id: "i1",
  object: "interaction",
  status: "completed",
  model: "gemini-3.6-flash",
  steps: [
    { type: "user_input", content: [{ type: "text", text: "Hello" }] },
    { type: "thought", summary: [{ type: "text", text: "I think" }], signature: "s" },
    { type: "model_output", content: [{ type: "text", text: "Hi there" }] },
    { type: "function_call", id: "c1", name: "weather", arguments: { city: "Rome" } },
    { type: "code_execution_call", id: "c2", arguments: { language: "python", code: "1" } },
    { type: "code_execution_result", call_id: "c2", result: "1", is_error: false },
    { type: "google_search_result", call_id: "c3", result: [{ text: "a" }] },
  ],
  usage: { total_input_tokens: 3, total_output_tokens: 5, total_tokens: 8 },
};

const created = { event_type: "interaction.created", interaction: { id: "i1", model: "m" } };
const completed = {
  event_type: "interaction.completed",
  event_id: "e9",
  interaction: { id: "i1", status: "completed", usage: { total_tokens: 8 } },
};

export const EVENTS: readonly unknown[] = [
  [
    created,
    { event_type: "step.start", index: 0, step: { type: "model_output" }, event_id: "e1" },
    { event_type: "step.delta", index: 0, delta: { type: "text", text: "Hi " }, event_id: "e2" },
    { event_type: "step.delta", index: 0, delta: { type: "text", text: "there" } },
    {
      event_type: "step.delta",
      index: 0,
      delta: { type: "text_annotation_delta", annotations: [{ start_index: 0, url: "u" }] },
    },
    { event_type: "step.stop", index: 0 },
    completed,
  ],
  [
    created,
    { event_type: "step.start", index: 0, step: { type: "function_call", name: "f", id: "c" } },
    { event_type: "step.delta", index: 0, delta: { type: "arguments_delta", arguments: '{"a":' } },
    { event_type: "step.delta", index: 0, delta: { type: "arguments_delta", arguments: "1}" } },
    { event_type: "step.stop", index: 0 },
    { event_type: "interaction.status_update", status: "in_progress", continuation_token: "t" },
    completed,
  ],
  [
    { event_type: "interaction.start", interaction: { id: "i1" } },
    { event_type: "content.start", index: 0, content: { type: "text" } },
    {
      event_type: "content.delta",
      index: 0,
      delta: { type: "thought_summary", content: { type: "text", text: "x" } },
    },
    {
      event_type: "content.delta",
      index: 0,
      delta: { type: "image", data: "AA", mime_type: "image/png" },
    },
    { event_type: "content.stop", index: 0 },
    { event_type: "error", error: { code: "rate_limit_exceeded", message: "slow" } },
  ],
];

export const PARTS = [
  { text: "a" },
  { functionCall: { name: "f", id: "1", willContinue: true } },
  {
    functionCall: {
      partialArgs: [
        { jsonPath: "$.a", stringValue: "x", willContinue: true },
        { jsonPath: "$.a", stringValue: "y" },
        { jsonPath: "$.b[0]['c d'].e", numberValue: 1 },
        { jsonPath: "$.c[2]", boolValue: true },
        { jsonPath: "$.d", nullValue: null },
        { jsonPath: "$.e" },
      ],
      willContinue: true,
    },
  },
  { functionCall: {} },
  { functionCall: { name: "g", args: { a: 1 } } },
];

export const REQUEST = {
  contents: [
    {
      role: "user",
      parts: [{ text: "Hi" }, { inlineData: { mimeType: "image/png", data: "AA" } }],
    },
    { role: "model", parts: [{ functionCall: { name: "f", args: {} } }] },
    { role: "user", parts: [{ functionResponse: { name: "f", response: { a: 1 } } }] },
    { role: "user", parts: [{ fileData: { fileUri: "gs://a/b", mimeType: "audio/mp3" } }] },
  ],
  systemInstruction: { parts: [{ text: "Be brief" }] },
  generation_config: { max_output_tokens: 5 },
  generationConfig: {
    maxOutputTokens: 10,
    temperature: 0.5,
    responseMimeType: "application/json",
    responseSchema: { type: "OBJECT", properties: { a: { type: "STRING" } } },
    responseModalities: ["TEXT"],
    thinkingConfig: { includeThoughts: true, thinkingLevel: "LOW" },
    imageConfig: { aspectRatio: "1:1" },
  },
  tools: [
    { functionDeclarations: [{ name: "f", parameters: { type: "OBJECT" } }] },
    { googleSearch: {} },
  ],
  toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["f"] } },
  safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }],
};

export const TURNS: readonly unknown[] = [
  {
    model: "m",
    input: [{ type: "user_input", content: [{ type: "text", text: "a" }] }, ...INTERACTION.steps],
    generation_config: {
      temperature: 1,
      thinking_level: "low",
      tool_choice: { allowed_tools: { mode: "any", tools: ["f"] } },
    },
    tools: [{ type: "function", name: "f", parameters: {} }, { type: "google_search" }],
    response_format: [{ type: "text", mime_type: "application/json", schema: {} }],
    safety_settings: [{ type: "harassment", threshold: "block_none" }],
  },
  {
    model: "m",
    input: [
      { role: "user", content: "a" },
      { role: "model", content: "b" },
    ],
  },
  { model: "m", input: "a" },
];

export const OPENAI = {
  model: "gemini-3.6-flash",
  stream: true,
  messages: [
    { role: "system", content: "Be brief" },
    {
      role: "user",
      content: [
        { type: "text", text: "Hi" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
        { type: "input_audio", input_audio: { data: "AA", format: "wav" } },
      ],
    },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: '{"a":1}' } }],
    },
    { role: "tool", tool_call_id: "c1", content: '{"b":2}' },
  ],
  tools: [{ type: "function", function: { name: "f", description: "d", parameters: {} } }],
  tool_choice: { type: "function", function: { name: "f" } },
  response_format: { type: "json_schema", json_schema: { name: "n", schema: {} } },
  stop: ["x"],
  n: 2,
  max_tokens: 10,
  reasoning_effort: "low",
  extra_body: { google: { thinking_config: { thinking_budget: 1 } } },
};

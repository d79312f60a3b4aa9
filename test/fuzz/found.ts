// What the search has found, small: each of these once broke its target. As bytes, the text is latin1.

const deep = `${'{"a":'.repeat(400)}1${"}".repeat(400)}`;
const POISON = { toString: null, valueOf: null };

export const FOUND: Readonly<Record<string, readonly unknown[]>> = {
  "sse-decode": [
    // Damage after what is no frame; a legal replacement character before damage.
    "idÓdata: {\n\ndÚ: [DONE]\n\n",
    'data: {"a":"\u00ef\u00bf\u00bd"}\n\ndata: {"b":1}\n\ndata: \u00ff\n\n',
    // A line's end that a packet parts, inside of JSON; JSON that follows JSON, with space before it.
    '[\r\n{\r\n"a":1\r\n}\r\n]\r\n',
    '{""""}\n {\n',
    // Too large, and then JSON; lines of data with nothing in them.
    `data: ${"x".repeat(80)}\n{"a":1}\n`,
    "data:\n".repeat(100),
  ],
  "json-scan": ['{"a":"\\\\\\""}', '["\\\\","\\"{"]{"b":1}'],
  "interaction-whole": [
    { steps: [{ type: "code_execution_call", arguments: { language: POISON, code: POISON } }] },
    { steps: [], status: "constructor" },
    { steps: [{ type: "code_execution_result", result: [{ text: POISON }] }] },
  ],
  "partial-args": [
    [{ functionCall: { name: "f", partialArgs: [{ jsonPath: {} }], willContinue: true } }],
    [null, { functionCall: { name: "f", willContinue: true, partialArgs: { length: 1 } } }],
    [
      {
        functionCall: {
          name: "f",
          partialArgs: [{ jsonPath: "$[100000][100000]", numberValue: 1 }],
        },
      },
    ],
    [
      {
        functionCall: {
          name: "f",
          partialArgs: [
            { jsonPath: "$.a", stringValue: "x" },
            { jsonPath: "$.a", stringValue: [POISON] },
          ],
        },
      },
    ],
  ],
  convert: [{ contents: 1 }, { contents: [null] }, { input: [null], tools: [{ type: POISON }] }],
  "openai-request": [
    { messages: [null] },
    { messages: [{ role: "user", content: 5 }] },
    { messages: [{ role: "user", content: "a", tool_calls: {} }] },
    { messages: [{ role: "user", content: "a" }], tools: [null] },
    { messages: [{ role: "user", content: "a" }], tools: [{ function: {} }], tool_choice: null },
    { messages: [{ role: "user", content: "a" }], response_format: { type: 1 } },
    { messages: [{ role: "user", content: [{ image_url: { url: POISON } }] }] },
    { messages: [{ role: "user", content: "a" }], n: POISON },
  ],
  form: [
    [{ candidates: [{ content: { parts: "model" } }] }],
    [{ candidates: "abc" }, { candidates: [{ content: { parts: 0 } }] }],
    [{ candidates: [{ index: 4_294_967_295, content: { parts: [{ text: "a" }] } }] }],
    [{ candidates: [{ finishReason: "constructor", content: { parts: [] } }] }],
    [{ usageMetadata: { candidatesTokenCount: POISON } }, { usageMetadata: JSON.parse(deep) }],
  ],
  "classify-error": [
    { error: { code: "constructor" } },
    { error: { status: "__proto__" } },
    { error: { code: POISON, message: "a" } },
    { error: { code: 429, details: [{ violations: [null, { quotaId: POISON }] }] } },
    { error: { details: [{ retryDelay: { seconds: -5 } }, { retryDelay: { seconds: "x" } }] } },
    { error: { details: [JSON.parse(deep), { metadata: null }] } },
    { error: { status: `AIzaSy${"Fuzz-Key_".repeat(4)}`.slice(0, 39) } },
  ],
  "classify-thrown": [POISON, { message: POISON, cause: POISON }],
  "retry-delay": [`${"1".repeat(300)}s`, `retry in ${"9".repeat(400)}s`, "-5"],
  redact: [
    "Authorization: Bearer corre\u00f0rse[DONE]",
    "Bearer x-goog-api-key: correct-horse",
    "x-goog-api-keyBearer Bearer Bearer ",
    "Authorization: Bearer      corre-horse",
  ],
};

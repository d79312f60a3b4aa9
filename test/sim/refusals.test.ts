// What the API refuses, and in which words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { said, simulated } from "./ask.ts";

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

const BODY = { contents: CONTENTS };
const call = { functionCall: { name: "get_weather", args: {} } };
const signed = { ...call, thoughtSignature: "c2ln" };
const reply = { functionResponse: { name: "get_weather", response: {} } };
const REFUSED: [what: string, body: unknown, message: RegExp][] = [
  ["no JSON", "{oops", /^Invalid JSON payload received\. Unknown syntax/],
  ["no body", "", /Unexpected end of string/],
  ["no contents", {}, /contents is not specified/],
  ["empty contents", { contents: [] }, /contents is not specified/],
  [
    "no parts",
    { contents: [{ role: "user", parts: [] }] },
    /contents\[0\]\.parts.* must not be empty/,
  ],
  ["an empty part", { contents: [{ parts: [{}] }] }, /parts\[0\]\.data: required oneof field/],
  ["a role unknown", { contents: [said("x", "robot")] }, /valid role: user, model/],
  [
    "contents as text",
    { contents: "hello" },
    /^Invalid value at 'contents' \(google\.ai[^)]*Content\), "hello"/,
  ],
  [
    "a field unknown",
    { ...BODY, foo: 1 },
    /^Invalid JSON payload received\. Unknown name "foo": Cannot find field\.$/,
  ],
  [
    "a field unknown in snake_case",
    { ...BODY, generation_config: { top_q: 1 } },
    /Unknown name "top_q" at 'generation_config': Cannot find field\./,
  ],
  [
    "a keyword that schemas lack",
    {
      ...BODY,
      tools: [
        {
          functionDeclarations: [
            {
              ...WEATHER,
              parameters: { type: "OBJECT", properties: { a: { type: "STRING", $schema: "x" } } },
            },
          ],
        },
      ],
    },
    /Unknown name "\$schema" at 'tools\[0\]\.function_declarations\[0\]\.parameters\.properties\[0\]\.value'/,
  ],
  [
    "a number as a word",
    { ...BODY, generationConfig: { maxOutputTokens: "many" } },
    /Invalid value at 'generation_config\.max_output_tokens' \(TYPE_INT32\), "many"/,
  ],
  ["too hot", { ...BODY, generationConfig: { temperature: 3 } }, /range \[0\.0, 2\.0\]/],
  [
    "too many stops",
    { ...BODY, generationConfig: { stopSequences: [..."abcdef"] } },
    /stop sequences \(6\)/,
  ],
  [
    "a call first",
    { contents: [{ role: "model", parts: [signed] }] },
    /function call turn comes immediately after/,
  ],
  [
    "an answer to no call",
    { contents: [said("x"), { role: "user", parts: [reply] }] },
    /function response turn comes immediately after/,
  ],
  [
    "an answer too many",
    {
      contents: [
        said("x"),
        { role: "model", parts: [signed] },
        { role: "user", parts: [reply, reply] },
      ],
    },
    /number of function response parts is equal/,
  ],
  [
    "a call without its signature",
    { contents: [said("x"), { role: "model", parts: [call] }, { role: "user", parts: [reply] }] },
    /missing a thought_signature/,
  ],
  ["a model turn last", { contents: [said("x"), said("y", "model")] }, /ending with a model turn/],
  [
    "too much",
    { contents: [said("z".repeat(4_400_000))] },
    /token count \(1100000\) exceeds .* \(1048576\)/,
  ],
];
for (const [what, body, message] of REFUSED) {
  test(`refuses ${what}`, async () => {
    const { ask } = simulated();
    const response = await ask(body, { verb: "generateContent", query: "" });
    assert.equal(response.status, 400);
    const { error } = (await response.json()) as { error: { message: string; status: string } };
    assert.match(error.message, message);
    assert.equal(error.status, "INVALID_ARGUMENT");
  });
}

test("refuses a server timeout under ten seconds", async () => {
  const { ask } = simulated();
  const response = await ask(BODY, { headers: { "x-server-timeout": "5" } });
  assert.match(await response.text(), /Manually set deadline 5s is too short/);
});

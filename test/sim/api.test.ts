// The endpoints as the API answers them: routes, keys, lists, and OpenAI's form of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createSim } from "../../src/sim/index.ts";
import { chunksIn, KEY, MODEL, said, simulated, textIn, truthOf } from "./ask.ts";

const CONTENTS = [said("Tell me 60 words about rivers")];
const VERTEX = "/v1beta1/projects/p/locations/us-central1/publishers/google/models";
const PATHS = [
  `/v1/models/${MODEL}:streamGenerateContent`,
  `/v1beta/models/${MODEL}:streamGenerateContent`,
  `/v1alpha/models/${MODEL}:streamGenerateContent`,
  `/v1beta1/models/${MODEL}:streamGenerateContent`,
  `/models/${MODEL}:streamGenerateContent`,
  `/v1beta/models/${MODEL}%3AstreamGenerateContent`,
  `/v1beta/tunedModels/${MODEL}:streamGenerateContent`,
  `/some/gateway/v1/models/${MODEL}:streamGenerateContent`,
  `/v1beta1/publishers/google/models/${MODEL}:streamGenerateContent`,
  `${VERTEX}/${MODEL}:streamGenerateContent`,
];
for (const path of PATHS) {
  test(`answers at ${path}`, async () => {
    const { sim, get, clock } = simulated();
    const headers = { authorization: "Bearer abc" };
    const body = JSON.stringify({ contents: CONTENTS });
    const response = await get(`${path}?alt=sse`, { method: "POST", headers, body });
    assert.equal(response.status, 200);
    const chunks = chunksIn(await clock.run(response.text()));
    assert.equal(textIn(chunks), truthOf(sim, MODEL, CONTENTS));
  });
}

test("a path that is none gets the robot's page", async () => {
  const { get } = simulated();
  for (const path of ["/v9/models", "/v1beta/models/x:doNothing", "/", "/v1beta/models/%ZZ:a"]) {
    const response = await get(path);
    assert.equal(response.status, 404, path);
    assert.match(response.headers.get("content-type") ?? "", /html/);
    assert.match(await response.text(), /That’s all we know/);
  }
});

test("keys: in the header, the query or as a bearer; what their names say of them", async () => {
  const { get } = simulated();
  const status = async (path: string, headers: Record<string, string>) => {
    const response = await get(path, { headers });
    const { error } = (await response.json()) as { error?: { status: string; message: string } };
    return [response.status, error?.status];
  };
  const list = "/v1beta/models";
  assert.deepEqual(await status(list, { "x-goog-api-key": KEY }), [200, undefined]);
  assert.deepEqual(await status(`${list}?key=${KEY}`, {}), [200, undefined]);
  assert.deepEqual(await status(list, { authorization: `Bearer ${KEY}` }), [200, undefined]);
  assert.deepEqual(await status(list, {}), [403, "PERMISSION_DENIED"]);
  for (const [key, code, word] of [
    ["an-invalid-key", 400, "INVALID_ARGUMENT"],
    ["an-expired-key", 400, "INVALID_ARGUMENT"],
    ["a-leaked-key", 403, "PERMISSION_DENIED"],
    ["a-suspended-key", 403, "PERMISSION_DENIED"],
  ] as const)
    assert.deepEqual(await status(list, { "x-goog-api-key": key }), [code, word]);
  const vertex = `${VERTEX}/${MODEL}:generateContent`;
  assert.deepEqual(await status(vertex, { "x-goog-api-key": KEY }), [401, "UNAUTHENTICATED"]);
  const listed = createSim({ keys: ["only-this"] });
  const ask = (key: string) =>
    listed.fetch(`https://x.test${list}`, { headers: { "x-goog-api-key": key } });
  assert.deepEqual([(await ask("only-this")).status, (await ask("other")).status], [200, 400]);
  const open = createSim({ keys: false });
  assert.equal((await open.fetch(`https://x.test${list}`)).status, 200);
});

const BODY = { contents: CONTENTS };

test("models that are gone, unknown, or of another kind", async () => {
  const { ask } = simulated();
  const message = async (model: string, verb: string, version = "/v1beta") => {
    const response = await ask(BODY, { model, verb, version, query: "" });
    assert.equal(response.status, 404);
    return ((await response.json()) as { error: { message: string } }).error.message;
  };
  assert.match(await message("gemini-1.5-flash", "generateContent"), /is no longer available/);
  const unknown =
    /models\/gemini-nope is not found for API version v1, or is not supported for generateContent/;
  assert.match(await message("gemini-nope", "generateContent", "/v1"), unknown);
  assert.match(await message("gemini-embedding-001", "generateContent"), /is not supported for/);
  assert.match(await message(MODEL, "embedContent"), /is not supported for embedContent/);
});

test("lists models in pages, and shows one", async () => {
  const { get } = simulated();
  const names: string[] = [];
  let token = "";
  for (let pages = 0; pages < 20; pages += 1) {
    const response = await get(`/v1beta/models?pageSize=4${token && `&pageToken=${token}`}`);
    const page = (await response.json()) as { models: { name: string }[]; nextPageToken?: string };
    names.push(...page.models.map(({ name }) => name));
    token = page.nextPageToken ?? "";
    if (!token) break;
  }
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.includes(`models/${MODEL}`) && names.includes("models/gemini-4-argon"));
  assert.ok(!names.includes("models/gemini-1.5-flash"));
  const one = (await (await get(`/v1beta/models/${MODEL}`)).json()) as Record<string, unknown>;
  assert.equal(one.displayName, "Gemini 3.6 Flash");
});

test("counts tokens and embeds", async () => {
  const { ask } = simulated();
  const counted = await ask(BODY, { verb: "countTokens", query: "" });
  const { totalTokens } = (await counted.json()) as { totalTokens: number };
  assert.ok(totalTokens > 5);
  const content = { parts: [{ text: "river" }] };
  const how = { model: "gemini-embedding-001", verb: "embedContent", query: "" };
  const first = (await (await ask({ content }, how)).json()) as { embedding: { values: number[] } };
  assert.equal(first.embedding.values.length, 64);
});

test("OpenAI's tools: a call with a signature to send back, and an answer after it", async () => {
  const { get } = simulated();
  const tools = [
    {
      type: "function",
      function: {
        name: "get_weather",
        parameters: { type: "object", properties: { city: { type: "string" } } },
      },
    },
  ];
  const post = async (messages: unknown[]) => {
    const response = await get("/v1beta/openai/chat/completions", {
      method: "POST",
      headers: { authorization: "Bearer abc" },
      body: JSON.stringify({ model: MODEL, messages, tools }),
    });
    return (await response.json()) as {
      choices: { message: Record<string, unknown>; finish_reason: string }[];
    };
  };
  const asked = [{ role: "user", content: "weather?" }];
  const [choice] = (await post(asked)).choices;
  assert.equal(choice?.finish_reason, "tool_calls");
  assert.ok(choice);
  const [made] = choice.message.tool_calls as { id: string; extra_content: unknown }[];
  assert.ok(made?.extra_content);
  const answered = [
    ...asked,
    choice?.message,
    { role: "tool", tool_call_id: made?.id, content: "sun" },
  ];
  const [final] = (await post(answered)).choices;
  assert.equal(final?.finish_reason, "stop");
  const models = (await (await get("/v1beta/openai/models")).json()) as { object: string };
  assert.equal(models.object, "list");
});

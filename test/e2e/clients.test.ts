// The official clients against the simulator over a socket: first as they are, to show that the
// simulator breaks them as the real API does; then with `resilientFetch`, and the break is mended.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { GoogleGenAI as GenAi3 } from "@google/genai";
import { generateText, streamText } from "ai";
import { GoogleGenAI as GenAi2 } from "genai-2";
import OpenAI from "openai";
import { resilientFetch, systemClock } from "../../src/core/index.ts";
import { type Listening, listen } from "../../src/node/index.ts";
import { createSim } from "../../src/sim/index.ts";

const KEY = "AIzaCanaryKeyForTests0000000000000000000";
/** Without chance, waits are as short as they can be. */
const clock = { ...systemClock, random: () => 0 };
const MODEL = "gemini-3.6-flash";
const PROMPT = "Write a story about a brave knight in 60 words";

const sim = createSim();
let server: Listening;

before(async () => {
  server = await listen(sim.serve);
});
after(() => server.close());

const truth = () => sim.truth(MODEL, { contents: [{ role: "user", parts: [{ text: PROMPT }] }] });

/** One call of a client: its text, or what it threw. */
interface Result {
  text: string;
  error?: { name: string; message: string; status?: number | undefined };
  finish?: string | undefined;
  chunks: number;
}

type Client = (scenario: string, fetch?: typeof globalThis.fetch) => Promise<Result>;

function failed(result: Result, error: unknown): Result {
  const { name, message, status, statusCode } = error as Error & {
    status?: number;
    statusCode?: number;
  };
  return { ...result, error: { name, message, status: status ?? statusCode } };
}

/** Each test is a stream of its own to the simulator's count of attempts. */
let streams = 0;
const headersFor = (scenario: string) => ({ "x-sim": scenario, "x-sim-stream": `s${++streams}` });

const genai =
  (Sdk: typeof GenAi3 | typeof GenAi2): Client =>
  async (scenario, fetch) => {
    const httpOptions = {
      baseUrl: server.url,
      headers: headersFor(scenario),
      ...(fetch && { fetch }),
    };
    const ai = new Sdk({ apiKey: KEY, httpOptions } as never);
    const result: Result = { text: "", chunks: 0 };
    try {
      const stream = await ai.models.generateContentStream({ model: MODEL, contents: PROMPT });
      for await (const chunk of stream) {
        result.chunks += 1;
        result.text += chunk.text ?? "";
        result.finish = chunk.candidates?.[0]?.finishReason ?? result.finish;
      }
      return result;
    } catch (error) {
      return failed(result, error);
    }
  };

const openai: Client = async (scenario, fetch) => {
  const client = new OpenAI({
    apiKey: KEY,
    baseURL: `${server.url}/v1beta/openai`,
    defaultHeaders: headersFor(scenario),
    maxRetries: 0,
    ...(fetch && { fetch }),
  });
  const result: Result = { text: "", chunks: 0 };
  try {
    const stream = await client.chat.completions.create({
      model: MODEL,
      stream: true,
      messages: [{ role: "user", content: PROMPT }],
    });
    for await (const chunk of stream) {
      result.chunks += 1;
      result.text += chunk.choices[0]?.delta?.content ?? "";
      result.finish = chunk.choices[0]?.finish_reason ?? result.finish;
    }
    return result;
  } catch (error) {
    return failed(result, error);
  }
};

const aiSdk: Client = async (scenario, fetch) => {
  const google = createGoogleGenerativeAI({
    apiKey: KEY,
    baseURL: `${server.url}/v1beta`,
    headers: headersFor(scenario),
    ...(fetch && { fetch }),
  });
  let thrown: unknown;
  const stream = streamText({
    model: google(MODEL),
    prompt: PROMPT,
    maxRetries: 0,
    onError: ({ error }) => (thrown = error),
  });
  const result: Result = { text: "", chunks: 0 };
  try {
    for await (const text of stream.textStream) {
      result.chunks += 1;
      result.text += text;
    }
    result.finish = await stream.finishReason;
  } catch (error) {
    thrown ??= error;
  }
  return thrown ? failed(result, thrown) : result;
};

const CLIENTS: Record<string, Client> = {
  "@google/genai 3": genai(GenAi3),
  "@google/genai 2": genai(GenAi2),
  openai,
  "ai + @ai-sdk/google": aiSdk,
};

// What the bare clients make of each fault. These are facts about them, not wishes.
const AS_IS: [scenario: string, expect: Partial<Record<string, (result: Result) => void>>][] = [
  [
    "ok",
    {
      "@google/genai 3": ({ error, text }) => assert.equal(error ?? text, truth()),
      "@google/genai 2": ({ error, text }) => assert.equal(error ?? text, truth()),
      openai: ({ error, text }) => assert.equal(error ?? text, truth()),
      "ai + @ai-sdk/google": ({ error, text }) => assert.equal(error ?? text, truth()),
    },
  ],
  [
    "end after 3 chunks",
    {
      "@google/genai 3": ({ error, text }) =>
        assert.ok(!error && text.length < truth().length, "silent half-answer"),
      "@google/genai 2": ({ error, text }) =>
        assert.ok(!error && text.length < truth().length, "silent half-answer"),
      openai: ({ error, text }) =>
        assert.ok(!error && text.length < truth().length, "silent half-answer"),
      "ai + @ai-sdk/google": ({ error, finish }) => assert.ok(!error && finish !== "stop"),
    },
  ],
  [
    "empty",
    {
      "@google/genai 3": ({ error, chunks }) => assert.deepEqual([error, chunks], [undefined, 0]),
      "@google/genai 2": ({ error, chunks }) => assert.deepEqual([error, chunks], [undefined, 0]),
    },
  ],
  [
    "error-event 503 named after 2 chunks",
    {
      "@google/genai 3": ({ error }) => assert.equal(error, undefined, "the error is dropped"),
      "@google/genai 2": ({ error }) => assert.equal(error, undefined, "the error is dropped"),
    },
  ],
  [
    "error-event 503 after 2 chunks",
    {
      "@google/genai 3": ({ error }) => assert.equal(error?.status, 503),
      "ai + @ai-sdk/google": ({ error }) => assert.equal(error?.status, 503),
    },
  ],
  [
    "error-event 503 bare after 2 chunks",
    {
      "@google/genai 3": ({ error }) => assert.equal(error, undefined, "the error is dropped"),
    },
  ],
  [
    "raw-error 503 after 2 chunks",
    {
      "@google/genai 3": ({ error }) =>
        assert.ok(error && error.status !== 503, "the code is lost"),
    },
  ],
  [
    "event-lines",
    {
      "@google/genai 3": ({ error, text }) => assert.deepEqual([error, text], [undefined, ""]),
      "ai + @ai-sdk/google": ({ error, text }) => assert.equal(error ?? text, truth()),
    },
  ],
  [
    "no-blank-end",
    {
      "@google/genai 3": ({ error }) =>
        assert.match(error?.message ?? "", /Incomplete JSON segment/),
    },
  ],
  ["multi-line", { "@google/genai 3": ({ error }) => assert.ok(error) }],
  ["done", { "@google/genai 3": ({ error }) => assert.equal(error?.name, "SyntaxError") }],
  [
    "half json after 2 chunks",
    {
      "@google/genai 3": ({ error }) =>
        assert.match(error?.message ?? "", /Incomplete JSON segment/),
    },
  ],
  [
    "reset after 2 chunks",
    { "@google/genai 3": ({ error }) => assert.match(error?.message ?? "", /terminated/) },
  ],
  [
    "cut after 2 chunks",
    { "@google/genai 3": ({ error }) => assert.match(error?.message ?? "", /terminated/) },
  ],
  [
    "429",
    {
      "@google/genai 3": ({ error }) => assert.equal(error?.status, 429),
      openai: ({ error }) => assert.equal(error?.status, 429),
      "ai + @ai-sdk/google": ({ error }) => assert.equal(error?.status, 429),
    },
  ],
  [
    "html",
    {
      "@google/genai 3": ({ error }) => assert.equal(error?.status, 502),
      "ai + @ai-sdk/google": ({ error }) => assert.equal(error?.status, 502),
    },
  ],
];

for (const [scenario, expected] of AS_IS) {
  for (const [name, check] of Object.entries(expected)) {
    test(`${name} as it is: ${scenario}`, async () => {
      const once = scenario === "ok" ? "ok" : `*: ${scenario}`;
      check?.(await (CLIENTS[name] as Client)(once));
    });
  }
}

const MENDED = [
  "end after 3 chunks",
  "empty",
  "error-event 503 named after 2 chunks",
  "error-event 503 bare after 2 chunks",
  "raw-error 503 after 2 chunks",
  "event-lines",
  "no-blank-end",
  "multi-line",
  "done",
  "half json after 2 chunks",
  "half utf8 after 2 chunks",
  "reset after 2 chunks",
  "cut after 2 chunks",
  "503",
  "html",
  "no-finish",
  "finish-early",
  "slice 1",
  "gzip",
  "connect-reset",
  "lf",
  "cr",
  "bom",
];

for (const [name, client] of Object.entries(CLIENTS)) {
  test(`${name} with resilientFetch: ${MENDED.length} faults mended, two told`, async () => {
    const fetch = resilientFetch({ clock });
    for (const scenario of MENDED) {
      const { text, error } = await client(`${scenario}; ok`, fetch);
      assert.equal(error, undefined, scenario);
      assert.equal(text, truth(), scenario);
    }
    const cut = await client("*: cut after 3 chunks", resilientFetch({ clock, maxAttempts: 2 }));
    assert.ok(cut.error, "a stream that cannot be mended ends in an error");
    assert.ok(truth().startsWith(cut.text));
    const day = await client("quota_per_day", fetch);
    assert.equal(day.error?.status, 429);
    assert.ok(!JSON.stringify([cut, day]).includes(KEY));
  });
}

test("unary calls are streamed inside", async () => {
  const fetch = resilientFetch({ clock });
  const ai = new GenAi3({
    apiKey: KEY,
    httpOptions: { baseUrl: server.url, fetch, headers: headersFor("cut after 3 chunks; ok") },
  } as never);
  const one = await ai.models.generateContent({ model: MODEL, contents: PROMPT });
  assert.equal(one.text, truth());
  const google = createGoogleGenerativeAI({
    apiKey: KEY,
    baseURL: `${server.url}/v1beta`,
    fetch,
    headers: headersFor("503; ok"),
  });
  const two = await generateText({ model: google(MODEL), prompt: PROMPT, maxRetries: 0 });
  assert.equal(two.text, truth());
  const client = new OpenAI({
    apiKey: KEY,
    baseURL: `${server.url}/v1beta/openai`,
    fetch,
    defaultHeaders: headersFor("half json after 3 chunks; ok"),
  });
  const three = await client.chat.completions.create({
    model: MODEL,
    messages: [{ role: "user", content: PROMPT }],
  });
  assert.equal(three.choices[0]?.message.content, truth());
  assert.equal(three.choices[0]?.finish_reason, "stop");
});

test("tools survive the way through, in both formats", async () => {
  const fetch = resilientFetch({ clock });
  const client = new OpenAI({ apiKey: KEY, baseURL: `${server.url}/v1beta/openai`, fetch });
  const tools = [
    {
      type: "function" as const,
      function: {
        name: "get_weather",
        parameters: { type: "object", properties: { city: { type: "string" } } },
      },
    },
  ];
  const messages = [{ role: "user" as const, content: "Call the weather tool" }];
  const first = await client.chat.completions.create({ model: MODEL, messages, tools });
  const message = first.choices[0]?.message;
  const call = message?.tool_calls?.[0];
  assert.equal(first.choices[0]?.finish_reason, "tool_calls");
  assert.ok(
    call?.type === "function" && typeof JSON.parse(call.function.arguments).city === "string",
  );
  const second = await client.chat.completions.create({
    model: MODEL,
    tools,
    messages: [
      ...messages,
      message as never,
      { role: "tool", tool_call_id: call.id, content: '{"sky":"blue"}' },
    ],
  });
  assert.ok((second.choices[0]?.message.content ?? "").length > 0);
});

test("what is no generation passes through", async () => {
  const ai = new GenAi3({
    apiKey: KEY,
    httpOptions: { baseUrl: server.url, fetch: resilientFetch({ clock }) },
  } as never);
  const counted = await ai.models.countTokens({ model: MODEL, contents: PROMPT });
  assert.ok((counted.totalTokens ?? 0) > 0);
});

// Whoever reads a streamed answer, each in the few lines its own documentation would show. Every one
// gets the same bytes from a `fetch` of ours and hands back the text it read.

type Format = "gemini" | "openai";

interface Contender {
  name: string;
  /** How it is used here, where there is more than one way. */
  how: string;
  format: Format;
  /** The package whose version counts. */
  packageName?: string;
  /** Loads what it needs; what comes back reads one whole answer. */
  load(fetch: typeof globalThis.fetch): Promise<() => Promise<string>>;
}

const MODEL = "gemini-3.6-flash";
const PROMPT = "Write a story about a brave knight";
const apiKey = "bench-key";

/** What any decoder has to do at least: bytes to text, text to events, JSON to objects. */
const floor: Contender = {
  name: "floor",
  how: "TextDecoder, split, JSON.parse",
  format: "gemini",
  async load(fetch) {
    return async () => {
      const reader = (await fetch("http://bench.invalid/")).body!.getReader();
      const decoder = new TextDecoder();
      let text = "";
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return text;
        const events = (rest + decoder.decode(value, { stream: true })).split("\r\n\r\n");
        rest = events.pop() ?? "";
        for (const event of events) {
          text += JSON.parse(event.slice(6)).candidates[0].content.parts[0].text ?? "";
        }
      }
    };
  },
};

const oursEvents: Contender = {
  name: "pollux",
  how: "for await (const event of stream)",
  format: "gemini",
  async load(fetch) {
    const { Pollux } = await import("../src/core/index.ts");
    const pollux = new Pollux({ apiKey, fetch, maxEventBytes: 128 * 1024 * 1024 });
    return async () => {
      let text = "";
      for await (const event of pollux.stream({ model: MODEL, contents: PROMPT })) {
        if (event.type !== "chunk") continue;
        for (const part of event.chunk.candidates?.[0]?.content?.parts ?? []) {
          text += part.text ?? "";
        }
      }
      return text;
    };
  },
};

const oursText: Contender = {
  name: "pollux, text",
  how: "for await (const text of stream.text())",
  format: "gemini",
  async load(fetch) {
    const { Pollux } = await import("../src/core/index.ts");
    const pollux = new Pollux({ apiKey, fetch });
    return async () => {
      let text = "";
      const stream = pollux.stream({ model: MODEL, contents: PROMPT });
      for await (const piece of stream.text()) text += piece;
      return text;
    };
  },
};

const genai: Contender = {
  name: "@google/genai",
  how: "generateContentStream",
  format: "gemini",
  packageName: "@google/genai",
  async load(fetch) {
    const { GoogleGenAI } = await import("@google/genai");
    const ai = new GoogleGenAI({ apiKey, httpOptions: { fetch } });
    return async () => {
      let text = "";
      const stream = await ai.models.generateContentStream({ model: MODEL, contents: PROMPT });
      for await (const chunk of stream) text += chunk.text ?? "";
      return text;
    };
  },
};

const openai: Contender = {
  name: "openai",
  how: "chat.completions.create({ stream: true })",
  format: "openai",
  packageName: "openai",
  async load(fetch) {
    const { default: OpenAI } = await import("openai");
    const client = new OpenAI({ apiKey, baseURL: "http://bench.invalid/v1", fetch });
    return async () => {
      let text = "";
      const messages = [{ role: "user" as const, content: PROMPT }];
      const stream = await client.chat.completions.create({ model: MODEL, messages, stream: true });
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      return text;
    };
  },
};

const aiProvider: Contender = {
  name: "@ai-sdk/google",
  how: "the provider's doStream",
  format: "gemini",
  packageName: "@ai-sdk/google",
  async load(fetch) {
    const { createGoogleGenerativeAI } = await import("@ai-sdk/google");
    const model = createGoogleGenerativeAI({ apiKey, fetch })(MODEL);
    return async () => {
      let text = "";
      const prompt = [
        { role: "user" as const, content: [{ type: "text" as const, text: PROMPT }] },
      ];
      const reader = (await model.doStream({ prompt })).stream.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return text;
        if (value.type === "text-delta") text += value.delta;
      }
    };
  },
};

const aiText: Contender = {
  name: "ai",
  how: "streamText over @ai-sdk/google",
  format: "gemini",
  packageName: "ai",
  async load(fetch) {
    const { createGoogleGenerativeAI } = await import("@ai-sdk/google");
    const { streamText } = await import("ai");
    const model = createGoogleGenerativeAI({ apiKey, fetch })(MODEL);
    return async () => {
      let text = "";
      for await (const piece of streamText({ model, prompt: PROMPT }).textStream) text += piece;
      return text;
    };
  },
};

export const CONTENDERS: readonly Contender[] = [
  floor,
  oursEvents,
  oursText,
  genai,
  openai,
  aiProvider,
  aiText,
];

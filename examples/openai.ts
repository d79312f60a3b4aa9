// The openai package against Gemini's compatible endpoint, made resilient.
import OpenAI from "openai";
import { resilientFetch } from "pollux";

const base = process.env.GOOGLE_GEMINI_BASE_URL ?? "https://generativelanguage.googleapis.com";
const client = new OpenAI({
  apiKey: process.env.GEMINI_API_KEY ?? "",
  baseURL: `${base}/v1beta/openai/`,
  fetch: resilientFetch(),
});
const stream = await client.chat.completions.create({
  model: "gemini-3.6-flash",
  messages: [{ role: "user", content: "Name a colour and a reason, in 20 words" }],
  stream: true,
});
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? "");
console.log();

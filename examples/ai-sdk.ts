// The AI SDK with Google's provider, made resilient.
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { streamText } from "ai";
import { resilientFetch } from "pollux";

const base = process.env.GOOGLE_GEMINI_BASE_URL ?? "https://generativelanguage.googleapis.com";
const google = createGoogleGenerativeAI({
  apiKey: process.env.GEMINI_API_KEY ?? "",
  baseURL: `${base}/v1beta`,
  fetch: resilientFetch(),
});
const { textStream } = streamText({
  model: google("gemini-3.6-flash"),
  prompt: "Describe the sea in 30 words",
});
for await (const text of textStream) process.stdout.write(text);
console.log();

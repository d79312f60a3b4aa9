// The official SDK, with streams that no longer end in silence. One option is all that changes.
import { GoogleGenAI } from "@google/genai";
import { resilientFetch } from "pollux";

const ai = new GoogleGenAI({
  apiKey: process.env.GEMINI_API_KEY ?? "",
  httpOptions: { fetch: resilientFetch() },
});
const stream = await ai.models.generateContentStream({
  model: "gemini-3.6-flash",
  contents: "Write a haiku about rivers in 20 words",
});
for await (const chunk of stream) process.stdout.write(chunk.text ?? "");
console.log();

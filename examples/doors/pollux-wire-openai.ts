// OpenAI's chat requests → Gemini's, and Gemini's chunks → OpenAI's.
import { geminiRequestOf, OpenAiEncode } from "pollux/wire/openai";

const request = geminiRequestOf({
  messages: [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Hello" },
  ],
  max_tokens: 50,
});
console.log(request.systemInstruction, request.generationConfig);

const encode = new OpenAiEncode("gemini-3.6-flash", "chatcmpl-1", 0);
const content = { role: "model", parts: [{ text: "Hi." }] };
console.log(encode.chunk({ candidates: [{ content, finishReason: "STOP" }] }).choices);

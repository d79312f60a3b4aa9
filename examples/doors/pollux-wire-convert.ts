// A request of generateContent as one of Interactions, with what could not be carried over.
import { toGemini, toInteraction } from "pollux/wire/convert";

const { request, lost } = toInteraction("gemini-3.6-flash", {
  contents: [{ role: "user", parts: [{ text: "Hello" }] }],
  generationConfig: { topK: 40, temperature: 0.2 },
});
console.log(request, lost);
console.log(toGemini(request).request.contents);

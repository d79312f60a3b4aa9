// The client: a stream as text, how it ended, and what it took.
import { isStreamError, Pollux } from "pollux";

const pollux = new Pollux(); // GEMINI_API_KEY, then GOOGLE_API_KEY
const stream = pollux.stream({ model: "gemini-3.6-flash", contents: "Rivers, in 40 words" });
try {
  for await (const text of stream.text()) process.stdout.write(text);
} catch (error) {
  if (!isStreamError(error)) throw error;
  console.error(error.code, error.failure.next, `${error.kept.length} characters kept`);
}
const { outcome, attempts, usage } = await stream.answer();
console.log("\n", outcome, attempts.length, usage?.total);

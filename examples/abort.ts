// Stop an answer half-way. The upstream connection closes at once, and the text is kept.
import { Pollux } from "pollux";

const pollux = new Pollux();
const controller = new AbortController();
const stream = pollux.stream({
  model: "gemini-3.6-flash",
  contents: "Count the stars in 2000 words",
  signal: controller.signal,
});

for await (const event of stream) {
  if (event.type === "chunk" && event.seq > 6) controller.abort();
}
const { outcome, text } = await stream.answer();
console.log(`${outcome}, ${text.length} characters kept`);

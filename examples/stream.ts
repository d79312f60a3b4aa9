// Stream an answer to the terminal as it comes.
import { Pollux } from "pollux";

const pollux = new Pollux();
const stream = pollux.stream({
  model: "gemini-3.6-flash",
  contents: "Write a story about a brave knight in 80 words",
});
for await (const text of stream.text()) process.stdout.write(text);

const { outcome, splices, timing } = await stream.answer();
console.log(`\n${outcome} in ${Math.round(timing.totalMs)} ms, ${splices.length} splices`);

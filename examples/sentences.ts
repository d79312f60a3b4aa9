// Hand out text sentence by sentence, for a voice or for calm reading.
import { Pollux } from "pollux";

const pollux = new Pollux();
const stream = pollux.stream({
  model: "gemini-3.6-flash",
  contents: "Explain tides in 60 words",
  pace: "sentence",
});

let n = 0;
for await (const sentence of stream.text()) {
  n += 1;
  console.log(`${n}. ${sentence.trim()}`);
}

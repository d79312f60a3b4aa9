// A reader that takes its time. Nothing piles up: what is not asked for is not read from the socket.
import { setTimeout as sleep } from "node:timers/promises";
import { Pollux } from "pollux";

const pollux = new Pollux();
const stream = pollux.stream({
  model: "gemini-3.6-flash",
  contents: "Write about patience in 120 words",
});

let chunks = 0;
for await (const text of stream.text()) {
  await sleep(5); // a slow disk, a slow network, a slow person
  chunks += 1;
  process.stdout.write(text);
}
console.log(`\n${chunks} pieces, each asked for when the last was done with`);

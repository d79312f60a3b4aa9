// Any text at another pace.
import { systemClock } from "pollux";
import { paced } from "pollux/pace";

async function* pieces() {
  yield "One sen";
  yield "tence. And ano";
  yield "ther.";
}
for await (const sentence of paced(pieces(), "sentence", systemClock)) console.log(sentence);

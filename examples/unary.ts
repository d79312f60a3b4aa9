// One whole answer, or an error that says why there is none. It streams inside.
import { isStreamError, Pollux } from "pollux";

const pollux = new Pollux();
try {
  const answer = await pollux.generate({
    model: "gemini-3.6-flash",
    contents: "Name three rivers, in 20 words",
    generationConfig: { temperature: 0.2 },
  });
  console.log(answer.text);
  console.log(`tokens: ${answer.usage?.output}`);
} catch (error) {
  if (!isStreamError(error)) throw error;
  console.error(`${error.code}: ${error.failure.message}`);
  console.error(`kept ${error.kept.length} characters. Next: ${error.failure.next}`);
}

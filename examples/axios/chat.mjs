// A chat whose answers stream; Ctrl+D ends it: node examples/axios/chat.mjs
import { createInterface } from "node:readline";
import axios from "axios";

const url = new URL("/v1/completions", process.env.POLLUX_URL ?? "http://127.0.0.1:8080").href;
const headers = { Authorization: `Bearer ${process.env.POLLUX_TOKEN ?? "none"}` };

async function answer(prompt) {
  const body = { model: "gemini-3.6-flash", prompt, max_tokens: 2000, stream: true };
  const { data } = await axios.post(url, body, { headers, responseType: "stream" });
  let text = "";
  let rest = ""; // a packet may end anywhere, so the last line waits for its end
  for await (const packet of data.setEncoding("utf8")) {
    const lines = (rest + packet).split("\n");
    rest = lines.pop();
    for (const line of lines.filter((line) => line.startsWith("data: "))) {
      if (line === "data: [DONE]") return text;
      const { error, choices } = JSON.parse(line.slice(6));
      if (error) throw new Error(error.message);
      process.stdout.write(choices[0].delta.content);
      text += choices[0].delta.content;
    }
  }
  throw new Error("The stream ended before the answer did.");
}

try {
  let prompt = ""; // all that was said: a completion remembers nothing
  process.stdout.write("> ");
  for await (const line of createInterface({ input: process.stdin })) {
    prompt += `User: ${line}\nAssistant:`;
    prompt += `${await answer(prompt)}\n`;
    process.stdout.write("\n> ");
  }
} catch (error) {
  console.error(`\n${error.message}`);
  for await (const packet of error.response?.data ?? []) process.stderr.write(packet);
  process.exit(1); // though the keyboard is still being listened to
}

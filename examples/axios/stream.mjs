// Prints the answer while it comes: node examples/axios/stream.mjs "Write a story about a knight"
import axios from "axios";

const gateway = axios.create({
  baseURL: process.env.POLLUX_URL ?? "http://127.0.0.1:8080",
  headers: { Authorization: `Bearer ${process.env.POLLUX_TOKEN ?? "none"}` },
});
const prompt = process.argv.slice(2).join(" ") || "Write a story about a knight";

async function print(data) {
  let rest = ""; // a packet may end anywhere, so the last line waits for its end
  for await (const packet of data.setEncoding("utf8")) {
    const lines = (rest + packet).split("\n");
    rest = lines.pop();
    // Between them are blank lines, and comments that keep the connection awake.
    for (const line of lines.filter((line) => line.startsWith("data: "))) {
      if (line === "data: [DONE]") return console.log();
      const { error, choices } = JSON.parse(line.slice(6));
      if (error) throw new Error(error.message);
      process.stdout.write(choices[0].delta.content);
      const reason = choices[0].finish_reason ?? "stop";
      if (reason !== "stop") console.error(`\n(cut short: ${reason})`);
    }
  }
  throw new Error("The stream ended before the answer did.");
}

try {
  const body = { model: "gemini-3.6-flash", prompt, max_tokens: 2000, stream: true };
  const { data } = await gateway.post("/v1/completions", body, { responseType: "stream" });
  await print(data);
} catch (error) {
  console.error(`\n${error.message}`);
  // What was asked for as a stream is a stream even when it is refused.
  for await (const packet of error.response?.data ?? []) process.stderr.write(packet);
  process.exitCode = 1;
}

// Asks and prints the whole answer: node examples/axios/unary.mjs "Why is the sky blue?"
import axios from "axios";

const gateway = axios.create({
  baseURL: process.env.POLLUX_URL ?? "http://127.0.0.1:8080",
  headers: { Authorization: `Bearer ${process.env.POLLUX_TOKEN ?? "none"}` },
});
const prompt = process.argv.slice(2).join(" ") || "Why is the sky blue?";

try {
  const { data } = await gateway.post("/v1/completions", {
    model: "gemini-3.6-flash",
    prompt,
    max_tokens: 2000,
  });
  const { text, finish_reason } = data.choices[0];
  console.log(text);
  // "length": max_tokens were used up; "content_filter": Gemini stopped itself.
  if (finish_reason !== "stop") console.error(`(cut short: ${finish_reason})`);
} catch (error) {
  console.error(error.response?.data?.error?.message ?? error.message);
  process.exitCode = 1;
}

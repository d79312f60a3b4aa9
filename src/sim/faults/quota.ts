// The fault `quota`.
import type { Fault } from "./fault.ts";

const REQUESTS_PER_MINUTE = 5;

export const quota: Fault = {
  word: "quota",
  does: "Counts requests or tokens in a real window of time and refuses what is over: per `minute`, per `day`, or `tokens` per minute.",
  takes: {
    numbers: 1,
    words: ["minute", "day", "tokens"],
    described: "LIMIT, minute, day, tokens",
  },
  example: "*: quota minute 5 · *: quota day 100 · *: quota tokens 2000",
  reply: ({ numbers, words }, context) =>
    context.quota((words[0] ?? "minute") as "minute", numbers[0] ?? REQUESTS_PER_MINUTE),
};

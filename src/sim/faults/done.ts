// The fault `done`.
import type { Fault } from "./fault.ts";

export const done: Fault = {
  word: "done",
  does: "Ends the stream with `data: [DONE]`, as OpenAI does and Gemini does not.",
  takes: {},
  example: "done",
  framing: (framing) => ({ ...framing, done: true }),
};

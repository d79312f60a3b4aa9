// OpenAI's older text completions, by way of its chat completions.
import { chatRequestOf, textPiece } from "pollux/wire/openai-text";

console.log(chatRequestOf({ prompt: "Hello" }).messages);

const choices = [{ index: 0, delta: { content: "Hi." }, finish_reason: null }];
console.log(textPiece({ id: "cmpl-1", created: 0, model: "m", choices }).choices[0]?.text);

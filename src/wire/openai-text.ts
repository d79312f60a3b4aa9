// OpenAI's older text completions ⇄ its chat completions. Streamed pieces carry the text twice, as
// `text` and as `delta.content`: scripts in the field read either.
import type { OpenAiChatRequest, OpenAiChoice, openAiUsage } from "./openai.ts";
import { OpenAiRequestError } from "./openai-shape.ts";

/** A request for a text completion. */
export interface OpenAiTextRequest {
  prompt?: string | string[];
  suffix?: string | null;
  echo?: boolean;
  best_of?: number;
  [key: string]: unknown;
}

/** A request for a text completion as one for a chat completion. */
export function chatRequestOf(body: OpenAiTextRequest): OpenAiChatRequest {
  const { prompt, suffix, echo, best_of, ...rest } = body;
  const one = Array.isArray(prompt) && prompt.length === 1 ? prompt[0] : prompt;
  if (typeof one !== "string" || one === "")
    throw new OpenAiRequestError("prompt", "expected a text, or a list of one text");
  if (suffix) throw new OpenAiRequestError("suffix", "not supported; put it into the prompt");
  if (echo) throw new OpenAiRequestError("echo", "not supported; the prompt is yours already");
  if (typeof best_of === "number" && best_of > 1)
    throw new OpenAiRequestError("best_of", "not supported; use n");
  return { ...(rest as OpenAiChatRequest), messages: [{ role: "user", content: one }] };
}

interface ChatPiece {
  id: string;
  created: number;
  model: string;
  choices: {
    index: number;
    delta: { content?: string; role?: string };
    finish_reason: string | null;
  }[];
}

/** A streamed chat piece as one of a text completion. */
export function textPiece({ id, created, model, choices }: ChatPiece) {
  return {
    id,
    object: "text_completion",
    created,
    model,
    choices: choices.map(({ index, delta, finish_reason }) => ({
      index,
      text: delta.content ?? "",
      delta: { content: delta.content ?? "" },
      logprobs: null,
      finish_reason,
    })),
  };
}

/** A whole chat completion as a text completion. */
export function textCompletion(whole: {
  id: string;
  created: number;
  model: string;
  choices: OpenAiChoice[];
  usage: ReturnType<typeof openAiUsage>;
}) {
  return {
    ...whole,
    object: "text_completion",
    choices: whole.choices.map(({ index, message, finish_reason }) => ({
      index,
      text: message.content ?? "",
      logprobs: null,
      finish_reason,
    })),
  };
}

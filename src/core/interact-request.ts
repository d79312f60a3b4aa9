// A request for an interaction as a caller gives it: the API's own fields, checked, with ours taken off.
import { stepsOf } from "../wire/convert.ts";
import type {
  InteractionInput,
  InteractionRequest,
  InteractionStep,
} from "../wire/interactions.ts";
import type { StreamOptions } from "./request.ts";
import { plainFailure, StreamError } from "./stream-error.ts";

/** Options of `pollux.interact` beyond those of any stream. */
export interface InteractOptions extends StreamOptions {
  /** Read a stored interaction in place of creating one. */
  interaction?: string;
  /** With `interaction`: only what came after this event. */
  lastEventId?: string;
  /** Ask again even where nobody can say whether the first request was carried out. */
  mayCreateTwice?: boolean;
  /** What becomes of a background run when the reader stops. Default: `cancel`. */
  onStop?: "cancel" | "leave";
}

/** The API's own fields, known or not yet, and ours. */
export type InteractRequest = InteractOptions &
  Omit<Known<InteractionRequest>, "stream"> & { [field: string]: unknown };

/** Without the index signature, which would swallow the names. */
type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

function refuse(field: string, problem: string): never {
  throw new StreamError(plainFailure("request_invalid", "request", `${field}: ${problem}`));
}

/** Takes our options off and leaves the API's own fields. */
export function sortedOut(input: InteractRequest): {
  options: InteractOptions;
  body: InteractionRequest;
} {
  const { interaction, lastEventId, mayCreateTwice, onStop, ...request } = input;
  const { signal, deadlineMs, maxAttempts, resume, pace, clocks, ...body } = request;
  const options = { interaction, mayCreateTwice, onStop, lastEventId, clocks };
  if (interaction !== undefined) {
    if (interaction === "") refuse("interaction", "the id is empty");
    return { options: options as InteractOptions, body };
  }
  if (!body.model === !body.agent) refuse("model", "give either a model or an agent");
  const { input: said } = body;
  const empty = said === undefined || said === "" || (Array.isArray(said) && said.length === 0);
  if (empty && !body.previous_interaction_id && !body.continuation_token)
    refuse("input", "give it some text, a content, or a list of steps");
  return { options: options as InteractOptions, body: body as InteractionRequest };
}

/** The input, then the text so far, then what is asked of it. */
export function withPartial(
  input: InteractionInput | undefined,
  text: string,
  asked: string,
): InteractionInput {
  const partial: InteractionStep = { type: "model_output", content: [{ type: "text", text }] };
  const turn: InteractionStep = { type: "user_input", content: [{ type: "text", text: asked }] };
  return [...stepsOf(input), partial, turn];
}

// Refuses what the API refuses, in its words: keys, models, and requests that make no sense.
import type { GeminiContent, GeminiRequest } from "../wire/index.ts";
import { ERROR_BODIES, type ErrorBody } from "./bodies.ts";
import { contentsOf } from "./conversation.ts";
import type { Caller } from "./journal.ts";
import { bareName, findModel, type SimModel } from "./models.ts";
import type { Surface } from "./route.ts";
import { tokensOf } from "./speech.ts";

const STOP_SEQUENCES_MAX = 5;
const CANDIDATES_MAX = 8;
const TEMPERATURE_MAX = 2;
const BODY_BYTES_MAX = 20 * 1024 * 1024;
const SERVER_TIMEOUT_S_MIN = 10;
/** A whole answer of a model with tokens, when it is not streamed. */
const UNARY_TOKENS_MAX = 32_768;

function invalid(message: string): ErrorBody {
  return { status: 400, error: { code: 400, message, status: "INVALID_ARGUMENT" } };
}

function notFound(message: string): ErrorBody {
  return { status: 404, error: { code: 404, message, status: "NOT_FOUND" } };
}

/** What a key's own text says of it, so that each refusal can be tried without a setting. */
const KEY_WORDS: readonly (readonly [word: string, code: string])[] = [
  ["expired", "key_expired"],
  ["leaked", "key_leaked_blocked"],
  ["unknown", "key_not_found"],
  ["suspended", "consumer_suspended"],
  ["invalid", "key_invalid"],
];

export function refuseKey(
  { key, kind }: Caller,
  accepted: readonly string[] | boolean,
  surface?: Surface,
): ErrorBody | undefined {
  if (accepted === false) return undefined;
  if (!key) return surface?.project ? ERROR_BODIES.oauth_invalid : ERROR_BODIES.key_missing;
  if (surface?.project && kind !== "bearer") return ERROR_BODIES.wrong_auth_kind;
  if (Array.isArray(accepted)) return accepted.includes(key) ? undefined : ERROR_BODIES.key_invalid;
  const found = KEY_WORDS.find(([word]) => key.toLowerCase().includes(word));
  return found && ERROR_BODIES[found[1]];
}

export function refuseModel(
  name: string,
  verb: string,
  surface: Surface,
  models: readonly SimModel[],
): ErrorBody | undefined {
  const model = findModel(name, models);
  const bare = bareName(name);
  const method = verb === "streamGenerateContent" ? "generateContent" : verb;
  if (!model?.methods.includes(method)) {
    return notFound(
      surface.vertex
        ? `Publisher Model \`publishers/google/models/${bare}\` was not found or your project does not have access to it. Please ensure you are using a valid model version.`
        : `models/${bare} is not found for API version ${surface.version}, or is not supported for ${verb}. Call ModelService.ListModels to see the list of available models and their supported methods.`,
    );
  }
  if (!model.retired) return undefined;
  return notFound(
    `This model models/${bare} is no longer available. Please update your code to use a newer model, such as models/${model.retired}, for the latest features and improvements.`,
  );
}

export function refuseRequest(
  model: SimModel,
  request: GeminiRequest,
  how: { streamed: boolean; bodyChars: number; headers: Record<string, string> },
): ErrorBody | undefined {
  if (how.bodyChars > BODY_BYTES_MAX) return ERROR_BODIES.payload_too_large;
  const timeoutS = Number(how.headers["x-server-timeout"] ?? SERVER_TIMEOUT_S_MIN);
  if (timeoutS < SERVER_TIMEOUT_S_MIN)
    return invalid(
      `Manually set deadline ${timeoutS}s is too short. Minimum allowed deadline is ${SERVER_TIMEOUT_S_MIN}s.`,
    );
  const contents = contentsOf(request);
  return (
    refuseContents(contents) ??
    refuseOrder(model, contents) ??
    refuseConfig(model, request, how.streamed) ??
    refuseSize(model, contents)
  );
}

function refuseContents(contents: GeminiContent[]): ErrorBody | undefined {
  if (contents.length === 0)
    return invalid("* GenerateContentRequest.contents: contents is not specified");
  for (const [i, { role, parts = [] }] of contents.entries()) {
    const at = `* GenerateContentRequest.contents[${i}].parts`;
    if (parts.length === 0) return invalid(`${at}: contents.parts must not be empty.`);
    const empty = parts.findIndex((part) => Object.keys(part).length === 0);
    if (empty >= 0)
      return invalid(
        `${at}[${empty}].data: required oneof field 'data' must have one initialized field`,
      );
    if (role !== undefined && !["user", "model", "function"].includes(role))
      return invalid("Please use a valid role: user, model.");
  }
  return undefined;
}

function refuseOrder(model: SimModel, contents: GeminiContent[]): ErrorBody | undefined {
  // Signatures are asked for in the turn at hand only, not in the history before it.
  const asking = contents.findLastIndex(
    (one) => one.role !== "model" && one.parts?.some((part) => typeof part.text === "string"),
  );
  for (const [i, content] of contents.entries()) {
    const { parts = [] } = content;
    const calls = parts.filter((part) => part.functionCall);
    const before = contents[i - 1];
    if (calls.length > 0 && (!before || before.role === "model"))
      return ERROR_BODIES.function_call_order;
    if (calls[0] && model.signs && i > asking && !calls[0].thoughtSignature)
      return ERROR_BODIES.thought_signature_missing;
    const answers = parts.filter((part) => part.functionResponse).length;
    const asked = (before?.parts ?? []).filter((part) => part.functionCall).length;
    if (answers > 0 && asked === 0)
      return invalid(
        "Please ensure that function response turn comes immediately after a function call turn.",
      );
    if (answers > 0 && answers !== asked)
      return invalid(
        "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.",
      );
  }
  const last = contents.at(-1);
  const answersCall = last?.parts?.at(-1)?.functionResponse;
  if (last?.role === "model" && !model.prefill && !answersCall)
    return ERROR_BODIES.model_turn_refused;
  return undefined;
}

function refuseConfig(
  model: SimModel,
  request: GeminiRequest,
  streamed: boolean,
): ErrorBody | undefined {
  const config = request.generationConfig ?? {};
  const at = "* GenerateContentRequest.generation_config";
  const { temperature, maxOutputTokens, stopSequences = [], candidateCount } = config;
  if (temperature !== undefined && !(temperature >= 0 && temperature <= TEMPERATURE_MAX))
    return invalid(`${at}.temperature: temperature must be in the range [0.0, 2.0].`);
  if (maxOutputTokens !== undefined && maxOutputTokens < 1)
    return invalid(`${at}.max_output_tokens: max_output_tokens must be positive.`);
  if (stopSequences.length > STOP_SEQUENCES_MAX)
    return invalid(
      `The number of stop sequences (${stopSequences.length}) exceeds the maximum (${STOP_SEQUENCES_MAX}).`,
    );
  if (candidateCount !== undefined && !(candidateCount >= 1 && candidateCount <= CANDIDATES_MAX))
    return invalid(`${at}.candidate_count: candidate_count must be in the range [1, 8].`);
  const { thinkingBudget } = (config.thinkingConfig ?? {}) as { thinkingBudget?: number };
  if (thinkingBudget === 0 && /pro|gemini-4/.test(model.name))
    return ERROR_BODIES.thinking_config_invalid;
  if (request.continuationToken && !model.tokens)
    return invalid(`Continuation tokens are not supported by models/${model.name}.`);
  const tooLong = model.tokens && !streamed && (maxOutputTokens ?? 0) > UNARY_TOKENS_MAX;
  if (tooLong && !request.continuationToken)
    return invalid(
      `max_output_tokens must not exceed ${UNARY_TOKENS_MAX} for requests that are not streamed.`,
    );
  return undefined;
}

function refuseSize(model: SimModel, contents: GeminiContent[]): ErrorBody | undefined {
  const texts = contents.flatMap((one) => (one.parts ?? []).map((part) => part.text ?? ""));
  const tokens = texts.reduce((sum, text) => sum + tokensOf(text), 0);
  if (tokens <= model.inputTokenLimit) return undefined;
  return invalid(
    `The input token count (${tokens}) exceeds the maximum number of tokens allowed (${model.inputTokenLimit}).`,
  );
}

// Refuses what the API refuses, in its words. Returns the code or the body of the error.
import type { GeminiRequest } from "../wire/index.ts";
import { ERROR_BODIES, type ErrorBody } from "./bodies.ts";
import { findModel, type SimModel } from "./models.ts";

const FIELDS = new Set(
  "model,contents,systemInstruction,generationConfig,tools,toolConfig,safetySettings,cachedContent,labels,continuationToken,store,generateContentRequest,content,taskType,title,outputDimensionality,requests,serviceTier".split(
    ",",
  ),
);

function invalid(message: string): ErrorBody {
  return { status: 400, error: { code: 400, message, status: "INVALID_ARGUMENT" } };
}

export function refuseKey(
  key: string | undefined,
  accepted: readonly string[] | boolean,
): ErrorBody | undefined {
  if (accepted === false) return undefined;
  if (!key) return ERROR_BODIES.key_missing;
  if (Array.isArray(accepted)) return accepted.includes(key) ? undefined : ERROR_BODIES.key_invalid;
  for (const [word, code] of [
    ["expired", "key_expired"],
    ["leaked", "key_leaked_blocked"],
    ["unknown", "key_not_found"],
    ["invalid", "key_invalid"],
  ] as const) {
    if (key.toLowerCase().includes(word)) return ERROR_BODIES[code];
  }
  return undefined;
}

export function refuseModel(name: string, version: string, verb: string): ErrorBody | undefined {
  const model = findModel(name);
  const bare = name.replace(/^models\//, "");
  if (!model?.methods.some((method) => method === verb.replace("streamGenerate", "generate"))) {
    return {
      status: 404,
      error: {
        code: 404,
        status: "NOT_FOUND",
        message: `models/${bare} is not found for API version ${version}, or is not supported for ${verb}. Call ModelService.ListModels to see the list of available models and their supported methods.`,
      },
    };
  }
  if (!model.retired) return undefined;
  return {
    status: 404,
    error: {
      code: 404,
      status: "NOT_FOUND",
      message: `This model models/${bare} is no longer available. Please update your code to use a newer model, such as models/${model.retired}, for the latest features and improvements.`,
    },
  };
}

export function refuseRequest(model: SimModel, request: GeminiRequest): ErrorBody | undefined {
  for (const name of Object.keys(request)) {
    if (!FIELDS.has(name))
      return invalid(`Invalid JSON payload received. Unknown name "${name}": Cannot find field.`);
  }
  const { contents } = request;
  if (!Array.isArray(contents) || contents.length === 0)
    return invalid("* GenerateContentRequest.contents: contents is not specified");
  for (const [i, content] of contents.entries()) {
    if (!Array.isArray(content?.parts) || content.parts.length === 0)
      return invalid(
        `* GenerateContentRequest.contents[${i}].parts: contents.parts must not be empty.`,
      );
    if (content.role !== undefined && !["user", "model", "function"].includes(content.role))
      return invalid("Please use a valid role: user, model.");
    const unsigned =
      model.signs &&
      content.role === "model" &&
      content.parts.find((part) => part.functionCall) &&
      !content.parts.some((part) => part.functionCall && part.thoughtSignature);
    if (unsigned) return ERROR_BODIES.thought_signature_missing;
  }
  const last = contents.at(-1);
  const answersCall = last?.parts?.at(-1)?.functionResponse;
  if (last?.role === "model" && !model.prefill && !answersCall)
    return ERROR_BODIES.model_turn_refused;
  const config = request.generationConfig ?? {};
  const temperature = config.temperature;
  if (temperature !== undefined && !(temperature >= 0 && temperature <= 2))
    return invalid(
      `* GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0].`,
    );
  const budget = (config.thinkingConfig as { thinkingBudget?: number } | undefined)?.thinkingBudget;
  if (budget === 0 && /pro|gemini-[34]/.test(model.name))
    return ERROR_BODIES.thinking_config_invalid;
  if (
    JSON.stringify(request.tools ?? []).includes('"additionalProperties"') &&
    !JSON.stringify(request.tools).includes("parametersJsonSchema")
  )
    return ERROR_BODIES.schema_invalid;
  return undefined;
}

// OpenAI's API in front of Gemini: chat completions, the older text completions, and the list of models.
import { geminiRequestOf, type OpenAiChatRequest, OpenAiRequestError } from "../../wire/openai.ts";
import { chatRequestOf, type OpenAiTextRequest } from "../../wire/openai-text.ts";
import { Refusal } from "../refusal.ts";
import { answerHeaders, type Guest, type House, readJson, serveForm } from "./door.ts";

export function openAiChat(house: House, guest: Guest): Promise<void> {
  return complete(house, guest, "openai", (body) => body as OpenAiChatRequest);
}

export function openAiText(house: House, guest: Guest): Promise<void> {
  return complete(house, guest, "openai-text", (body) => chatRequestOf(body as OpenAiTextRequest));
}

async function complete(
  house: House,
  guest: Guest,
  api: "openai" | "openai-text",
  read: (body: Record<string, unknown>) => OpenAiChatRequest,
): Promise<void> {
  const body = await readJson(guest, house.settings.bodyBytesMax);
  if (typeof body.model !== "string" || body.model === "")
    throw new Refusal("request_invalid", "model: give a model name");
  const model = body.model.replace(/^(models|google)\//, "");
  if (!/^[\w.-]{1,128}$/.test(model))
    throw new Refusal("request_invalid", "model: expected a name such as gemini-3.6-flash");
  if (!house.warden.mayUse(guest.client, model))
    throw new Refusal("model_not_allowed", `The gateway does not offer ${model}.`);
  const asked = understand(() => read(body));
  const lines = /\bapplication\/x-ndjson\b/.test(guest.exchange.headers.accept ?? "");
  const streamed = lines ? "lines" : "sse";
  await serveForm(house, guest, api, {
    model,
    request: understand(() => geminiRequestOf(asked)),
    version: house.settings.apiVersion,
    form: {
      api,
      shape: asked.stream ? streamed : "whole",
      usage: asked.stream_options?.include_usage === true,
    },
  });
}

function understand<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof OpenAiRequestError) throw new Refusal("request_invalid", error.message);
    throw error;
  }
}

/** `GET /v1/models` for those who come with a bearer token. */
export async function openAiModels(house: House, guest: Guest, one?: string): Promise<void> {
  const { exchange, requestId, client } = guest;
  const models = await house.upstream.models(house.settings.apiVersion, requestId);
  const list = models
    .map(({ name }) => name.replace(/^models\//, ""))
    .filter((name) => name !== "" && house.warden.mayUse(client, name))
    .map((id) => ({ id, object: "model", created: 0, owned_by: "google" }));
  const found = one === undefined ? undefined : list.find(({ id }) => id === one);
  if (one !== undefined && !found) throw new Refusal("model_not_found", `No model ${one} here.`);
  const headers = {
    ...answerHeaders(requestId),
    "content-type": "application/json; charset=UTF-8",
  };
  exchange.reply(200, headers, JSON.stringify(found ?? { object: "list", data: list }));
  guest.onAnswered(200);
}

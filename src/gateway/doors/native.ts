// Gemini's own API: generations become streams of the log, everything else passes through to upstream.

import type { GeminiRequest } from "../../wire/index.ts";
import { camelRequest } from "../../wire/index.ts";
import { Refusal } from "../refusal.ts";
import { answerHeaders, type Guest, type House, readJson, serveForm } from "./door.ts";

const VERSIONS = /^v1(?:alpha|beta)?\d*$/;
const LIST = /^\/v1(?:alpha|beta)?\d*\/models$/;
const CALL = /^([\w.-]{1,128}):(\w+)$/;

/** `POST /{version}/models/{model}:{verb}` */
export async function nativeCall(house: House, guest: Guest): Promise<void> {
  const { params, query, client } = guest;
  const { version = house.settings.apiVersion, kind = "models", call = "" } = params;
  if (!VERSIONS.test(version)) throw new Refusal("route_not_found");
  const [, name, verb] = CALL.exec(call) ?? [];
  if (!name || !verb)
    throw new Refusal("route_not_found", `Expected /${version}/${kind}/MODEL:METHOD.`);
  const model = kind === "models" ? name : `${kind}/${name}`;
  if (!house.warden.mayUse(client, name))
    throw new Refusal("model_not_allowed", `The gateway does not offer ${name}.`);
  // `$alt` asks for forms of old clients, such as enums as numbers; they get Google's own answer.
  const isGeneration = /^(streamGenerateContent|generateContent)$/.test(verb);
  if (!isGeneration || query.has("$alt")) return nativeForward(house, guest, name);
  const body = await readJson(guest, house.settings.bodyBytesMax);
  const request = requestOf(body);
  const streamed = query.get("alt") === "sse" ? "sse" : "array";
  const shape = verb === "generateContent" ? "whole" : streamed;
  await serveForm(house, guest, "native", {
    model,
    request,
    version,
    form: { api: "gemini", shape },
  });
}

/** `POST …/projects/P/locations/L/publishers/google/models/MODEL:METHOD`, as clients of Vertex ask. */
export async function vertexCall(house: House, guest: Guest): Promise<void> {
  const { version: _, publisher = "google", ...params } = guest.params;
  if (publisher !== "google") throw new Refusal("route_not_found", "Only Google's own models.");
  await nativeCall(house, { ...guest, params });
}

/** Any other native path. */
export async function nativeForward(house: House, guest: Guest, model = ""): Promise<void> {
  const { exchange, requestId } = guest;
  if (house.upstream.isVertex && exchange.method === "GET" && LIST.test(exchange.path))
    return listModels(house, guest);
  if (/(^|\/)(\.|%2e){1,2}(\/|$)|\\|%2f|%5c/i.test(exchange.path))
    throw new Refusal("route_not_found");
  const status = await house.upstream.forward(exchange, {
    bodyBytesMax: house.settings.bodyBytesMax,
    model,
    requestId,
    headers: answerHeaders(requestId),
  });
  guest.onAnswered(status);
}

/** Vertex lists them otherwise; clients of the Gemini API get its form, all on one page. */
async function listModels(house: House, guest: Guest): Promise<void> {
  const { requestId, exchange } = guest;
  const models = await house.upstream.models(house.settings.apiVersion, requestId);
  const headers = {
    ...answerHeaders(requestId),
    "content-type": "application/json; charset=UTF-8",
  };
  guest.onAnswered(200);
  exchange.reply(200, headers, JSON.stringify({ models }, null, 2));
}

function requestOf(body: Record<string, unknown>): GeminiRequest {
  const request = camelRequest(body);
  const { contents } = request;
  if (!Array.isArray(contents) || contents.length === 0)
    throw new Refusal("request_invalid", "contents: expected a list with at least one turn");
  return request;
}

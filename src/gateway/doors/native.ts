// Gemini's own API: generations become streams of the log, everything else passes through to upstream.

import type { GeminiRequest } from "../../wire/index.ts";
import { camelRequest } from "../../wire/index.ts";
import { Refusal } from "../refusal.ts";
import { answerHeaders, type Guest, type House, readJson, serveForm } from "./door.ts";

const VERSIONS = /^v1(?:alpha|beta)?\d*$/;
const LIST = /^\/v1(?:alpha|beta)?\d*\/models$/;
const CALL = /^([\w.-]{1,128}):(\w+)$/;
/** No TRACE among them: it would tell the client what upstream was sent, the key with it. */
const FORWARDED = /^(GET|HEAD|POST|PUT|PATCH|DELETE)$/;
/** Empty and dot segments, and what is encoded without need: upstream would read another path than we. */
const TWO_READINGS =
  /\/\/|\/$|(^|\/)(\.|%2e){1,2}(\/|$)|[\\\x00-\x20\x7f#]|%(?:[01][0-9a-f]|2[def]|3[0-9]|4[1-9a-f]|5[0-9acf]|6[1-9a-f]|7[0-9aef])/i;

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
  if (!isGeneration) return nativeForward(house, guest, name);
  if (query.has("$alt")) return countedForward(house, guest, name);
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
  if (!FORWARDED.test(exchange.method)) throw new Refusal("method_not_allowed");
  if (TWO_READINGS.test(exchange.path)) throw new Refusal("route_not_found");
  const mayList = exchange.method === "GET" && guest.client.operator;
  if (model === "" && !house.upstream.mayPass(exchange.path, mayList))
    throw new Refusal("route_not_found");
  const status = await house.upstream.forward(exchange, {
    bodyBytesMax: house.settings.bodyBytesMax,
    model,
    requestId,
    headers: answerHeaders(requestId),
    passOn: house.settings.passOn,
  });
  guest.onAnswered(status);
}

/** A generation that passes through counts like any other. */
async function countedForward(house: House, guest: Guest, model: string): Promise<void> {
  const { exchange, client } = guest;
  const left = new AbortController();
  exchange.onLeave(() => left.abort());
  const pass = await house.warden.admit(client, {
    model,
    bodyChars: Number(exchange.headers["content-length"]) || 0,
    deadlineMs: house.settings.deadlineMs,
    signal: left.signal,
  });
  try {
    await nativeForward(house, guest, model);
  } finally {
    pass.ended(undefined);
  }
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

// Requests that the API refuses, in its words, before any interaction exists.
import type { InteractionRequest } from "../../wire/interactions.ts";
import type { ErrorBody } from "../bodies.ts";
import { refusalBody } from "./errors.ts";

const FIELDS: ReadonlySet<string> = new Set(
  "model,agent,agent_config,input,stream,background,store,previous_interaction_id,continuation_token,system_instruction,generation_config,tools,response_format,response_mime_type,response_modalities,safety_settings,cached_content,labels,service_tier,environment,webhook_config".split(
    ",",
  ),
);
const TOOLS: readonly string[] = [
  "function",
  "code_execution",
  "mcp_server",
  "filesystem",
  "google_maps",
  "google_search",
  "bash",
  "computer_use",
  "file_search",
  "url_context",
  "retrieval",
];

export function refuseInteraction(
  text: string,
  exists: (id: string) => boolean,
): { body: ErrorBody } | { request: InteractionRequest } {
  const refuse = (message: string, code = "invalid_request", status = 400) => ({
    body: refusalBody(status, code, message),
  });
  const request = parsed(text);
  if (!request) return refuse("The request body is not valid JSON.");
  const unknown = Object.keys(request).find((key) => !FIELDS.has(key));
  if (unknown !== undefined) return refuse(`Unknown parameter '${unknown}'.`, "parameter_unknown");
  if (!request.model === !request.agent)
    return refuse("Exactly one of 'model' and 'agent' must be set.");
  const { previous_interaction_id: before, continuation_token: token, input } = request;
  if (before !== undefined && !exists(before))
    return refuse(`Interaction ${before} not found.`, "not_found", 404);
  const empty = input === undefined || input === "" || (Array.isArray(input) && !input.length);
  if (empty && !(token !== undefined && before !== undefined))
    return refuse("'input' must not be empty.");
  if (request.background && request.store === false)
    return refuse("'background' requires 'store'.");
  for (const [i, tool] of (request.tools ?? []).entries()) {
    if (TOOLS.includes(String(tool.type))) continue;
    const known = TOOLS.map((one) => `'${one}'`).join(", ");
    return refuse(
      `The value '${String(tool.type)}' is not supported for 'type' at 'tools[${i}]'. Supported values: ${known}.`,
    );
  }
  return { request };
}

function parsed(text: string): InteractionRequest | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as InteractionRequest) : undefined;
  } catch {
    return undefined;
  }
}

// An error body → the reply that carries it, in the form of the endpoint that was asked.
import { BODY_BY_STATUS, ERROR_BODIES, type ErrorBody, retryInfo } from "./bodies.ts";
import { prettyJson } from "./framing.ts";
import { wordedBody } from "./interactions/errors.ts";
import { answerHeaders, type Reply, textReply } from "./reply.ts";

export interface Form {
  /** Asked with `alt=sse`: the error comes bare, yet labelled as an event stream. */
  sse: boolean;
  /** Array mode and the OpenAI-compatible endpoint wrap an error in `[ ]`. */
  wrapped: boolean;
  /** The Interactions API words its errors in its own way. */
  worded?: boolean;
}

/** The body of a code or of an HTTP status. */
export function bodyNamed(name: string): ErrorBody | undefined {
  const known = ERROR_BODIES[BODY_BY_STATUS[Number(name)] ?? name];
  if (known) return known;
  const status = Number(name);
  if (!(status >= 200 && status <= 599)) return undefined;
  return { status, text: `HTTP ${status}\n`, contentType: "text/plain" };
}

export function withRetry(body: ErrorBody, retryMs: number | undefined): ErrorBody {
  if (retryMs === undefined || !body.error) return body;
  const seconds = retryMs / 1_000;
  const details = (body.error.details ?? []).filter((one) => !("retryDelay" in one));
  const message = body.error.message.replace(/(Please retry in) \S*/, `$1 ${seconds}s.`);
  return { ...body, error: { ...body.error, message, details: [...details, retryInfo(seconds)] } };
}

export function errorReply(told: ErrorBody, form: Form, nowDate: Date): Reply {
  const body = form.worded ? wordedBody(told) : told;
  const mode = form.sse ? "sse" : "unary";
  const {
    "content-disposition": _,
    "x-gemini-service-tier": __,
    ...headers
  } = answerHeaders(mode, nowDate);
  const type = body.contentType ?? (headers["content-type"] as string);
  const reply = textReply(body.status, type, errorText(body, form.wrapped));
  return { ...reply, headers: { ...headers, ...body.headers, "content-type": type } };
}

function errorText(body: ErrorBody, wrapped: boolean): string {
  if (body.text !== undefined) return body.text;
  const text = prettyJson({ error: body.error });
  return wrapped ? `[${text}\n]\n` : `${text}\n`;
}

export function jsonReply(value: unknown, status = 200): Reply {
  return textReply(status, "application/json; charset=UTF-8", `${prettyJson(value)}\n`);
}

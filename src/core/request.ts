// A caller's request → what goes out: checked, with its options taken off, dressed for the network.
import type { GeminiContent, GeminiRequest } from "../wire/index.ts";
import type { Upstream } from "./attempt.ts";
import type { Clocks } from "./models.ts";
import type { Pace } from "./pace.ts";
import { plainFailure, StreamError } from "./stream-error.ts";

/** Options of one stream. */
export interface StreamOptions {
  signal?: AbortSignal;
  /** End of patience for the whole stream, waits included. */
  deadlineMs?: number;
  maxAttempts?: number;
  /** Whether a broken answer may be continued by another attempt. */
  resume?: "auto" | "off";
  /** How `text()` hands out text. */
  pace?: Pace;
  clocks?: Partial<Clocks>;
}

/** What to ask: a model, contents, and any other field of a Gemini request. */
export interface StreamRequest extends StreamOptions, Omit<GeminiRequest, "contents"> {
  model: string;
  contents: string | GeminiContent | GeminiContent[];
}

/** A key or token, or what brings one at each attempt. */
export type Secret = string | (() => string | undefined | Promise<string | undefined>);

export interface Address {
  baseUrl: string;
  apiVersion: string;
}

const GOOGLE = "https://generativelanguage.googleapis.com";

/** Throws a `request_invalid` error that names the field and the fix. */
export function refuse(field: string, problem: string): never {
  throw new StreamError(plainFailure("request_invalid", "request", `${field}: ${problem}`));
}

/** Takes our options off and leaves Gemini's own fields. */
export function requestOf(input: StreamRequest): { model: string; request: GeminiRequest } {
  const { model, contents, signal, deadlineMs, maxAttempts, resume, pace, clocks, ...rest } = input;
  if (typeof model !== "string" || model === "")
    refuse("model", 'give a model name, e.g. "gemini-3.6-flash"');
  if (/\.\.|[?&#\s]/.test(model)) refuse("model", "a model name holds no spaces, ?, &, # or ..");
  whole("deadlineMs", deadlineMs, 1);
  whole("maxAttempts", maxAttempts, 1);
  for (const [name, ms] of Object.entries(clocks ?? {})) whole(`clocks.${name}`, ms, 1);
  if (resume !== undefined && resume !== "auto" && resume !== "off")
    refuse("resume", 'expected "auto" or "off"');
  return { model, request: { ...rest, contents: contentsOf(contents) } };
}

function whole(field: string, value: unknown, min: number): void {
  if (value === undefined) return;
  if (typeof value !== "number" || !(value >= min))
    refuse(field, `expected a number of at least ${min}`);
}

function contentsOf(contents: StreamRequest["contents"]): GeminiContent[] {
  if (typeof contents === "string") {
    if (contents.trim() === "") refuse("contents", "the prompt is empty; give it some text");
    return [{ role: "user", parts: [{ text: contents }] }];
  }
  const list = Array.isArray(contents) ? contents : [contents];
  if (list.length === 0) refuse("contents", "the list is empty; give it at least one turn");
  for (const [i, content] of list.entries()) {
    if (typeof content !== "object" || content === null || !Array.isArray(content.parts)) {
      refuse(`contents[${i}]`, "expected { role, parts: [...] }");
    }
    if (content.parts.length === 0) refuse(`contents[${i}].parts`, "the list is empty");
  }
  return list;
}

/** `…/v1beta/models/m:verb`. A base that already ends in a version or a publisher keeps its own. */
export function urlOf(address: Address, path: string): string {
  const base = address.baseUrl.replace(/\/+$/, "");
  if (!/^https?:\/\/[^/]/i.test(base)) {
    const shown = base.replace(/[?#].*$/, "").replace(/\/\/[^/]*@/, "//");
    const message = `baseUrl: expected http(s)://host, got "${shown}".`;
    throw new StreamError(plainFailure("base_url_invalid", "config", message));
  }
  const versioned = /\/v\d\w*$|\/publishers\/[^/]+$/.test(base) || address.apiVersion === "";
  return `${base}${versioned ? "" : `/${address.apiVersion}`}/${path}`;
}

export function modelPath(model: string): string {
  return /^(models|tunedModels)\//.test(model) ? model : `models/${model}`;
}

export async function authOf(
  apiKey: Secret | undefined,
  token: Secret | undefined,
  address: Address,
): Promise<Record<string, string>> {
  const bearer = typeof token === "function" ? await token() : token;
  if (bearer) return { authorization: `Bearer ${bearer}` };
  const key = typeof apiKey === "function" ? await apiKey() : apiKey;
  if (key) return { "x-goog-api-key": key };
  if (address.baseUrl.startsWith(GOOGLE)) {
    const message = "No API key is set, so nothing was sent.";
    throw new StreamError(plainFailure("key_missing", "key", message, "Set GEMINI_API_KEY."));
  }
  return {};
}

export function upstreamOf(url: string, headers: Record<string, string>, body: unknown): Upstream {
  return {
    url,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

/** Where to ask: as told, as the environment says, or Google's own host. */
export function addressOf(
  { baseUrl, apiVersion = "v1beta" }: Partial<Record<keyof Address, string | undefined>>,
  env: Environment,
): Address {
  return { baseUrl: baseUrl ?? (env.GOOGLE_GEMINI_BASE_URL || GOOGLE), apiVersion };
}

type Environment = Record<string, string | undefined>;

export function environment(): Environment {
  return (globalThis as { process?: { env?: Environment } }).process?.env ?? {};
}

// The page's own words to its gateway: who am I, which models, begin, stop, break.
import { Pollux, type StreamEvent } from "../../core/index.ts";

export interface Me {
  client: string | null;
  signIn: boolean;
  csrf: string;
  upstream: string;
  sim: boolean;
  faults: boolean;
}

export interface Turn {
  role: "user" | "model";
  parts: { text: string }[];
}

const pollux = new Pollux({ baseUrl: location.origin, apiKey: undefined, token: undefined });
let csrf = "";

async function ask(
  method: string,
  path: string,
  body?: unknown,
  more: Record<string, string> = {},
) {
  const response = await fetch(path, {
    method,
    headers: {
      "content-type": "application/json",
      ...(csrf && { "x-pollux-csrf": csrf }),
      ...more,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const value = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
  if (response.ok) return value;
  const { message } = (value.error ?? {}) as { message?: string };
  throw new Error(message ?? `The gateway answered ${response.status}.`);
}

export async function whoAmI(): Promise<Me> {
  const me = (await ask("GET", "/me")) as unknown as Me;
  csrf = me.csrf;
  return me;
}

export async function signIn(token: string): Promise<Me> {
  await ask("POST", "/sign-in", { token });
  return whoAmI();
}

export async function modelNames(): Promise<string[]> {
  const { models } = (await ask("GET", "/v1beta/models?pageSize=1000")) as {
    models?: { name: string; supportedGenerationMethods?: string[] }[];
  };
  return (models ?? [])
    .filter(({ supportedGenerationMethods: can = [] }) => can.includes("generateContent"))
    .map(({ name }) => name.replace(/^models\//, ""));
}

/** The same key however often it is sent: a lost answer to this does not begin a second stream. */
export async function begin(model: string, contents: Turn[]): Promise<string> {
  const key = { "idempotency-key": crypto.randomUUID() };
  const { id } = await ask("POST", "/streams", { model, contents }, key);
  return String(id);
}

export async function stop(id: string): Promise<void> {
  await ask("POST", `/streams/${id}/stop`, {});
}

export async function breakIt(id: string, fault: string): Promise<void> {
  await ask("POST", `/streams/${id}/fault`, { fault });
}

export function follow(id: string, after: number): AsyncIterable<StreamEvent> {
  return pollux.follow(id, { after, maxAttempts: 1_000 });
}

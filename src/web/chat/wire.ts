// The page's words to its gateway about streams and conversations.
import { ask, Refused } from "../shared/house.ts";
import type { Doc } from "./doc.ts";

export interface Asked {
  model: string;
  contents: unknown;
  systemInstruction?: unknown;
  generationConfig?: unknown;
}

export async function modelNames(): Promise<string[]> {
  const { models = [] } = await ask<{
    models?: { name: string; supportedGenerationMethods?: string[] }[];
  }>("GET", "/v1beta/models?pageSize=1000");
  return models
    .filter(({ supportedGenerationMethods: can = [] }) => can.includes("generateContent"))
    .map(({ name }) => name.replace(/^models\//, ""));
}

/** `key` makes it one stream however often the question is sent. */
export async function begin(asked: Asked, key: string): Promise<string> {
  const { id } = await ask<{ id: string }>("POST", "/streams", asked, { "idempotency-key": key });
  return id;
}

export async function stop(id: string): Promise<void> {
  await ask("POST", `/streams/${id}/stop`, {});
}

export async function breakIt(id: string, fault: string): Promise<void> {
  await ask("POST", `/streams/${id}/fault`, { fault });
}

export interface Listed {
  id: string;
  title: string;
  changedAtMs: number;
}

export async function listChats(): Promise<Listed[]> {
  return (await ask<{ chats: Listed[] }>("GET", "/chats")).chats;
}

export async function getChat(id: string): Promise<(Doc & { version: number }) | undefined> {
  try {
    return await ask("GET", `/chats/${id}`);
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return undefined;
    throw error;
  }
}

/** The new version; nothing where another tab was faster. */
export async function putChat(id: string, doc: Doc, version: number): Promise<number | undefined> {
  try {
    const more = { "if-match": `"${version}"` };
    return (await ask<{ version: number }>("PUT", `/chats/${id}`, doc, more)).version;
  } catch (error) {
    if (error instanceof Refused && error.status === 412) return undefined;
    throw error;
  }
}

/** The conversation, and what its streams keep of it. */
export async function dropChat(id: string): Promise<void> {
  const doc = await getChat(id);
  const pieces = doc?.messages.flatMap((message) => message.pieces ?? []) ?? [];
  const streams = pieces.map(({ streamId }) => streamId).filter((one) => one !== "");
  await ask("DELETE", `/chats/${id}`);
  await Promise.allSettled(streams.map((one) => ask("DELETE", `/streams/${one}`)));
}

/** The answer in one piece, for a comparison. */
export async function unary({ model, ...body }: Asked): Promise<string> {
  const value = await ask<{
    candidates?: { content?: { parts?: { text?: string; thought?: boolean }[] } }[];
  }>("POST", `/v1beta/models/${model}:generateContent`, body);
  const parts = value.candidates?.[0]?.content?.parts ?? [];
  return parts.map(({ text = "", thought }) => (thought ? "" : text)).join("");
}

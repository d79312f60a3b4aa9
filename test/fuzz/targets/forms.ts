// OpenAI's format, both ways, and the forms in which answers leave.
import assert from "node:assert/strict";
import { type Form, FormEncode } from "../../../src/core/engine.ts";
import { geminiRequestOf, OpenAiRequestError } from "../../../src/wire/openai.ts";
import { chatRequestOf } from "../../../src/wire/openai-text.ts";
import type { Random } from "../random.ts";
import { about, onJson, orOwn, type Target } from "../target.ts";
import { CHUNKS, OPENAI } from "./seeds.ts";

const isOwn = (error: unknown) => error instanceof OpenAiRequestError;
const isRecord = (one: unknown): one is Record<string, unknown> =>
  typeof one === "object" && one !== null && !Array.isArray(one);

const requests = onJson({
  name: "openai-request",
  seeds: [OPENAI, { model: "m", prompt: "Hi", max_tokens: 5 }, { model: "m", prompt: ["Hi"] }],
  words: ["user", "system", "tool", "assistant", "none", "required", "auto", "json_object", "text"],
  run(value) {
    // The gateway lets only objects through.
    if (!isRecord(value)) return "none";
    const asked = orOwn(() => ("prompt" in value ? chatRequestOf(value) : value), isOwn);
    if (asked === "refused") return asked;
    const request = orOwn(() => geminiRequestOf(asked as never), isOwn);
    if (request === "refused") return request;
    assert.ok(request.contents.length > 0 || request.systemInstruction);
    for (const { role, parts } of request.contents)
      assert.ok((role === "user" || role === "model") && Array.isArray(parts) && parts.length > 0);
    return `${Object.keys(request)} ${about(request.contents.length)}`;
  },
});

const FORMS: readonly Form[] = [
  { api: "gemini", shape: "sse" },
  { api: "gemini", shape: "array" },
  { api: "gemini", shape: "whole" },
  { api: "openai", shape: "sse", usage: true },
  { api: "openai", shape: "lines" },
  { api: "openai", shape: "whole" },
  { api: "openai-text", shape: "sse" },
  { api: "openai-text", shape: "whole" },
];
const END = {
  ...{ seq: 9, t: 9, type: "done", text: "", outcome: "done", finishReason: "STOP" },
  ...{ attempts: 1, splices: [], totalMs: 1, retried: false, recovered: false },
};

/** The JSON that a chunk came as: on one line, on several of any kind, or lost. */
function written(chunk: unknown, random: Random): string | undefined {
  const pretty = () => JSON.stringify(chunk, null, 1);
  return [
    () => JSON.stringify(chunk),
    pretty,
    () => pretty().replaceAll("\n", "\r"),
    () => undefined,
  ][random.int(4)]?.();
}

const answers = onJson({
  name: "form",
  seeds: [CHUNKS],
  words: ["STOP", "SAFETY", "CONTINUATION", "text", "functionCall", "thought", "continuationToken"],
  run(value, random) {
    // Attempts let only objects through.
    const chunks = (Array.isArray(value) ? value : [value]).filter(isRecord);
    const outcomes: string[] = [];
    for (const form of FORMS) {
      const encode = new FormEncode(form, { model: "m", id: "i", created: 1 });
      let text = "";
      for (const chunk of chunks) text += encode.take(() => chunk as never, written(chunk, random));
      text += encode.end(END as never);
      const room = 4_000 + 12 * (JSON.stringify(chunks, null, 2).length + 300 * chunks.length);
      assert.ok(text.length <= room, `${text.length} characters`);
      if (form.shape === "whole" || form.shape === "array") JSON.parse(text);
      if (form.shape === "sse")
        for (const line of text.split(/\r\n|\n|\r/)) assert.match(line, /^(data: .*|)$/s);
      outcomes.push(about(text.length));
    }
    return outcomes.join();
  },
});

export const formTargets: readonly Target[] = [requests, answers];

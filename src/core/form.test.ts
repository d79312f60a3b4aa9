// What a client is told of an answer's end, when upstream said an end that was none.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { TerminalEvent } from "./event.ts";
import { failure } from "./failure-table.ts";
import { type Form, FormEncode } from "./form.ts";

const NAME = { model: "gemini-3.6-flash", id: "1", created: 1 };
const FORMS: readonly Form[] = [
  { api: "gemini", shape: "sse" },
  { api: "gemini", shape: "array" },
  { api: "gemini", shape: "lines" },
  { api: "openai", shape: "sse" },
  { api: "openai", shape: "lines" },
  { api: "openai-text", shape: "sse" },
];

const said = (text: string, finishReason?: string) => ({
  candidates: [
    {
      content: { role: "model", parts: [{ text }] },
      index: 0,
      ...(finishReason && { finishReason }),
    },
  ],
});
const common = { seq: 9, t: 9, attempts: 2, text: "one two", ttftMs: 1, totalMs: 9, splices: [] };
const blocked = { ...common, type: "blocked", failure: failure("prompt_blocked") } as unknown;
const done = { ...common, type: "done", finishReason: "STOP" } as unknown;

for (const form of FORMS) {
  const name = `${form.api} ${form.shape}`;
  for (const [when, chunks] of [
    ["before the text", [said("", "STOP"), said("one "), said("two")]],
    ["with every piece", [said("one ", "STOP"), said("two", "STOP")]],
  ] as const)
    test(`${name}: an answer that is blocked is not taken for whole, though STOP came ${when}`, () => {
      const encode = new FormEncode(form, NAME);
      const text = chunks.map((chunk) => encode.take(() => chunk, JSON.stringify(chunk))).join("");
      assert.ok(encode.problem(blocked as TerminalEvent));
      const all = text + encode.end(blocked as TerminalEvent);
      assert.match(all, /prompt_blocked/);
      if (form.api !== "gemini") assert.doesNotMatch(all, /"finish_reason":"stop"|\[DONE\]/);
    });

  test(`${name}: a whole answer ends with its reason, behind the last text`, () => {
    const encode = new FormEncode(form, NAME);
    const chunks = [said("", "STOP"), said("one "), said("two")];
    const text = chunks.map((chunk) => encode.take(() => chunk, JSON.stringify(chunk))).join("");
    const all = text + encode.end(done as TerminalEvent);
    assert.ok(
      all.lastIndexOf("two") <
        all.search(/"(?:finish_reason|finishReason)": ?"(?:stop|STOP)"(?![\s\S]*two)/),
    );
  });
}

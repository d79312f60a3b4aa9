// Arguments in pieces become the arguments that were meant.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { GeminiPart } from "./gemini.ts";
import { wholeCalls as whole } from "./partial-args.ts";

const wholeCalls = (parts: readonly GeminiPart[]) => whole(parts, false);

const begin = (name: string): GeminiPart => ({
  functionCall: { name, willContinue: true },
  thoughtSignature: "c2ln",
});
const piece = (one: object): GeminiPart => ({
  functionCall: { partialArgs: [one], willContinue: true },
});
const END: GeminiPart = { functionCall: {} };

test("text is appended at its place, other values are set", () => {
  const parts = wholeCalls([
    { text: "Let me look. " },
    begin("get_weather"),
    piece({ jsonPath: "$.city", stringValue: "Bos", willContinue: true }),
    piece({ jsonPath: "$.city", stringValue: "ton" }),
    piece({ jsonPath: "$.days", numberValue: 3 }),
    piece({ jsonPath: "$.options.wind", boolValue: true }),
    piece({ jsonPath: "$.options.names[0]", stringValue: "a" }),
    piece({ jsonPath: "$.options.names[1]", stringValue: "b" }),
    piece({ jsonPath: "$['odd key']", nullValue: "NULL_VALUE" }),
    piece({ jsonPath: "$.empty" }),
    END,
  ]);
  assert.deepEqual(parts, [
    { text: "Let me look. " },
    {
      functionCall: {
        name: "get_weather",
        args: {
          city: "Boston",
          days: 3,
          options: { wind: true, names: ["a", "b"] },
          "odd key": null,
          empty: {},
        },
      },
      thoughtSignature: "c2ln",
    },
  ]);
});

test("calls that are whole, and calls without arguments, stay as they are", () => {
  const calls: GeminiPart[] = [
    { functionCall: { name: "now" } },
    { functionCall: { name: "add", args: { x: 1 } } },
  ];
  assert.deepEqual(wholeCalls(calls), calls);
});

test("a call whose end never came is no call, unless the answer is whole", () => {
  const cut = [begin("pay"), piece({ jsonPath: "$.amount", numberValue: 1 })];
  assert.deepEqual(wholeCalls(cut), []);
  const paid = { name: "pay", args: { amount: 1 } };
  assert.deepEqual(whole(cut, true)[0]?.functionCall, paid);
  const next: GeminiPart = { functionCall: { name: "now" } };
  const both = wholeCalls([...cut, next]).map(({ functionCall }) => functionCall);
  assert.deepEqual(both, [paid, { name: "now" }], "what follows it ends it");
});

test("the end may come with the last piece", () => {
  const last = { functionCall: { partialArgs: [{ jsonPath: "$.x", stringValue: "y" }] } };
  assert.deepEqual(wholeCalls([begin("f"), last])[0]?.functionCall?.args, { x: "y" });
});

test("no path reaches a prototype, and none crashes", () => {
  wholeCalls([begin("f"), piece({ jsonPath: "$.__proto__.polluted", stringValue: "yes" }), END]);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  fc.assert(
    fc.property(fc.array(fc.record({ jsonPath: fc.string(), stringValue: fc.string() })), (all) => {
      wholeCalls([begin("f"), ...all.map(piece), END]);
    }),
  );
});

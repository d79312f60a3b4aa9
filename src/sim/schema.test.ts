// Values fit their schema, in both dialects, and a schema of itself ends.
import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "./random.ts";
import { type Schema, satisfy } from "./schema.ts";

const made = (schema: Schema, seed = 1) => satisfy(schema, random(seed));

test("numbers stay within their bounds", () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const whole = made({ type: "INTEGER", minimum: 2, maximum: 4 }, seed) as number;
    assert.ok(Number.isInteger(whole) && whole >= 2 && whole <= 4);
    const part = made({ type: "number", minimum: 0.25, maximum: 0.26 }, seed) as number;
    assert.ok(part >= 0.25 && part <= 0.26);
    const below = made({ type: "number", maximum: -3 }, seed) as number;
    assert.ok(below <= -3);
  }
});

test("texts and lists have the length they must", () => {
  assert.equal((made({ type: "string", minLength: 40 }) as string).length >= 40, true);
  assert.equal((made({ type: "string", maxLength: 3 }) as string).length, 3);
  assert.equal((made({ type: "ARRAY", items: { type: "STRING" }, minItems: "5" }) as []).length, 5);
  assert.deepEqual(made({ type: "array", maxItems: 0 }), []);
  assert.deepEqual(made({ prefixItems: [{ const: 1 }, { const: "a" }] }), [1, "a"]);
});

test("choices, constants, nulls and parts put together", () => {
  assert.ok(["a", "b"].includes(made({ type: "STRING", enum: ["a", "b"] }) as string));
  assert.equal(made({ const: false }), false);
  assert.equal(made({ type: "null" }), null);
  assert.equal(typeof made({ anyOf: [{ type: "number" }, { type: "string" }] }), "number");
  const both = made({
    allOf: [{ properties: { a: { const: 1 } } }, { properties: { b: { const: 2 } } }],
  });
  assert.deepEqual(both, { a: 1, b: 2 });
});

test("a schema that contains itself ends", () => {
  const tree: Schema = {
    $ref: "#/$defs/node",
    $defs: {
      node: {
        type: "object",
        properties: {
          value: { type: "integer" },
          children: { type: "array", items: { $ref: "#/$defs/node" } },
        },
        required: ["value"],
      },
    },
  };
  assert.equal(typeof (made(tree) as { value: number }).value, "number");
  const forced: Schema = {
    ...tree,
    $defs: {
      node: { type: "object", properties: { next: { $ref: "#/$defs/node" } }, required: ["next"] },
    },
  };
  assert.ok(JSON.stringify(made(forced)).length < 10_000);
});

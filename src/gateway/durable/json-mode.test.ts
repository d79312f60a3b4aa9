import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Declined } from "./declined.ts";
import { arrayOf, firstValues, flatten } from "./json-mode.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => value && new TextDecoder().decode(value);

test("one level of an array is taken apart, and values stay as they were written", () => {
  const cases: [string, string][] = [
    ['{"a":1}', '{"a":1}'],
    [" [1, [2,3] ] ", "1, [2,3]"],
    ["[[[1]]]", "[[1]]"],
    ["[]", ""],
    ["12345678901234567890.10", "12345678901234567890.10"],
    ['"🦊"', '"🦊"'],
  ];
  for (const [given, wanted] of cases) assert.equal(text(flatten(bytes(given))), wanted);
});

test("what is no JSON, or no UTF-8, is refused", () => {
  for (const given of [bytes("{"), bytes("1 2"), bytes(""), new Uint8Array([0x22, 0xff, 0x22])])
    assert.throws(() => flatten(given), Declined);
});

test("messages read together are one array, and its first values are found again", () => {
  assert.equal(text(arrayOf([])), "[]");
  const batch = fc.array(fc.jsonValue(), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 5 }), fc.nat(6), (batches, count) => {
      const messages = batches.map((values) => flatten(bytes(JSON.stringify(values))));
      const whole = JSON.parse(text(arrayOf(messages)) as string);
      assert.deepEqual(whole, JSON.parse(JSON.stringify(batches.flat())));
      const [values, message] = [batches[0], messages[0]];
      if (!values || !message || count === 0) return;
      const found = firstValues(message, count);
      if (count > values.length) assert.equal(found, undefined);
      else
        assert.deepEqual(
          JSON.parse(`[${text(found)}]`),
          JSON.parse(JSON.stringify(values.slice(0, count))),
        );
    }),
    { seed: 7 },
  );
});

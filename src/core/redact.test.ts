// No key survives, in whatever form it comes; text without secrets stays as it is.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { redact, redactPersonal } from "./redact.ts";

const KEY = `AIza${"Sy0_-".repeat(7)}`;
const PLAIN = "correct-horse-battery";

const FORMS = [
  KEY,
  `x-goog-api-key: ${PLAIN}`,
  `"x-goog-api-key":"${PLAIN}"`,
  `{'api_key': '${PLAIN}'}`,
  `https://host/v1?key=${PLAIN}&alt=sse`,
  `https://host/v1?alt=sse&key=${PLAIN}`,
  `Authorization: Bearer ${PLAIN}`,
  `authorization=Basic ${PLAIN}`,
  `proxy http://user:${PLAIN}@proxy:3128 refused`,
  `password=${PLAIN}`,
  `ya29.${PLAIN}`,
  `-----BEGIN PRIVATE KEY-----\n${PLAIN}\n-----END PRIVATE KEY-----`,
];

for (const text of FORMS) {
  test(`redacts ${text.slice(0, 40).replace(/\n.*/s, "")}`, () => {
    const clean = redact(`before ${text} after`);
    assert.ok(!clean.includes(PLAIN) && !clean.includes(KEY), clean);
    assert.ok(clean.startsWith("before ") && clean.includes("[REDACTED]"));
  });
}

test("a known secret goes in every form it may take", () => {
  const secret = "s3cr3t/with+odd=chars";
  const base64 = btoa(secret);
  const clean = redact(`${secret} ${encodeURIComponent(secret)} ${base64}`, [secret]);
  assert.equal(clean, "[REDACTED] [REDACTED] [REDACTED]");
});

test("harmless text stays as it is", () => {
  for (const text of [
    "The key to the garden is under the stone.",
    "quotaId: GenerateRequestsPerDay",
    "API key not valid. Please pass a valid API key.",
    "monkey=banana",
    "a Bearer of news",
  ]) {
    assert.equal(redact(text), text);
  }
});

test("what tells of a person goes from evidence", () => {
  const clean = redactPersonal("mira@example.com /home/mira/app C:\\Users\\Mira\\app");
  assert.ok(!/mira/i.test(clean), clean);
});

test("property: a planted key never survives", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80 }), fc.string({ maxLength: 80 }), (a, b) => {
      assert.ok(!redact(`${a} ${KEY} ${b}`).includes(KEY));
      assert.ok(!redact(`${a}${KEY}${b}`, [KEY]).includes(KEY));
    }),
    { numRuns: 500 },
  );
});

test("long noise is no trap", () => {
  assert.ok(redact("key=".repeat(50_000)).length > 0);
  assert.ok(redact("://a:".repeat(50_000)).length > 0);
  assert.ok(redact("-----BEGIN ".repeat(20_000)).length > 0);
});

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
  `{\\"api_key\\": \\"${PLAIN}\\"}`,
  `{b'x-goog-api-key': b'${PLAIN}'}`,
  `[('x-goog-api-key', '${PLAIN}')]`,
  `[(b'authorization', b'Bearer ${PLAIN}')]`,
  `["x-goog-api-key","${PLAIN}"]`,
  `Client(api_key='${PLAIN}')`,
  `x-goog-api-key=${PLAIN}`,
  `key%3D${PLAIN}`,
  `https%3A%2F%2Fhost%2Fv1%3Fkey%3D${PLAIN}`,
  `url=https%3A%2F%2Fhost%3Falt%3Dsse%26key%3D${PLAIN}`,
  `https%3A%2F%2Fhost%2Fv1%3Fq%3D${KEY}`,
  `%22api_key%22%3A%22${PLAIN}%22`,
  `glued${KEY}`,
  btoa(KEY),
  `-----BEGIN PRIVATE KEY-----\n${PLAIN}\n-----END PRIVATE KEY-----`,
];

for (const text of FORMS) {
  test(`redacts ${text.slice(0, 40).replace(/\n.*/s, "")}`, () => {
    const clean = redact(`before ${text} after`);
    for (const secret of [PLAIN, KEY, btoa(KEY)]) assert.ok(!clean.includes(secret), clean);
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
    '{"required": ["key", "description"]}',
    "the risk-assessment-of-everything and a task-list-for-tomorrow",
    "primary key (identifier) is missing",
    "x-goog-api-key, authorization and x-api-key are headers",
    "https://host/v1/models?alt=sse&pageSize=50",
    "[REDACTED]",
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
      assert.ok(!redact(`${a}${KEY}${b}`).includes(KEY));
      assert.ok(!redact(`${a}${KEY}${b}`, [KEY]).includes(KEY));
    }),
    { numRuns: 500 },
  );
});

const secret = fc.stringMatching(/^[A-Za-z0-9_-]{16,40}$/);
const name = fc.constantFrom("x-goog-api-key", "X-Api-Key", "api_key", "apiKey", "API KEY", "key");
const shape = fc.constantFrom<(name: string, value: string) => string>(
  (n, v) => `${n}: ${v}`,
  (n, v) => `?${n}=${v}&alt=sse`,
  (n, v) => JSON.stringify({ [n]: v }),
  (n, v) => JSON.stringify(JSON.stringify({ [n]: v })),
  (n, v) => `{'${n}': '${v}'}`,
  (n, v) => `{b'${n}': b'${v}'}`,
  (n, v) => `${n}%3D${v}`,
);

test("property: a value under a key's name never survives, whatever is around it", () => {
  const around = fc.string({ maxLength: 40 });
  fc.assert(
    fc.property(around, name, shape, secret, around, (a, named, write, value, b) => {
      const clean = redact(`${a} ${write(named, value)} ${b}`);
      assert.ok(!clean.includes(value), clean);
    }),
    { numRuns: 1_000 },
  );
});

test("property: a known secret survives in no form", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8, maxLength: 40, unit: "binary" }), (value) => {
      if (!value.isWellFormed()) return;
      const base64 = Buffer.from(value).toString("base64");
      const forms = [value, encodeURIComponent(value), base64, base64.replace(/=+$/, "")];
      for (const form of forms) {
        assert.ok(!redact(`\n${form}\n`, [value]).includes(form), form);
      }
    }),
    { numRuns: 500 },
  );
});

test("property: cleaning what is clean changes nothing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...FORMS), fc.string()), { maxLength: 5 }),
      (all) => {
        const clean = redact(all.join(" "));
        assert.equal(redact(clean), clean);
      },
    ),
  );
});

test("long noise is no trap", () => {
  for (const noise of [
    "a=",
    "key",
    "Bearer ",
    "AIza",
    "eyJ",
    "%3Fkey",
    "'x-api-key',",
    "a://b:",
    "-eyJaaaaaaaa",
  ]) {
    assert.ok(redact(noise.repeat(Math.ceil(200_000 / noise.length))).length > 0);
  }
  assert.ok(redact(`AIza${"a".repeat(200_000)}`).length < 200);
  assert.ok(redact(`eyJ${"a".repeat(200_000)}`).length > 0);
  assert.ok(redact("key=".repeat(50_000)).length > 0);
  assert.ok(redact("://a:".repeat(50_000)).length > 0);
  assert.ok(redact("-----BEGIN ".repeat(20_000)).length > 0);
});

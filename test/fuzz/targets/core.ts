// What the core reads of others: errors, waits, texts with keys in them, texts that are to be joined.
import assert from "node:assert/strict";
import {
  classifyErrorBody,
  classifyResponse,
  classifyThrown,
  FAILURES,
  type Failure,
  redact,
} from "../../../src/core/failures.ts";
import { retryDelay } from "../../../src/core/retry-delay.ts";
import {
  anchorJoiner,
  anchorOf,
  type Joiner,
  matchJoiner,
  prefillJoiner,
} from "../../../src/core/splice.ts";
import { about, onJson, onText, type Target } from "../target.ts";
import { ERROR } from "./seeds.ts";

export const KEY = `AIzaSy${"Fuzz-Key_".repeat(4)}`.slice(0, 39);
const MESSAGE_CHARS_MAX = 500;

function checkFailure(seen: Failure): string {
  assert.ok(Object.hasOwn(FAILURES, seen.code), String(seen.code));
  assert.ok(seen.message.length <= MESSAGE_CHARS_MAX && !/[\r\n]/.test(seen.message));
  assert.ok(!JSON.stringify(seen).includes(KEY), "the key shows");
  const { retryAfterMs: ms } = seen;
  assert.ok(ms === undefined || (Number.isFinite(ms) && ms >= 0), String(ms));
  return `${seen.code} ${seen.delaySource}`;
}

const errorBodies = onJson({
  name: "classify-error",
  seeds: [ERROR, [ERROR], { error: JSON.stringify(ERROR) }, { code: "rate_limit_exceeded" }],
  words: [KEY, "PerDay", "limit: 0", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "quotaId", "overloaded"],
  run: (value) => checkFailure(classifyErrorBody(value, 400)),
});

const responses = onText({
  name: "classify-response",
  seeds: [JSON.stringify(ERROR), "<html><title>502 Bad</title></html>", "", "upstream gone", "{"],
  words: [KEY, "429", "quota", "<title", "toolstools", "TokensPer", "retry in 1s", "key=", '\\"'],
  plain: (body) => classifyResponse({ status: 429, headers: {}, body }),
  run: (body, random) => {
    const status = random.pick([200, 302, 400, 404, 429, 500, 502, 504]);
    const headers = { "retry-after": body.slice(0, 12) };
    return checkFailure(classifyResponse({ status, headers, body }));
  },
});

const thrown = onJson({
  name: "classify-thrown",
  seeds: [
    { name: "TypeError", message: "fetch failed", cause: { code: "ECONNRESET", message: KEY } },
    { errors: [{ code: "ENOTFOUND" }, { message: "a", cause: { cause: { message: "b" } } }] },
  ],
  words: [KEY, "ECONNREFUSED", "AbortError", "CERT_HAS_EXPIRED", "other side closed"],
  run: (value) => checkFailure(classifyThrown(value)),
});

const delays = onText({
  name: "retry-delay",
  seeds: ["Please retry in 1m12.5s.", "quotaResetDelay: 900ms", "wait 3 seconds", "34.4s", "120"],
  words: ["retry", "wait", "try again", "1", "s", "ms", "h", ".", "9999999999999"],
  plain: (message) => retryDelay({ message, details: [{ retryDelay: message }] }),
  run(text) {
    const headers = { get: () => text };
    let outcome = "";
    for (const seen of [{ message: text }, { details: [{ retryDelay: text }] }, { headers }]) {
      const told = retryDelay({ ...seen, nowMs: 0 });
      if (told) assert.ok(Number.isFinite(told.retryAfterMs) && told.retryAfterMs >= 0);
      outcome += `${told?.delaySource} `;
    }
    return outcome;
  },
});

const PLAIN = "correct-horse-battery";
const FORMS: readonly string[] = [
  ...[KEY, `x-goog-api-key: ${PLAIN}`, `{"api_key":"${PLAIN}"}`, `?key=${PLAIN}&a=b`],
  ...[`Authorization: Bearer ${PLAIN}`, `redis://:${PLAIN}@host:1`, `https://u:${PLAIN}@host/`],
  ...[
    `{'x-goog-api-key': '${PLAIN}'}`,
    `%3Fkey%3D${PLAIN}`,
    btoa(KEY),
    `ya29.${PLAIN}`,
    `plx_${PLAIN}`,
  ],
];

const redaction = onText({
  name: "redact",
  seeds: FORMS,
  words: [
    "key",
    "key=",
    "Bearer ",
    '"',
    "'",
    "\\",
    "%22",
    ": ",
    "://",
    "@",
    "eyJ",
    "AIza",
    "-----BEGIN ",
  ],
  plain: (text) => redact(text),
  run(text, random) {
    const form = random.pick(FORMS);
    // A word that is cut, or a quote that hides what follows, is no form any more: a line of its own.
    const at = random.int(text.length + 1);
    const clean = redact(`${text.slice(0, at)}\n ${form} \n${text.slice(at)}`);
    for (const secret of [PLAIN, KEY, btoa(KEY)]) {
      const planted = form.includes(secret) && !text.includes(secret.slice(0, 5));
      if (planted) assert.ok(!clean.includes(secret), `${secret} in ${clean}`);
    }
    const once = redact(text);
    assert.equal(redact(once), once);
    assert.ok(once.length <= 12 * text.length + 12);
    return `${about(once.split("[REDACTED]").length)} ${once === text}`;
  },
});

const TEXT =
  "The harbour was quiet that night. A lantern swung above the door, and\n```js\nconst a = 1;\n";

/** Decided as a stream would: once, and for good. */
function decide(joiner: Joiner, text: string, step: number) {
  for (let end = step; end < text.length; end += step) {
    const seen = joiner.judge(text.slice(0, end), false);
    if (seen.type !== "hold") return seen;
  }
  return joiner.judge(text, true);
}

const splices = onText({
  name: "splice",
  seeds: [TEXT, TEXT.slice(20), `${anchorOf(TEXT)} more`, `\`\`\`js\n${anchorOf(TEXT)} x`, "other"],
  words: [TEXT, TEXT.slice(-30), "```js\n", "\n", " ", "\ud83d", "\ude42"],
  run(text, random) {
    const cut = random.int(TEXT.length) + 1;
    const delivered = TEXT.slice(0, cut);
    const anchor = anchorOf(delivered);
    assert.ok(delivered.includes(anchor));
    const from = random.int(cut + 1);
    const step = 1 + random.int(9);
    const outcomes: string[] = [];
    for (const [name, joiner] of [
      ["anchor", anchorJoiner(delivered, anchor)],
      ["prefill", prefillJoiner(delivered)],
      ["match", matchJoiner(delivered, from)],
    ] as const) {
      const seen = decide(joiner, text, step);
      outcomes.push(seen.type);
      assert.notEqual(seen.type, "hold");
      if (seen.type !== "joined") continue;
      const { drop } = seen;
      assert.ok(drop >= 0 && drop <= text.length, `${drop} of ${text.length}`);
      if (name === "anchor") assert.ok(text.slice(0, drop).includes(anchor.trim()), "no anchor");
      if (name === "match") assert.equal(delivered.slice(from) + text.slice(drop), text);
    }
    return outcomes.join();
  },
});

export const coreTargets: readonly Target[] = [
  ...[errorBodies, responses, thrown, delays, redaction, splices],
];

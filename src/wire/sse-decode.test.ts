// Any slicing of the same bytes gives the same frames, in every framing.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Frame, SseDecode } from "./sse-decode.ts";
import {
  ArrayEncode,
  encodeComment,
  encodeNamed,
  encodeNative,
  encodeOpenAi,
} from "./sse-encode.ts";

const utf8 = new TextEncoder();

function decode(body: Uint8Array, cuts: readonly number[] = [], max?: number) {
  const decoder = new SseDecode(max);
  const frames: Frame[] = [];
  let from = 0;
  for (const to of [...cuts, body.length]) {
    decoder.push(body.slice(from, to), frames);
    from = to;
  }
  decoder.end(frames);
  return { frames, problem: decoder.problem };
}

function datas(text: string | Uint8Array, cuts?: readonly number[]) {
  const bytes = typeof text === "string" ? utf8.encode(text) : text;
  return decode(bytes, cuts).frames.map((f) => [f.kind, f.data, f.whole]);
}

const everyByte = (text: string) => Array.from(utf8.encode(text), (_, i) => i);

const ERROR =
  '{\n  "error": {\n    "code": 503,\n    "message": "so {\\"odd\\": \\\\}",\n    "status": "UNAVAILABLE"\n  }\n}';

const TABLE: [name: string, body: string, frames: [string, string, boolean][]][] = [
  [
    "CRLF",
    'data: {"a":1}\r\n\r\ndata: {"b":2}\r\n\r\n',
    [
      ["data", '{"a":1}', true],
      ["data", '{"b":2}', true],
    ],
  ],
  [
    "LF",
    'data: {"a":1}\n\ndata: {"b":2}\n\n',
    [
      ["data", '{"a":1}', true],
      ["data", '{"b":2}', true],
    ],
  ],
  [
    "CR",
    'data: {"a":1}\r\rdata: {"b":2}\r\r',
    [
      ["data", '{"a":1}', true],
      ["data", '{"b":2}', true],
    ],
  ],
  ["no space", 'data:{"a":1}\n\n', [["data", '{"a":1}', true]]],
  ["multi-line", "data: {\ndata: }\n\n", [["data", "{\n}", true]]],
  ["comments", ': hi\r\n\r\ndata: {"a":1}\r\n: mid\r\n\r\n', [["data", '{"a":1}', true]]],
  ["BOM", '\ufeffdata: {"a":1}\n\n', [["data", '{"a":1}', true]]],
  ["no blank line at the end", 'data: {"a":1}\r\n', [["data", '{"a":1}', false]]],
  ["no line end at the end", 'data: {"a":1}', [["data", '{"a":1}', false]]],
  [
    "cut inside JSON",
    'data: {"a":1}\n\ndata: {"a',
    [
      ["data", '{"a":1}', true],
      ["data", '{"a', false],
    ],
  ],
  [
    "cut inside a field name",
    'data: {"a":1}\n\nda',
    [
      ["data", '{"a":1}', true],
      ["data", "", false],
    ],
  ],
  [
    "bare error after events",
    `data: {"a":1}\r\n\r\n${ERROR}\n`,
    [
      ["data", '{"a":1}', true],
      ["json", ERROR, true],
    ],
  ],
  [
    "bare error right after a line",
    `data: {"a":1}\n${ERROR}\n`,
    [
      ["data", '{"a":1}', true],
      ["json", ERROR, true],
    ],
  ],
  [
    "events after a bare error",
    `${ERROR}\ndata: {"a":1}\n\n`,
    [
      ["json", ERROR, true],
      ["data", '{"a":1}', true],
    ],
  ],
  ["bare error without a line end", ERROR, [["json", ERROR, true]]],
  ["cut inside a bare error", ERROR.slice(0, 40), [["json", "", false]]],
  ["wrapped error", `[${ERROR}\n]\n`, [["json", ERROR, true]]],
  [
    "array mode",
    '[{\n  "a": "}]"\n}\n,\r\n{\n  "b": 2\n}\n]',
    [
      ["json", '{\n  "a": "}]"\n}', true],
      ["json", '{\n  "b": 2\n}', true],
    ],
  ],
  [
    "array cut",
    '[{\n  "a": 1\n}\n,\r\n{\n  "b',
    [
      ["json", '{\n  "a": 1\n}', true],
      ["json", "", false],
    ],
  ],
  [
    "one line each",
    '{"a":1}\n\n{"b":2}\n',
    [
      ["json", '{"a":1}', true],
      ["json", '{"b":2}', true],
    ],
  ],
  ["DONE", "data: [DONE]\n\n", [["data", "[DONE]", true]]],
  ["only keep-alive", ": ping\n\n: ping\n\n", []],
  ["empty", "", []],
];

for (const [name, body, frames] of TABLE) {
  test(`decodes: ${name}`, () => {
    assert.deepEqual(datas(body), frames);
    assert.deepEqual(datas(body, everyByte(body)), frames, "one byte a packet");
  });
}

test("names and ids of events ride along", () => {
  const body = utf8.encode(encodeNamed("step.delta", '{"a":1}', "7") + encodeOpenAi("[DONE]"));
  const { frames } = decode(body);
  assert.deepEqual(
    frames.map((f) => [f.event, f.id, f.data]),
    [
      ["step.delta", "7", '{"a":1}'],
      [undefined, "7", "[DONE]"],
    ],
  );
});

test("what is no frame is shown, and nothing after it is trusted", () => {
  const html = "<!DOCTYPE html>\n<title>502</title>\ndata: {}\n\n";
  assert.deepEqual(datas(html), [["junk", html, true]]);
  const damaged = 'data: {"a":1}\n\ndaXa: {"b":2}\n\ndata: {"c":3}\n\n';
  assert.deepEqual(
    datas(damaged).map((f) => f[0]),
    ["data", "junk"],
  );
});

test("damaged UTF-8 is a problem, and the events before it are kept", () => {
  const good = utf8.encode('data: {"a":"é"}\n\n');
  const bad = utf8.encode('data: {"b":"é"}\n\n');
  bad[12] = 0x41; // half of the é
  const { frames, problem } = decode(Uint8Array.of(...good, ...bad));
  assert.equal(problem, "utf8_invalid");
  assert.deepEqual(
    frames.map((f) => f.data),
    ['{"a":"é"}'],
  );
});

test("a character cut by the end of the body is a cut", () => {
  const whole = utf8.encode('data: {"a":"é"}');
  const { frames, problem } = decode(whole.slice(0, 13));
  assert.equal(problem, undefined);
  assert.deepEqual(
    frames.map((f) => f.whole),
    [false],
  );
});

test("one event has a limit, in every framing", () => {
  const big = "x".repeat(5000);
  for (const body of [`data: "${big}"`, `data: ${big}\ndata: ${big}\n`, `{\n"a":"${big}`]) {
    const bytes = utf8.encode(body);
    const cuts = Array.from({ length: Math.floor(bytes.length / 100) }, (_, i) => (i + 1) * 100);
    assert.equal(decode(bytes, cuts, 4000).problem, "event_too_large", body.slice(0, 8));
  }
});

const chunk = fc.record({ text: fc.string({ unit: "binary", maxLength: 40 }), n: fc.nat() });
const cutsOf = (bytes: Uint8Array, raw: number[]) =>
  raw.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b);

test("property: what is encoded is decoded, however the bytes are sliced", () => {
  const framings: ((json: string[]) => string)[] = [
    (all) => all.map(encodeNative).join(""),
    (all) => all.map((json) => encodeComment("hold") + encodeOpenAi(json)).join(""),
    (all) => all.map((json) => encodeNamed("x", json)).join(""),
    (all) => all.map((json) => encodeNative(json).replaceAll("\r\n", "\r")).join(""),
    (all) => {
      const array = new ArrayEncode();
      return all.map((json) => array.element(json)).join("") + array.end();
    },
  ];
  fc.assert(
    fc.property(
      fc.array(chunk, { maxLength: 6 }),
      fc.nat({ max: framings.length - 1 }),
      fc.array(fc.nat(), { maxLength: 30 }),
      (chunks, which, raw) => {
        const jsons = chunks.map((c) => JSON.stringify(c).replaceAll("\r", ""));
        const bytes = utf8.encode((framings[which] as (json: string[]) => string)(jsons));
        const { frames, problem } = decode(bytes, cutsOf(bytes, raw));
        assert.equal(problem, undefined);
        assert.deepEqual(
          frames.map((f) => f.data),
          jsons,
        );
      },
    ),
    { numRuns: 400 },
  );
});

test("property: any bytes end without a throw, and slicing changes nothing before a problem", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.nat(), { maxLength: 9 }),
      (b, raw) => {
        const whole = decode(b, [], 150);
        const sliced = decode(b, cutsOf(b, raw), 150);
        if (whole.problem || sliced.problem) return;
        if (whole.frames.some((f) => f.kind === "junk" || !f.whole)) return;
        assert.deepEqual(sliced.frames, whole.frames);
      },
    ),
    { numRuns: 400 },
  );
});

// The decoders of what crosses a socket.
import assert from "node:assert/strict";
import { ConvertError, toGemini, toInteraction } from "../../../src/wire/convert.ts";
import { camelRequest, type Frame, SseDecode } from "../../../src/wire/index.ts";
import { InteractionView } from "../../../src/wire/interactions.ts";
import { JsonScan } from "../../../src/wire/json-scan.ts";
import { wholeCalls } from "../../../src/wire/partial-args.ts";
import { about, cutsOf, onBytes, onJson, onText, orOwn, type Target } from "../target.ts";
import { bodies, EVENTS, INTERACTION, PARTS, REQUEST, TURNS } from "./seeds.ts";

const SMALL_BYTES = 64;

function decode(body: Uint8Array, cuts: readonly number[], max?: number) {
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

/** What is no frame is shown as far as one read had it. */
const withoutJunk = (frames: readonly Frame[]) =>
  frames.map((one) => (one.kind === "junk" ? { ...one, data: "" } : one));

const isLoneCr = (body: Uint8Array) => /\r(?!\n)/.test(Buffer.from(body).toString("latin1"));

const sse = onBytes({
  name: "sse-decode",
  seeds: bodies,
  words: [
    "data: ",
    "\r",
    "\n",
    "\r\n",
    "{",
    "[",
    "]",
    "}",
    ",",
    '"',
    "\\",
    ": c\n",
    "\ufeff",
    "id:1\n",
  ],
  plain: (body) => decode(body, []),
  run(body, random) {
    const whole = decode(body, []);
    const sliced = decode(body, cutsOf(body.length, random));
    // Lines that end in a lone CR are looked for only now and then.
    if (isLoneCr(body) && (sliced.problem ?? whole.problem) === "utf8_invalid") return "cr";
    assert.equal(sliced.problem, whole.problem);
    assert.deepEqual(withoutJunk(sliced.frames), withoutJunk(whole.frames));
    const chars = whole.frames.reduce((sum, { data }) => sum + data.length, 0);
    assert.ok(chars <= body.length, `${chars} characters of ${body.length} bytes`);
    const { frames } = decode(body, [], SMALL_BYTES);
    for (const [i, frame] of frames.entries()) {
      if (frame.whole) assert.deepEqual(frame, whole.frames[i]);
      if (frame.kind === "data") assert.ok(frame.data.length <= SMALL_BYTES);
    }
    const kinds = whole.frames.slice(0, 6).map(({ kind, whole: is }) => kind + is);
    return `${whole.problem} ${about(whole.frames.length)} ${kinds}`;
  },
});

const jsonScan = onText({
  name: "json-scan",
  seeds: [
    '{"a":"}\\"]"}',
    '[{"a":[1,{"b":"\\\\"}]},\n{"c":2}]',
    '{"a":1}\n{"b":"\\u0022"}',
    "[[{}]]",
  ],
  words: ['"', "\\", "{", "}", "[", "]", ",", '\\"', "\\\\"],
  plain: (text) => new JsonScan().scan(text, 0, () => {}),
  run(text, random) {
    const scan = (cuts: readonly number[]) => {
      const found: string[] = [];
      const scanner = new JsonScan();
      let from = 0;
      for (const to of [...cuts, text.length]) {
        const piece = text.slice(from, to);
        const read = (at: number) => scanner.scan(piece, at, (json) => found.push(json));
        let at = read(0);
        // It stops at each end of a line; where it does not get on, there is no JSON.
        for (let next = read(at); next > at; next = read(at)) at = next;
        if (at < piece.length) break;
        from = to;
      }
      return { found, open: scanner.isOpen, idle: scanner.idle, chars: scanner.openChars };
    };
    const whole = scan([]);
    assert.deepEqual(scan(cutsOf(text.length, random)), whole);
    assert.ok(whole.found.join("").length + whole.chars <= text.length);
    for (const one of whole.found) assert.ok(one.startsWith("{") && /[}\]]$/.test(one), one);
    return `${about(whole.found.length)} ${whole.open} ${whole.idle} ${about(whole.chars)}`;
  },
});

const textOf = (told: unknown): string => {
  const { candidates } = (told ?? {}) as { candidates?: { content?: { parts?: object[] } }[] };
  const parts = candidates?.[0]?.content?.parts ?? [];
  return parts.map((part) => ("text" in part && !("thought" in part) ? part.text : "")).join("");
};

const isRecord = (one: unknown): one is object =>
  typeof one === "object" && one !== null && !Array.isArray(one);

const interactionEvents = onJson({
  name: "interaction-view",
  seeds: EVENTS,
  words: [
    "step.delta",
    "step.start",
    "step.stop",
    "content.delta",
    "interaction.completed",
    "text",
  ],
  run(value) {
    // Attempts let only objects through.
    const events = (Array.isArray(value) ? value : [value]).filter(isRecord);
    const view = new InteractionView();
    const read = () => events.map((event) => textOf(view.read(event as never))).join("");
    const text = read();
    assert.ok(text.length <= JSON.stringify(events).length);
    const chars = view.textChars;
    view.again("start");
    const again = read();
    if (!view.diverged && view.created && events.length < 3)
      assert.equal(view.textChars, chars, `told twice: ${again}`);
    return `${about(text.length)} ${view.created} ${view.ended} ${view.diverged} ${Boolean(view.issued)}`;
  },
});

const interactionWhole = onJson({
  name: "interaction-whole",
  seeds: [INTERACTION],
  words: ["model_output", "thought", "function_call", "function_result", "completed", "failed"],
  run(value) {
    if (!isRecord(value)) return "none";
    const view = new InteractionView();
    const first = view.readWhole(value as never);
    const again = view
      .readWhole(value as never)
      .map(textOf)
      .join("");
    assert.equal(again, "", "told twice");
    assert.ok(first.length <= 8 + JSON.stringify(value).length);
    return `${about(first.length)} ${view.ended} ${view.diverged}`;
  },
});

const partialArgs = onJson({
  name: "partial-args",
  seeds: [PARTS],
  words: [
    "$",
    "$.a",
    "$.a[0]",
    "$['b c']",
    "$.a[100000][100000]",
    "$.__proto__.polluted",
    "$.a.b.c",
  ],
  run(value) {
    const parts = Array.isArray(value) ? value : [value];
    const whole = wholeCalls(parts as never, true);
    const chars = JSON.stringify(whole)?.length ?? 0;
    const given = JSON.stringify(parts).length;
    assert.ok(chars <= 20_000 + 200 * given, `${chars} characters of ${given}`);
    return `${about(whole.length)} ${about(chars)}`;
  },
});

const isOwn = (error: unknown) => error instanceof ConvertError;

const conversions = onJson({
  name: "convert",
  seeds: [REQUEST, INTERACTION, ...TURNS],
  words: ["user", "model", "text", "function", "google_search", "user_input", "contents[0]"],
  run(value) {
    if (!isRecord(value)) return "none";
    const there = orOwn(() => toInteraction("m", value as never), isOwn);
    const back = orOwn(() => toGemini(value as never), isOwn);
    const camel = camelRequest(value as never);
    assert.equal(Object.getPrototypeOf(camel), Object.prototype);
    if (there === "refused" || back === "refused") return `${there === back}`;
    for (const { path, why } of [...there.lost, ...back.lost])
      assert.equal(`${typeof path} ${typeof why}`, "string string");
    return `${about(there.lost.length)} ${about(back.lost.length)} ${Object.keys(there.request)}`;
  },
});

export const wireTargets: readonly Target[] = [
  ...[sse, jsonScan, interactionEvents, interactionWhole, partialArgs, conversions],
];

// The decoder of a terminal's bytes: every sequence, however it is cut on the way.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Key, KeyDecoder } from "./keys.ts";

const KEYS: Readonly<Record<string, readonly string[]>> = {
  up: ["\x1b[A", "\x1bOA", "\x10"],
  down: ["\x1b[B", "\x1bOB", "\x0e"],
  right: ["\x1b[C", "\x1bOC", "\x06"],
  left: ["\x1b[D", "\x1bOD", "\x02"],
  home: ["\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~", "\x01"],
  end: ["\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~", "\x05"],
  delete: ["\x1b[3~"],
  backspace: ["\x7f", "\x08"],
  enter: ["\r"],
  newline: ["\n", "\x1b\r", "\x1b\n", "\x1b[13;2u", "\x1b[27;2;13~"],
  "word-left": ["\x1bb", "\x1b[1;5D", "\x1b[1;3D"],
  "word-right": ["\x1bf", "\x1b[1;5C", "\x1b[1;3C"],
  "delete-word": ["\x17", "\x1b\x7f"],
  "delete-word-right": ["\x1bd"],
  "kill-line": ["\x0b"],
  "kill-start": ["\x15"],
  tab: ["\t"],
  "ctrl-c": ["\x03"],
  "ctrl-d": ["\x04"],
  "ctrl-g": ["\x07"],
  "ctrl-l": ["\x0c"],
  "ctrl-o": ["\x0f"],
  "ctrl-r": ["\x12"],
};
const PASTE = "\x1b[200~pasted\r\ntext\x1b[A\x03\x1b[201~";
/** Known by no name: taken whole, and no key. */
const UNKNOWN = ["\x1b[5~", "\x1b[?62;1c", "\x1b[<0;10;20M", "\x1b[I", "\x1bOP", "\x1bz"];

function decode(pieces: readonly string[]): Key[] {
  const decoder = new KeyDecoder();
  const keys = pieces.flatMap((piece) => decoder.push(piece));
  keys.push(...decoder.push("", true));
  // Neighbouring text is one text, however it was cut.
  const joined: Key[] = [];
  for (const key of keys) {
    const last = joined.at(-1);
    if (key.name === "text" && last?.name === "text") last.text += key.text;
    else joined.push({ ...key });
  }
  return joined;
}

function slices(text: string, raw: readonly number[]): string[] {
  const cuts = raw.map((n) => n % (text.length + 1)).sort((a, b) => a - b);
  return [...cuts, text.length].map((to, i) => text.slice(cuts[i - 1] ?? 0, to));
}

test("every sequence is its key, at once and in single characters", () => {
  for (const [name, sequences] of Object.entries(KEYS)) {
    for (const sequence of sequences) {
      const expected = [
        { name, text: "" },
        { name: "text", text: "x" },
      ];
      assert.deepEqual(decode([`${sequence}x`]), expected, JSON.stringify(sequence));
      assert.deepEqual(decode([...`${sequence}x`]), expected, JSON.stringify(sequence));
    }
  }
});

test("a sequence that means nothing here leaves nothing behind", () => {
  for (const sequence of UNKNOWN) {
    assert.deepEqual(decode([...sequence, "x"]), [{ name: "text", text: "x" }], sequence);
  }
});

const pieces = fc.oneof(
  fc.constantFrom(...Object.values(KEYS).flat(), ...UNKNOWN, PASTE, "a", "é", "👍", "静", " "),
  // Also bytes that make up no sequence, or half of one.
  fc.constantFrom("\x1b", "[", "O", "2", "0", ";", "~", "\x1b[", "\x1b[20", "\x1b[200~"),
);

test("property: any slicing of the same bytes gives the same keys", () => {
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 10 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (parts, cuts) => {
        const text = parts.join("");
        assert.deepEqual(decode(slices(text, cuts)), decode([text]));
      },
    ),
    { numRuns: 1_000 },
  );
});

test("a paste is one key wherever it is cut, and what it holds is no key", () => {
  const whole = [
    { name: "paste", text: "pasted\ntext\x1b[A\x03" },
    { name: "enter", text: "" },
  ];
  for (let at = 0; at <= PASTE.length; at += 1) {
    assert.deepEqual(decode([PASTE.slice(0, at), `${PASTE.slice(at)}\r`]), whole, `cut at ${at}`);
  }
  assert.deepEqual(decode([...PASTE, "\r"]), whole);
});

test("a paste is bounded alike in one piece and in many", () => {
  const body = "x".repeat(1_500_000);
  const many = decode(["\x1b[200~", body, body, "\x1b[201~", "\r"]);
  assert.deepEqual(
    many.map(({ name, text }) => [name, text.length]),
    [
      ["paste", 2_000_000],
      ["enter", 0],
    ],
  );
  assert.equal(decode([`\x1b[200~${body}${body}\x1b[201~`])[0]?.text.length, 2_000_000);
});

test("a lone Escape is a key only when nothing follows", () => {
  const decoder = new KeyDecoder();
  assert.deepEqual(decoder.push("\x1b"), []);
  assert.ok(decoder.waits);
  assert.deepEqual(decoder.push("[A"), [{ name: "up", text: "" }]);
  assert.ok(!decoder.waits);
  decoder.push("\x1b");
  assert.deepEqual(decoder.push("", true), [{ name: "escape", text: "" }]);
  assert.ok(!decoder.waits);
});

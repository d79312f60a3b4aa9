// The line editor, key by key, and the decoder that feeds it.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Editor } from "./editor.ts";
import { type Key, KeyDecoder } from "./keys.ts";

function type(editor: Editor, ...names: string[]) {
  let wish: ReturnType<Editor["key"]>;
  for (const name of names) {
    const known =
      /^(enter|newline|tab|escape|up|down|left|right|home|end|backspace|delete|word-\w+|delete-word|kill-\w+|ctrl-\w)$/.test(
        name,
      );
    wish = editor.key(known ? { name, text: "" } : { name: "text", text: name });
  }
  return wish;
}

test("editing moves and deletes by grapheme", () => {
  const editor = new Editor();
  type(editor, "a👩🏽‍🚀é", "left", "backspace");
  assert.deepEqual([editor.text, editor.cursor], ["aé", 1]);
  type(editor, "home", "x", "end", "!", "word-left", "word-left", "y");
  assert.equal(editor.text, "yxaé!");
  type(editor, "kill-line");
  assert.equal(editor.text, "y");
});

test("lines: up and down move in the text, and at its edge through history", () => {
  const editor = new Editor(["first", "second"]);
  type(editor, "one", "newline", "two", "up");
  assert.equal(editor.cursor, 3);
  type(editor, "up");
  assert.equal(editor.text, "second");
  type(editor, "up", "up");
  assert.equal(editor.text, "first");
  type(editor, "down", "down");
  assert.equal(editor.text, "one\ntwo", "the draft is back");
});

test("enter sends; a backslash or open quotes make a new line instead", () => {
  const editor = new Editor();
  assert.equal(type(editor, "a\\", "enter"), undefined);
  assert.deepEqual(type(editor, "b", "enter"), { type: "submit", text: "a\nb" });
  assert.equal(type(editor, '"""one', "enter"), undefined);
  assert.deepEqual(type(editor, 'two"""', "enter"), { type: "submit", text: "one\ntwo" });
  assert.equal(editor.text, "");
});

test("a long paste folds, unfolds and is sent whole", () => {
  const editor = new Editor();
  const pasted = Array.from({ length: 30 }, (_, i) => `$& line ${i}`).join("\n");
  editor.key({ name: "paste", text: pasted });
  assert.equal(editor.text, "[pasted 30 lines]");
  assert.equal(editor.whole(), pasted);
  assert.deepEqual(type(editor, "enter"), { type: "submit", text: pasted });
});

test("Ctrl-C clears and remembers, Ctrl-D leaves only an empty line, Ctrl-R finds", () => {
  const editor = new Editor(["the red fox", "a blue hen"]);
  assert.equal(type(editor, "draft", "ctrl-c"), undefined);
  assert.equal(editor.text, "");
  assert.deepEqual(type(editor, "ctrl-d"), { type: "exit" });
  type(editor, "ctrl-r", "red");
  assert.equal(editor.text, "the red fox");
  assert.deepEqual(type(editor, "enter"), { type: "submit", text: "the red fox" });
});

const PIECES = [
  "a",
  "é",
  "👍",
  "\r",
  "\n",
  "\t",
  "\x03",
  "\x7f",
  "\x1b[A",
  "\x1b[1;5C",
  "\x1b[3~",
  "\x1bOH",
  "\x1b[13;2u",
  "\x1bb",
  "\x1b[200~pasted\rtext\x1b[A\x1b[201~",
];

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

test("property: any slicing of the same bytes gives the same keys", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (pieces, raw) => {
        const text = pieces.join("");
        const cuts = raw.map((n) => n % (text.length + 1)).sort((a, b) => a - b);
        const sliced = [...cuts, text.length].map((to, i) => text.slice(cuts[i - 1] ?? 0, to));
        assert.deepEqual(decode(sliced), decode([text]));
      },
    ),
    { numRuns: 500 },
  );
});

test("a paste is one key, and a lone escape is known when nothing follows", () => {
  assert.deepEqual(decode(["\x1b[200~a\r\nb\x1b[201~"]), [{ name: "paste", text: "a\nb" }]);
  const decoder = new KeyDecoder();
  assert.deepEqual(decoder.push("\x1b"), []);
  assert.ok(decoder.waits);
  assert.deepEqual(decoder.push("", true), [{ name: "escape", text: "" }]);
});

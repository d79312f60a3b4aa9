// The line editor, key by key.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Editor } from "./editor.ts";

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

test("up and down keep the column on screen and never cut a character in two", () => {
  const editor = new Editor();
  type(editor, "👍👍", "newline", "a", "up", "x");
  assert.equal(editor.text, "x👍👍\na");
  editor.set("ab静d\nabcd\n👍", 7);
  type(editor, "end", "up", "y");
  assert.equal(editor.text, "ab静yd\nabcd\n👍");
  type(editor, "down", "down", "z");
  assert.match(editor.text, /^ab静yd\nabcd\n👍z$/u);
});

test("a joined emoji, a flag and a combining mark each go with one backspace", () => {
  const editor = new Editor();
  type(editor, "👨‍👩‍👧‍👦🇩🇪e\u0301");
  for (const left of ["👨‍👩‍👧‍👦🇩🇪", "👨‍👩‍👧‍👦", "", ""]) {
    type(editor, "backspace");
    assert.equal(editor.text, left);
  }
  type(editor, "👩🏽‍🚀b", "home", "delete");
  assert.equal(editor.text, "b");
});

test("a word goes at once, to either side, however long its neighbour is", () => {
  const editor = new Editor();
  type(editor, "one two  three ", "delete-word");
  assert.equal(editor.text, "one two  ");
  type(editor, "home", "word-right", "delete-word");
  assert.deepEqual([editor.text, editor.cursor], [" two  ", 0]);
  const long = "x".repeat(200_000);
  editor.set(`${long} end`);
  type(editor, "delete-word");
  assert.equal(editor.text, `${long} `);
});

test("kill-start and kill-line stay within their line", () => {
  const editor = new Editor();
  editor.set("one\ntwo words\nthree", 7);
  type(editor, "kill-start");
  assert.equal(editor.text, "one\n words\nthree");
  type(editor, "kill-line");
  assert.equal(editor.text, "one\n\nthree");
});

test("a search keeps the draft, goes on to older lines, and takes a character off at a time", () => {
  const editor = new Editor(["fox 👍 one", "fox two"]);
  type(editor, "my draft", "ctrl-r", "fox");
  assert.equal(editor.text, "fox two");
  type(editor, "ctrl-r");
  assert.equal(editor.text, "fox 👍 one");
  type(editor, " ", "👍", "backspace");
  assert.equal(editor.searching, "fox ");
  assert.equal(type(editor, "escape"), undefined);
  assert.equal(editor.searching, undefined);
  type(editor, "down", "down", "down");
  assert.equal(editor.text, "my draft");
});

test("what was pasted is what is sent, also when it holds another paste's mark", () => {
  const editor = new Editor();
  const lines = (n: number, text: string) => Array.from({ length: n }, () => text).join("\n");
  const first = lines(12, "see [pasted 20 lines]");
  const second = lines(20, "b");
  const third = lines(12, "c");
  for (const text of [first, second, third]) editor.key({ name: "paste", text });
  assert.equal(editor.text, "[pasted 12 lines][pasted 20 lines][pasted 12 lines #2]");
  assert.equal(editor.whole(), first + second + third);
});

test("a paste is folded only when long, and cannot steer the terminal", () => {
  const editor = new Editor();
  editor.key({ name: "paste", text: "a\nb\x1b[2J\x1b]52;c;aGk=\x07" });
  assert.equal(editor.text, "a\nb");
  editor.set("");
  editor.key({ name: "paste", text: "line\n".repeat(30) });
  assert.equal(editor.text, "[pasted 31 lines]");
  type(editor, "ctrl-o");
  assert.equal(editor.text, "line\n".repeat(30));
});

test("what was cleared with Ctrl-C is one key away; an empty line is an interrupt", () => {
  const editor = new Editor();
  type(editor, "half a thought", "ctrl-c");
  assert.deepEqual(type(editor, "ctrl-c"), { type: "interrupt" });
  type(editor, "up");
  assert.equal(editor.text, "half a thought");
  type(editor, "home", "ctrl-d");
  assert.equal(editor.text, "alf a thought", "Ctrl-D deletes while there is text");
});

test("keys that ask for something else say so and leave the text", () => {
  const editor = new Editor();
  type(editor, "text");
  const wishes = ["escape", "ctrl-l", "ctrl-g", "tab"].map((name) => type(editor, name)?.type);
  assert.deepEqual(wishes, ["interrupt", "clear-screen", "edit", "complete"]);
  assert.equal(editor.text, "text");
});

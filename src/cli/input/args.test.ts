// Arguments, and the one line that a wrong one gets.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command, Parsed } from "../commands/command.ts";
import { UsageError } from "../exit.ts";
import { helpOf, nearest, number, oneOf, readArgs } from "./args.ts";

const COMMAND: Command = {
  name: "ask",
  summary: "Asks once.",
  usage: "pollux ask [options] QUESTION",
  options: {
    model: { type: "string", short: "m", value: "NAME", help: "which model" },
    json: { type: "boolean", help: "the answer as JSON" },
    "key-env": { type: "string", help: "the variable that holds the key" },
    inner: { type: "boolean", help: "for tests", hidden: true },
  },
  more: "More.",
  run: async () => 0,
};

const said = (args: string[]) => {
  try {
    readArgs(COMMAND, args);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    assert.equal(error.exit, 2);
    return error.message;
  }
  return assert.fail(`no complaint about ${args.join(" ")}`);
};

test("options and words, in any order", () => {
  const read = readArgs(COMMAND, ["why", "-m", "x", "--json", "is", "--", "--sky"]);
  assert.deepEqual(read.words, ["why", "is", "--sky"]);
  assert.equal(read.values.model, "x");
  assert.equal(read.values.json, true);
  assert.equal(read.help, false);
  assert.equal(readArgs(COMMAND, ["-h"]).help, true);
});

const WRONG: readonly [args: string[], line: string][] = [
  [["--modle", "x"], "pollux ask: --modle: unknown option; did you mean --model? (see --help)"],
  [["--jsn"], "pollux ask: --jsn: unknown option; did you mean --json? (see --help)"],
  [["--frobnicate"], "pollux ask: --frobnicate: unknown option (see --help)"],
  [["--model"], "pollux ask: --model: it needs a value (see --help)"],
  [
    ["--model", "--json"],
    "pollux ask: --model: it needs a value; one that starts with a dash goes after = (see --help)",
  ],
  [["--json=yes"], "pollux ask: --json: it takes no value"],
];

for (const [args, line] of WRONG) {
  test(`says of ${args.join(" ")}: ${line}`, () => assert.equal(said(args), line));
}

test("a key is never taken as a flag, and never repeated", () => {
  for (const args of [
    ["--api-key", "AIzaSecret"],
    ["--key=AIzaSecret"],
    ["--token", "AIzaSecret"],
  ]) {
    const line = said(args);
    assert.match(line, /a key is never taken as a flag; set GEMINI_API_KEY/);
    assert.ok(!line.includes("AIzaSecret"), line);
  }
});

test("every complaint is one line", () => {
  for (const args of [["-z"], ["--model", "--json"], ["--a\nb"], ["--model="], ["-mz", "--x=1"]]) {
    try {
      readArgs(COMMAND, args);
    } catch (error) {
      assert.ok(error instanceof UsageError && !error.message.includes("\n"), String(error));
    }
  }
});

test("nearest: a slip is understood, another word is not", () => {
  const known = ["model", "json", "system"];
  assert.equal(nearest("modell", known), "model");
  assert.equal(nearest("sytsem", known), "system");
  assert.equal(nearest("model", known), "model");
  assert.equal(nearest("temperature", known), undefined);
  assert.equal(nearest("x", []), undefined);
});

const parsed = (n: string | undefined): Parsed => ({ values: { n }, lists: {}, words: [] });

test("number: bounds are included, and all else is refused by name", () => {
  const bounds = { min: 1, max: 10 };
  assert.equal(number(parsed(undefined), "n", bounds), undefined);
  assert.equal(number(parsed("1"), "n", bounds), 1);
  assert.equal(number(parsed("10"), "n", bounds), 10);
  assert.equal(number(parsed("0.5"), "n", { min: 0, max: 2, whole: false }), 0.5);
  for (const text of ["0", "11", "1.5", "", " ", "x", "NaN", "Infinity", "-1", "1s"]) {
    assert.throws(() => number(parsed(text), "n", bounds), {
      name: "UsageError",
      message: `--n: expected a whole number from 1 to 10, got "${text}"`,
    });
  }
  assert.throws(() => number(parsed(" "), "n", { min: 0, max: 5 }), UsageError, "blank is no zero");
});

test("oneOf: a known word or a line with all of them", () => {
  assert.equal(oneOf(parsed("auto"), "n", ["auto", "never"]), "auto");
  assert.equal(oneOf(parsed(undefined), "n", ["auto"]), undefined);
  assert.throws(() => oneOf(parsed("x"), "n", ["auto", "never"]), {
    message: '--n: expected auto, never, got "x"',
  });
});

test("help shows each option once, and none that is hidden", () => {
  const help = helpOf(COMMAND);
  for (const text of ["-m, --model NAME", "--json", "--key-env VALUE", "-h, --help"])
    assert.equal(help.split(text).length, 2, text);
  assert.ok(!help.includes("inner"));
});

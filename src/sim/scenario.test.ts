// What a scenario may look like, and what is said of one that cannot be read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseScenario, ScenarioError } from "./scenario.ts";

const words = (value: unknown) =>
  parseScenario(value).attempts.map((calls) => calls.map(({ word }) => word).join("+") || "ok");

test("text: attempts, numbered or not, with several faults, comments and holes", () => {
  const text = "attempt 1: cut after 12 chunks; attempt 2: 429 retry 1s; attempt 3: ok";
  const { attempts, after } = parseScenario(text);
  assert.deepEqual(words(text), ["cut", "status", "ok"]);
  assert.deepEqual(attempts[0]?.[0]?.settings, { after: 12, numbers: [], words: [] });
  assert.deepEqual(attempts[1]?.[0]?.settings, { retryMs: 1_000, numbers: [429], words: [] });
  assert.equal(after, "ok");
  assert.deepEqual(words("cut\n# a remark\nok\nslice 3 + lf, reset"), [
    "cut",
    "ok",
    "slice+lf+reset",
  ]);
  assert.deepEqual(words("3: cut"), ["ok", "ok", "cut"]);
  assert.equal(parseScenario("1: cut; *: 503").after, "repeat-last");
  assert.equal(parseScenario("503; then repeat").after, "repeat-last");
});

test("settings: units, durations, names, dice", () => {
  const settings = (text: string) => parseScenario(text).attempts[0]?.[0]?.settings;
  assert.deepEqual(settings("cut after 200 bytes"), {
    after: 200,
    unit: "bytes",
    numbers: [],
    words: [],
  });
  assert.equal(settings("stall after 2 chunks for 150ms")?.ms, 150);
  assert.equal(settings("stall for 1.5s")?.ms, 1_500);
  assert.equal(settings("headers-stall for 2m")?.ms, 120_000);
  assert.deepEqual(settings("quota_per_day")?.words, ["quota_per_day"]);
  const flaky = parseScenario("flaky 0.3 cut after 2 chunks").attempts[0]?.[0];
  assert.deepEqual([flaky?.word, flaky?.chance, flaky?.settings.after], ["cut", 0.3, 2]);
});

test("files: lists, objects, numbers for statuses", () => {
  assert.deepEqual(words(["cut after 3 chunks", "ok"]), ["cut", "ok"]);
  const value = {
    seed: 7,
    match: { model: "gemini-3.6-flash" },
    attempts: [{ faults: ["lf", "cut"] }, { faults: [503] }, ["slice 3"], "ok"],
    after: "repeat-last",
  };
  assert.deepEqual(words(value), ["lf+cut", "status", "slice", "ok"]);
  const { seed, match, after } = parseScenario(value);
  assert.deepEqual({ seed, match, after }, { seed: 7, match: value.match, after: "repeat-last" });
  assert.deepEqual(words({ attempts: "cut; ok" }), ["cut", "ok"]);
});

const BAD: [value: unknown, message: string][] = [
  ["cutt", 'column 1: unknown fault "cutt"; did you mean "cut"?'],
  [
    "ok; attempt 2: reset after 2 chunks; attempt 3: stal",
    'column 38: unknown fault "stal"; did you mean "stall"?',
  ],
  ["quota_per_dya", 'column 1: unknown fault "quota_per_dya"; did you mean "quota_per_day"?'],
  ["zzzzzzzzzz", 'column 1: unknown fault "zzzzzzzzzz"; docs/faults.md lists them all'],
  [
    "cut aftr 3",
    'column 1: cut: unknown setting "aftr"; did you mean "after"?; it takes: after N chunks or bytes',
  ],
  ["cut after many", 'column 1: after: expected a whole number, got "many"'],
  ["cut after", 'column 1: after: expected a whole number, got ""'],
  ["stall after 20 bytes", 'column 1: after: counts chunks here, got "bytes"'],
  ["lf crlf", 'column 1: lf: unknown setting "crlf"; it takes no settings'],
  [
    "half uft8",
    'column 1: half: unknown setting "uft8"; did you mean "utf8"?; it takes: after N chunks, json, utf8, crlf, cut',
  ],
  ["429 retry soon", 'column 1: expected a duration such as 2s or 150ms, got "soon"'],
  ["flaky 3 cut", 'column 1: flaky: expected a probability from 0 to 1, got "3"'],
  ["flaky 0.3", 'column 1: flaky: name the fault, e.g. "flaky 0.3 cut after 2 chunks"'],
  ["0: cut", "column 1: attempts go from 1 to 1000, got 0"],
  ["", 'scenario: it has no attempt; write e.g. "attempt 1: cut after 3 chunks; attempt 2: ok"'],
  [
    null,
    'scenario: expected text such as "attempt 1: cut after 3 chunks; attempt 2: ok", a list of attempts, or { attempts: [...] }; got null',
  ],
  [
    { attempt: ["cut"] },
    'attempt: unknown key; did you mean "attempts"?; a scenario has attempts, after, match and seed',
  ],
  [{ attempts: [] }, 'attempts: expected a list such as ["cut after 3 chunks", "ok"]'],
  [
    { attempts: [{ fault: "cut" }] },
    'attempts[0]: expected text such as "cut after 3 chunks", or { faults: [...] }',
  ],
  [["ok", ["cut", true]], 'attempts[1].faults[1]: expected text such as "cut after 3 chunks"'],
  [["ok", ["cuttt"]], 'attempts[1].faults[0]: unknown fault "cuttt"; did you mean "cut"?'],
  [{ attempts: ["ok"], after: "never" }, 'after: expected "ok" or "repeat-last", got "never"'],
  [{ attempts: ["ok"], seed: "x" }, 'seed: expected a whole number, got "x"'],
  [
    { attempts: ["ok"], match: { modle: "x" } },
    'match: expected { model: "gemini-...", path: "part of a path" }, both optional',
  ],
];
for (const [value, message] of BAD) {
  test(`refuses ${JSON.stringify(value)}`, () => {
    assert.throws(
      () => parseScenario(value),
      (error) => {
        assert.ok(error instanceof ScenarioError);
        assert.equal(error.message, message);
        return true;
      },
    );
  });
}

test("limits: attempts, faults and text", () => {
  assert.throws(() => parseScenario("lf + ".repeat(30)), /at most 20 faults/);
  assert.throws(() => parseScenario(Array(1_001).fill("ok")), /at most 1000/);
  assert.throws(() => parseScenario("x".repeat(100_001)), /longer than 100000/);
});

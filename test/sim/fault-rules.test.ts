// What holds for all faults: habits of models that go on, faults joined, dice, quotas, the catalogue
// of error bodies, and the page that lists them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { describeTakes, ERROR_BODIES, FAULTS, parseScenario } from "../../src/sim/index.ts";
import { chunksIn, MODEL, said, simulated, textIn, truthOf } from "./ask.ts";
import { BODY, CONTENTS, type Seen, seen, text, truth } from "./seen.ts";

const whole = (one: Seen) => assert.equal(text(one), truth());

/** A request to go on from `partial`, met by a bad habit. */
async function resumed(habit: string, cutAt: (whole: string) => number) {
  const { sim, read } = simulated();
  const all = truthOf(sim, MODEL, CONTENTS);
  const partial = all.slice(0, cutAt(all));
  const anchor = partial.trimEnd().slice(-24);
  const contents = [...CONTENTS, said(partial, "model"), said(`Go on; begin with: ${anchor}`)];
  const body = await read({ contents }, { headers: { "x-sim": habit } });
  const told = textIn(chunksIn(body));
  const truthTold = sim.journal.at(-1)?.truth;
  return { all, partial, anchor, told, truthTold };
}

test("bad habits of models that go on", async () => {
  const middle = (all: string) => Math.floor(all.length * 0.45);
  const sentence = await resumed("repeat-sentence", (all) => all.search(/\. [^\n.]{50}/) + 44);
  assert.ok(sentence.told.length > sentence.all.length - sentence.partial.length + 24);
  const overlap = sentence.told.slice(0, 40);
  assert.ok(sentence.partial.includes(overlap) && !sentence.told.startsWith(sentence.anchor));
  const fence = await resumed("reopen-fence", (all) => all.indexOf("```python") + 40);
  assert.ok(fence.told.startsWith("```js\n"));
  const over = await resumed("start-over", middle);
  assert.equal(over.told, over.all);
  const drift = await resumed("drift", middle);
  assert.ok(!drift.told.startsWith(drift.anchor) && !drift.all.includes(drift.told));
  assert.equal(drift.truthTold, drift.partial + drift.told);
  const preamble = await resumed("preamble", middle);
  assert.ok(preamble.told.startsWith(`Sure, here is the continuation: ${preamble.anchor}`));
});

test("habits leave a fresh answer alone", async () => {
  for (const habit of ["repeat-sentence", "reopen-fence", "start-over", "drift", "preamble"])
    whole(await seen(habit));
});

test("no fault is no change", async () => whole(await seen("ok")));

test("faults meet unary answers and the array, too", async () => {
  const cut = await seen("cut", { verb: "generateContent" });
  assert.match(cut.error ?? "", /terminated UND_ERR_SOCKET/);
  assert.throws(() => JSON.parse(cut.body), SyntaxError);
  const sliced = await seen("slice 9", { verb: "generateContent" });
  assert.equal(textIn([JSON.parse(sliced.body)]), truth());
  assert.ok(Math.max(...sliced.packets) <= 9);
  const early = await seen("end after 2 chunks", { verb: "generateContent" });
  assert.ok(!early.body.includes("finishReason"));
  const array = await seen("error-event 503 after 1 chunk", { verb: "streamGenerateContent" });
  assert.match(array.body, /\n\}\n,\r\n\{\n {2}"error": \{\n/);
  assert.equal(JSON.parse(array.body).length, 2);
  const torn = await seen("cut after 1 chunk", { verb: "streamGenerateContent" });
  assert.match(torn.body, /\n\}$/);
});

test("faults can be joined, and the same seed throws the same dice", async () => {
  const one = await seen("slice 5 + lf + comments + cut after 2 chunks");
  assert.match(one.body, /^: keep-alive\n\ndata: /);
  assert.equal(one.error, "terminated UND_ERR_SOCKET");
  const dice = async () => {
    const { sim, read } = simulated({ scenario: "*: flaky 0.5 lf" });
    for (let i = 0; i < 20; i += 1) await read(BODY);
    return sim.journal.map((entry) => entry.faults.length).join("");
  };
  const thrown = await dice();
  assert.equal(thrown, await dice());
  assert.ok(thrown.includes("0") && thrown.includes("1"));
});

test("a quota counts what was asked, and time gives it back", async () => {
  const { ask, read, clock } = simulated({ quota: { requestsPerMinute: 2, requestsPerDay: 4 } });
  const status = async () => {
    const response = await ask(BODY);
    const body = await clock.run(response.text());
    return [response.status, /quotaId": "(\w+)/.exec(body)?.[1]];
  };
  const minute = "GenerateRequestsPerMinutePerProjectPerModel";
  assert.deepEqual([await status(), await status()].flat(), [200, undefined, 200, undefined]);
  assert.deepEqual(await status(), [429, minute]);
  await clock.run(clock.wait(61_000));
  await read(BODY);
  await read(BODY);
  assert.deepEqual(await status(), [429, "GenerateRequestsPerDayPerProjectPerModel"]);
  const { ask: tokens } = simulated({ scenario: "*: quota tokens 3" });
  assert.match(await (await tokens(BODY)).text(), /GenerateContentInputTokensPerModelPerMinute/);
});

test("every error body of the catalogue can be named, and is sent as it is", async () => {
  for (const [name, body] of Object.entries(ERROR_BODIES)) {
    const one = await seen(name);
    assert.equal(one.status, body.status, name);
    if (body.error) assert.deepEqual(JSON.parse(one.body).error, body.error);
    else assert.equal(one.body, body.text);
  }
});

test("the page of faults is the list of faults, and of error bodies", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/faults.md"), "utf8");
  const rowsUnder = (title: string) => {
    const section = page.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
    return section.split("\n").filter((line) => line.startsWith("| `"));
  };
  const cell = (value: string) => value.replaceAll("|", "\\|") || "–";
  const code = (value: string) => `\`${value.replaceAll(" · ", "` · `")}\``;
  const faults = FAULTS.map(
    ({ word, does, takes, example }) =>
      `| \`${word}\` | ${cell(does)} | ${cell(describeTakes(takes))} | ${code(example)} |`,
  );
  assert.deepEqual(rowsUnder("The faults"), faults);
  const bodies = Object.entries(ERROR_BODIES).map(
    ([name, { status, error }]) => `| \`${name}\` | ${status} | ${error?.status ?? "–"} |`,
  );
  assert.deepEqual(rowsUnder("The error bodies"), bodies);
});

test("every example can be read", () => {
  for (const { example } of FAULTS) {
    for (const one of example.split(" · ")) assert.ok(parseScenario(one).attempts.length > 0);
  }
});

// Every command that the docs show in a shell is run and ends well, but for those told here.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Shell } from "./shell.ts";
import { blocks, treatmentOf } from "./treatments.ts";

const SERVERS = /^(?:npm start|(?:npm run )?pollux (?:-- )?(?:serve|sim))\b/;
/** By how they begin. */
const NOT_RUN: Readonly<Record<string, string>> = {
  "npm test  ": "this is part of it",
  "npm run check": "`npm test` runs it too",
  "pollux doctor --vertex": "it needs credentials of a Google Cloud project",
  "npm install axios": "it belongs into a project of the reader's",
};

const shell = new Shell();
const shown = blocks.filter((block) => treatmentOf(block) === "shell");
before(() => shell.open());
after(() => shell.close());

/** Lines that a backslash joins are one command. */
function commandsOf(code: string): string[] {
  const lines = code.replace(/\\\n\s*/g, " ").split("\n");
  return lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}

const reasonOf = (command: string) =>
  Object.keys(NOT_RUN).find((begins) => `${command}  `.startsWith(begins));

test("nothing is excused that is not shown", () => {
  const commands = shown.flatMap(({ code }) => commandsOf(code));
  for (const begins of Object.keys(NOT_RUN))
    assert.ok(
      commands.some((command) => reasonOf(command) === begins),
      begins,
    );
});

describe("commands", { concurrency: 2 }, () => {
  for (const { path, line, code } of shown) {
    describe(`${path}:${line}`, { concurrency: 1 }, () => {
      for (const command of commandsOf(code).filter((one) => !reasonOf(one))) {
        test(command, async () => {
          const { code, output } = await shell.run(command, { isServer: SERVERS.test(command) });
          assert.equal(code, 0, output);
          assert.ok(!output.includes("test-key"), "it shows a key");
        });
      }
    });
  }
});

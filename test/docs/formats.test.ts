// Every code block of the docs has a treatment, and those that are files for other programs are read as
// such, with the names they take from us looked up.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import type { CodeBlock } from "../../scripts/docs/markdown.ts";
import { readConfigFile } from "../../src/cli/serve/config-file.ts";
import { Metrics, readConfig } from "../../src/gateway/index.ts";
import { parseScenario } from "../../src/sim/index.ts";
import { blocks, type Format, TOLD, treatmentOf } from "./treatments.ts";

test("no block is left out, and no reason stands for nothing", () => {
  const lost = blocks.filter((block) => !treatmentOf(block));
  assert.deepEqual(
    lost.map(({ path, line, info }) => `${path}:${line} ${info}`),
    [],
    "run it (ts run, sh), name its format, or say in treatments.ts why it is only told",
  );
  for (const { path, begins } of TOLD)
    assert.ok(
      blocks.some((one) => one.path === path && one.code.startsWith(begins)),
      begins,
    );
});

const READ: Record<Format, (block: CodeBlock) => void | Promise<void>> = {
  json: ({ code }) => {
    for (const line of code.trim().split("\n")) JSON.parse(line);
  },
  jsonc: async ({ code }) => {
    const folder = mkdtempSync(join(tmpdir(), "pollux-docs-"));
    writeFileSync(join(folder, "pollux.config.jsonc"), code);
    const file = await readConfigFile(folder, undefined);
    rmSync(folder, { recursive: true });
    const config = readConfig({ flags: {}, env: {}, file: file?.value });
    assert.ok([...config.values()].some(({ from }) => from === "file"));
  },
  yaml: async ({ code, path }) => {
    const value = parse(code);
    if (path === "docs/faults.md") return void parseScenario(value);
    await checkMetrics(code);
  },
  ini: ({ code }) => {
    for (const line of code.split("\n")) assert.match(line, /^(?:|\[\w+\]|\w+=.+)$/);
  },
  dockerfile: ({ code }) => {
    for (const line of code.trim().split("\n"))
      assert.match(line, /^(?:FROM|RUN|USER|ENV|VOLUME|EXPOSE|HEALTHCHECK|ENTRYPOINT) ./);
  },
  nginx: ({ code }) => checkBraces(code, /^(?:[\w-]+ .*;|[\w-]+ .*\{|\})?$/),
  caddyfile: ({ code }) => checkBraces(code, /^(?:[\w.:/ -]+|[\w.:/ -]+ \{|\})$/),
};

function checkBraces(code: string, wanted: RegExp): void {
  let depth = 0;
  for (const line of code.trim().split("\n")) {
    const bare = line.replace(/#.*$/, "").trim();
    assert.match(bare, wanted);
    depth += bare.endsWith("{") ? 1 : bare === "}" ? -1 : 0;
    assert.ok(depth >= 0);
  }
  assert.equal(depth, 0);
}

/** A rule on a metric that does not exist never fires. */
async function checkMetrics(code: string): Promise<void> {
  const none = () => 0;
  const lists = { keys: () => [], circuits: () => [], storeOk: () => true };
  const told = await new Metrics({ inFlight: none, queued: none, readers: none, ...lists }).text();
  const names = new Set([...code.matchAll(/\b(?:pollux|gen_ai)_\w+/g)].map(([name]) => name));
  assert.ok(names.size > 3);
  for (const name of names) {
    const metric = name.replace(/_(?:bucket|sum|count)$/, "");
    assert.match(told, new RegExp(`^# TYPE (?:${metric}|${name}) `, "m"), name);
  }
}

for (const block of blocks) {
  const read = READ[treatmentOf(block) as Format];
  if (read) test(`${block.path}:${block.line} is ${block.info}`, () => read(block));
}

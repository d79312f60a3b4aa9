// The page of findings tells exactly the findings there are, in their words.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CHECKS, OWN_FINDINGS } from "./index.ts";

const page = readFileSync(new URL("../../docs/findings.md", import.meta.url), "utf8");

test("docs/findings.md has one entry for each finding, with its why and its fix", () => {
  const sections = page.split(/^## /m).slice(1);
  const told = sections.map((section) => section.split("\n")[0]);
  assert.deepEqual(told, Object.keys(OWN_FINDINGS));
  for (const [index, { why, fix }] of Object.values(OWN_FINDINGS).entries()) {
    assert.ok(sections[index]?.includes(why), why);
    assert.ok(sections[index]?.includes(`Fix: \`${fix}\``), fix);
    assert.match(sections[index] ?? "", /Seen as: \S/);
  }
});

test("each check needs only checks that stand before it", () => {
  const before = new Set<string>();
  for (const { id, needs } of CHECKS) {
    for (const need of needs) assert.ok(before.has(need), `${id} needs ${need}`);
    assert.ok(!before.has(id), `${id} stands twice`);
    before.add(id);
  }
});

test("docs/doctor.md names every field that a report can have", () => {
  const doc = readFileSync(new URL("../../docs/doctor.md", import.meta.url), "utf8");
  const table = doc.slice(doc.indexOf("`pollux.doctor/1`:"));
  const source = ["finding.ts", "exchange.ts"].map((file) =>
    readFileSync(new URL(file, import.meta.url), "utf8"),
  );
  const shapes = source
    .join("\n")
    .matchAll(/export interface (?:Finding|Report|Facts|Exchange) \{([^}]*)\}/g);
  const fields = [...shapes].flatMap(([, body = ""]) =>
    [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name ?? ""),
  );
  assert.ok(fields.length > 25);
  for (const field of fields) assert.ok(table.includes(`\`${field}\``), field);
});

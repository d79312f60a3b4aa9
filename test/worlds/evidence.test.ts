// Evidence holds what support needs and no secret; two reports beside each other tell what changed;
// two ways beside each other tell where the fault lies.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readPast, writeBaseline, writeBundle } from "../../src/cli/doctor/papers.ts";
import {
  bundleOf,
  comparePaths,
  differences,
  type ExamineOptions,
  examineAll,
  filledFrom,
  leakIn,
  reproduced,
  shapeOf,
} from "../../src/doctor/index.ts";
import { systemWorld } from "../../src/node/index.ts";
import { errorReply, Place } from "./place.ts";
import { CANARY } from "./row.ts";

const folder = mkdtempSync(join(tmpdir(), "pollux-evidence-"));
const place = new Place();
after(async () => {
  await place.close();
  rmSync(folder, { recursive: true, force: true });
});

function examined(baseUrl: string, options: Partial<ExamineOptions> = {}, env = {}) {
  const world = systemWorld({
    env: { HOME: folder, GEMINI_API_KEY: CANARY, ...env },
    folder,
    version: "0.1.0",
  });
  return examineAll(world, { baseUrl, model: "gemini-3.6-flash", ...options });
}

const quota = () =>
  place.upstream({
    first: ({ url }) => (/enerateContent/.test(url) ? errorReply("quota_per_day") : undefined),
  });

test("a bundle tells the exact error, the ids, the shape, and how to see it again", async () => {
  const report = await examined(await quota());
  const bundle = bundleOf(report, new Date());
  assert.equal(bundle.error?.check, "unary");
  assert.equal(bundle.error?.code, "quota_per_day");
  assert.equal(bundle.error?.httpStatus, 429);
  assert.match(bundle.error?.exact ?? "", /RESOURCE_EXHAUSTED/);
  assert.match(bundle.error?.requestId ?? "", /^[\da-f-]{36}$/);
  assert.match(bundle.localTime, /^\d{4}-\d\d-\d\dT[\d:.]{12}[+-]\d\d:\d\d$/);
  const asked = bundle.exchanges.find(({ check }) => check === "unary");
  assert.deepEqual(asked?.request, {
    contents: [{ role: "user", parts: [{ text: "text(7)" }] }],
  });
  assert.match(bundle.steps.join("\n"), /:generateContent/);
  const [json = "", markdown = ""] = writeBundle(
    "evidence",
    { report, date: new Date() },
    { cwd: folder, env: { GEMINI_API_KEY: CANARY } },
  );
  const text = readFileSync(join(folder, json), "utf8") + readFileSync(join(folder, markdown));
  assert.ok(!text.includes(CANARY));
  assert.match(text, /\*\*unary: quota_per_day\*\*/);
  assert.equal(readPast("BUNDLE", json, folder).error?.code, "quota_per_day");
});

test("a bundle with a secret in it is not written, and the field is named", async () => {
  const report = await examined(await place.upstream());
  const first = report.findings[0];
  assert.ok(first);
  const env = { SESSION_SECRET: "correct-horse-battery" };
  const bad = { ...report, findings: [{ ...first, value: "correct-horse-battery" }] };
  assert.throws(
    () => writeBundle("leaks", { report: bad, date: new Date() }, { cwd: folder, env }),
    /nothing was written, because its field findings\.0\.value/,
  );
  assert.throws(() => readFileSync(join(folder, "leaks.json")), /ENOENT/);
  assert.equal(leakIn({ a: { b: `Bearer ${CANARY}` } }, []), "a.b");
  assert.equal(leakIn({ a: "/home/mira/x" }, []), "a");
  assert.equal(leakIn({ a: "mira@example.com" }, []), "a");
  assert.equal(leakIn(bundleOf(report, new Date()), [CANARY]), undefined);
});

test("files that are not the doctor's stay; files that are no bundle are refused", async () => {
  const report = await examined(await place.upstream());
  writeFileSync(join(folder, "notes.json"), '{"mine":true}');
  const at = { cwd: folder, env: {} };
  assert.throws(() => writeBaseline("notes.json", report, at), /another file/);
  assert.throws(() => writeBundle("notes", { report, date: new Date() }, at), /another file/);
  assert.equal(readFileSync(join(folder, "notes.json"), "utf8"), '{"mine":true}');
  assert.throws(() => readPast("--against", "notes.json", folder), /its "at" is no string/);
  assert.throws(() => readPast("--against", "nothing.json", folder), /ENOENT; check the path/);
});

test("what changed since a baseline: model, outcome, latency class", async () => {
  const good = await examined(await place.upstream());
  writeBaseline("good.json", good, { cwd: folder, env: {} });
  // The same file again is the doctor's own.
  writeBaseline("good.json", good, { cwd: folder, env: {} });
  const past = readPast("--against", "good.json", folder);
  assert.deepEqual(
    differences(past, good).filter(({ same }) => !same),
    [],
  );
  const now = await examined(await quota(), { model: "gemini-2.5-flash" });
  const changed = differences(past, { ...now, versions: { ...now.versions, node: "99.0.0" } })
    .filter(({ same }) => !same)
    .map(({ field, before, after }) => [field, before, after]);
  for (const row of [
    ["verdict", "ok", "problem"],
    ["model", "gemini-3.6-flash", "gemini-2.5-flash"],
    ["node", good.versions.node, "99.0.0"],
    ["check unary", "ok", "problem quota_per_day"],
  ])
    assert.ok(
      changed.some((one) => one.join() === row.join()),
      `${row}\n${JSON.stringify(changed)}`,
    );
});

test("the same failure elsewhere, another one, or none", async () => {
  const [there, here] = [await examined(await quota()), await examined(await quota())];
  assert.deepEqual(reproduced(there, here).same, true);
  assert.match(reproduced(there, here).reading, /The same failure here, unary \(quota_per_day\)/);
  const works = await examined(await place.upstream());
  assert.equal(reproduced(there, works).same, false);
  assert.match(reproduced(there, works).reading, /It works here/);
  assert.match(reproduced(works, there).reading, /breaks here, at unary/);
  const other = await examined(await place.refused());
  assert.match(reproduced(there, other).reading, /Another failure here: tcp \(conn_refused\)/);
});

test("two ways: which of them breaks tells where the fault lies", async () => {
  const upstream = await place.upstream();
  const way = async (
    name: string,
    kind: "proxy" | "direct" | "key",
    baseUrl: string,
    options: Partial<ExamineOptions> = {},
  ) => ({ name, kind, report: await examined(baseUrl, options) });
  const direct = await way("direct", "direct", upstream, { via: "direct" });
  const refusing = { proxy: await place.proxy(407) };
  const proxied = await way("via the proxy", "proxy", upstream, { via: refusing });
  const paths = comparePaths(proxied, direct);
  assert.match(
    paths.reading,
    /^Only via the proxy breaks, at Proxy CONNECT \(proxy_auth\); direct holds/,
  );
  assert.match(paths.reading, /The fault is the proxy/);
  const row = paths.rows.find(({ check }) => check === "proxy");
  assert.deepEqual([row?.seen, row?.same], [["problem proxy_auth", "skipped"], false]);
  const letting = { proxy: await place.proxy(200) };
  const through = await way("via the proxy", "proxy", upstream, { via: letting });
  assert.equal(comparePaths(through, direct).reading, "Both ways hold.");
  const broken = await quota();
  const both = comparePaths(
    await way("KEY_A", "key", broken),
    await way("KEY_B", "key", broken, { via: "direct" }),
  );
  assert.match(both.reading, /^Both ways break alike, at Smallest answer, quota \(quota_per_day\)/);
  const refused = await way("direct", "direct", await place.refused());
  assert.match(comparePaths(through, refused).reading, /^Only direct breaks/);
  assert.match(
    comparePaths(await way("KEY_A", "key", broken), refused).reading,
    /each in its own place/,
  );
});

test("a request of one's own is asked too; its bundle has its shape, which can be filled again", async () => {
  const request = {
    contents: [{ role: "user", parts: [{ text: "What is our revenue in Q3?" }] }],
    generationConfig: { temperature: 0.2, responseMimeType: "text/plain" },
    safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }],
  };
  const report = await examined(await place.upstream(), { request });
  assert.equal(report.findings.find(({ id }) => id === "request")?.status, "ok");
  const shape = report.exchanges.find(({ check }) => check === "request")?.request;
  assert.deepEqual(shape, {
    contents: [{ role: "user", parts: [{ text: "text(26)" }] }],
    generationConfig: { temperature: 0.2, responseMimeType: "text/plain" },
    safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }],
  });
  assert.ok(!JSON.stringify(report).includes("revenue"));
  assert.deepEqual(shapeOf(filledFrom(shape ?? null)), shape);
});

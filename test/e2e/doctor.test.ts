// The doctor's commands as scripts meet them: exit codes, JSON, files, and one clear line for mistakes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Place } from "../worlds/place.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "pollux-doctor-"));
const place = new Place();
const CANARY = "AIzaSyCanaryCanaryCanaryCanaryCanary123";
let upstream: string;

before(async () => {
  upstream = await place.upstream();
});
after(async () => {
  await place.close();
  rmSync(folder, { recursive: true, force: true });
});

async function pollux(args: readonly string[], more: Record<string, string> = {}) {
  const { PATH = "" } = process.env;
  const child = spawn(
    process.execPath,
    [
      "--conditions=pollux-source",
      "--disable-warning=ExperimentalWarning",
      join(root, "src/cli/main.ts"),
      ...args,
    ],
    { cwd: folder, env: { PATH, HOME: folder, INIT_CWD: folder, GEMINI_API_KEY: CANARY, ...more } },
  );
  let out = "";
  let err = "";
  child.stdout.on("data", (data) => {
    out += data;
  });
  child.stderr.on("data", (data) => {
    err += data;
  });
  const [code] = (await once(child, "close")) as [number];
  assert.ok(!(out + err).includes(CANARY), "the key shows");
  return { code, out, err };
}

test("doctor: exit codes, costs beforehand, JSON, no colour in a pipe", async () => {
  const good = await pollux(["doctor", "--upstream", upstream, "--save", "good.json"]);
  assert.equal(good.code, 0, good.out + good.err);
  assert.match(good.out, /^Doctor · \d+ ok/);
  assert.match(good.err, /Will spend · Smallest stream: 1 request, about 100 tokens/);
  assert.ok(!good.out.includes("\x1b"));
  const warned = ["doctor", "--upstream", upstream, "--strict", "--only", "key"];
  assert.equal((await pollux(warned, { GOOGLE_API_KEY: `${CANARY}x` })).code, 2);
  const refused = await place.refused();
  const bad = await pollux(["doctor", "--upstream", refused, "--json", "--against", "good.json"]);
  assert.equal(bad.code, 1);
  const report = JSON.parse(bad.out) as {
    schema: string;
    changes: { field: string; after: string }[];
  };
  assert.equal(report.schema, "pollux.doctor/1");
  assert.equal(
    report.changes.find(({ field }) => field === "check tcp")?.after,
    "problem conn_refused",
  );
});

test("evidence here, the same request there", async () => {
  const refused = await place.refused();
  const taken = await pollux(["doctor", "--upstream", refused, "--bundle", "ev"]);
  assert.equal(taken.code, 1);
  assert.match(taken.err, /Evidence written to ev\.json and ev\.md; no secret was found in it/);
  assert.match(readFileSync(join(folder, "ev.md"), "utf8"), /\*\*tcp: conn_refused\*\*/);
  const same = await pollux(["repro", "ev.json", "--upstream", refused]);
  assert.equal(same.code, 0, same.out + same.err);
  assert.match(same.out, /Same · The same failure here, tcp \(conn_refused\)/);
  const differs = await pollux(["repro", "ev.json", "--upstream", upstream, "--json"]);
  assert.equal(differs.code, 1);
  const told = JSON.parse(differs.out) as { reading: string; fields: { field: string }[] };
  assert.match(told.reading, /It works here/);
  assert.ok(told.fields.some(({ field }) => field === "check stream"));
});

test("two keys, and a proxy beside none", async () => {
  const proxy = await place.proxy(407);
  const args = ["doctor", "--upstream", upstream, "--via-proxy", proxy, "--direct"];
  const ways = await pollux(args);
  assert.equal(ways.code, 1);
  assert.match(ways.out, /Reading {2}Only via the proxy breaks, at Proxy CONNECT \(proxy_auth\)/);
  const keys = ["--key-env", "GEMINI_API_KEY", "--key-env", "NO_SUCH_KEY"];
  const two = await pollux(["doctor", "--upstream", upstream, "--only", "key", ...keys, "--json"]);
  assert.equal(two.code, 1);
  const paths = JSON.parse(two.out) as { schema: string; reading: string };
  assert.equal(paths.schema, "pollux.paths/1");
  assert.match(paths.reading, /^Only NO_SUCH_KEY breaks, at API key \(key_missing\)/);
});

test("verify: proofs and traffic through a gateway of its own", async () => {
  const seen = await pollux(["verify", "--upstream", upstream, "--max-requests", "3"]);
  assert.equal(seen.code, 0, seen.out + seen.err);
  assert.match(seen.out, /✔ Retries end at their limit +3 attempts counted/);
  assert.match(seen.out, /Proven, steady up to 2 at once/);
  assert.match(seen.err, /Will spend · at most 5 requests, about 420 tokens/);
  const dry = await pollux(["verify", "--dry-run", "--json"]);
  assert.equal((JSON.parse(dry.out) as { cost: { requests: number } }).cost.requests, 40);
});

test("one clear line for mistakes", async () => {
  writeFileSync(join(folder, "text.json"), "not json");
  const cases: [string[], RegExp][] = [
    [["doctor", "--only", "nothing"], /--only: no check "nothing"; there are runtime, key/],
    [["doctor", "--request", "text.json"], /--request: text\.json is no JSON/],
    [["doctor", "--against", "text.json"], /--against: text\.json is no JSON/],
    [["repro"], /give one bundle/],
    [["verify", "--gateway", "http://127.0.0.1:1", "--sim"], /--gateway: it has its own upstream/],
  ];
  await Promise.all(
    cases.map(async ([args, line]) => {
      const { code, err } = await pollux(args);
      assert.equal(code, 2, err);
      assert.match(err, line);
      assert.equal(err.trim().split("\n").length, 1, err);
    }),
  );
});

// In each broken world the doctor names the right boundary first, tries nothing behind it, says how
// to mend it, and gives no secret away.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { exitOf } from "../../src/cli/commands/doctor.ts";
import { reportText } from "../../src/cli/doctor/print.ts";
import { paintOf } from "../../src/cli/output/paint.ts";
import { examineAll, type World } from "../../src/doctor/index.ts";
import { systemWorld } from "../../src/node/index.ts";
import { host } from "../gateway/host.ts";
import { Place } from "./place.ts";
import { type BrokenWorld, CANARY, type Made } from "./row.ts";
import { TOKEN, VERTEX } from "./vertex.ts";
import { BROKEN_WORLDS } from "./worlds.ts";

const folder = mkdtempSync(join(tmpdir(), "pollux-worlds-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function examined({ baseUrl, env = { GEMINI_API_KEY: CANARY }, world, options }: Made) {
  const real: World = systemWorld({ env: { HOME: folder, ...env }, folder, version: "0.1.0" });
  return examineAll({ ...real, ...world }, { baseUrl, model: "gemini-3.6-flash", ...options });
}

async function look(one: BrokenWorld): Promise<void> {
  const place = new Place();
  try {
    const report = await examined(await one.make(place));
    const told = JSON.stringify(report.findings, null, 1);
    const first = report.findings.find(({ status }) => status === "problem" || status === "warn");
    assert.deepEqual([first?.id, first?.code], [one.check, one.code], told);
    assert.match(first?.fix ?? "", one.fix);
    for (const id of one.skipped) {
      const behind = report.findings.find((finding) => finding.id === id);
      assert.equal(behind?.status, "skipped", `${id}\n${told}`);
      if (id !== "proxy" && id !== "tls") assert.match(behind?.value ?? "", /^waits for/, id);
    }
    assert.equal(exitOf(report, true), one.exit ?? 1, told);
    const text = told + reportText(report, paintOf(false), true);
    assert.ok(!text.includes(CANARY) && !text.includes(CANARY.slice(0, 30)), "a secret shows");
  } finally {
    await place.close();
  }
}

for (const one of BROKEN_WORLDS) test(one.name, () => look(one));

test("a world in order: every boundary holds, directly and through a proxy", async () => {
  const place = new Place();
  try {
    const baseUrl = await place.upstream();
    for (const via of ["direct", { proxy: await place.proxy(200) }] as const) {
      const report = await examined({ baseUrl, options: { via } });
      assert.equal(report.verdict, "ok", JSON.stringify(report.findings, null, 1));
      assert.equal(exitOf(report, true), 0);
    }
  } finally {
    await place.close();
  }
});

test("Vertex in order: with a token, and in express mode with a key", async () => {
  const place = new Place();
  const asked: string[] = [];
  try {
    const baseUrl = await place.upstream({
      first: ({ url, headers }) => {
        asked.push(`${url} ${headers.authorization ? "bearer" : "key"}`);
        return undefined;
      },
    });
    for (const [options, way] of [
      [VERTEX, "bearer"],
      [{ vertex: { location: "global" } }, "key"],
    ] as const) {
      asked.length = 0;
      const report = await examined({ baseUrl, options, world: { token: TOKEN } });
      assert.equal(report.verdict, "ok", JSON.stringify(report.findings, null, 1));
      assert.ok(asked.length > 4 && asked.every((one) => one.endsWith(way)));
      const place = way === "bearer" ? "/projects/my-project/locations/europe-west4" : "";
      const path = `/v1beta1${place}/publishers/google/models/gemini-3.6-flash:generateContent`;
      assert.ok(
        asked.some((one) => one.startsWith(path)),
        asked.join("\n"),
      );
      assert.ok(!JSON.stringify(report).includes(await TOKEN()));
    }
  } finally {
    await place.close();
  }
});

test("a gateway in order is said to be so", async () => {
  const place = new Place();
  const { url, close } = await host();
  try {
    const report = await examined({
      baseUrl: await place.upstream(),
      options: { gateway: url, only: ["gateway-cadence"] },
    });
    const seen = report.findings.map(({ id, status }) => [id, status]);
    // This one has no routes for operators.
    assert.deepEqual(seen[0]?.[0], "gateway");
  } finally {
    await close();
    await place.close();
  }
});

test("offline nothing leaves the machine", async () => {
  const fail = () => Promise.reject(new Error("it left"));
  const report = await examined({
    baseUrl: "http://127.0.0.1:1",
    options: { offline: true, only: ["http", "dns"] },
    world: { connect: fail, lookup: fail, fetchVia: () => fail },
  });
  assert.deepEqual(
    report.findings.filter(({ status }) => status !== "skipped").map(({ id }) => id),
    ["proxy-env"],
  );
});

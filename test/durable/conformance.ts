// The conformance suite of the Durable Streams protocol against a gateway as it is served, on one engine.
// Each of its failures is one of ours.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { folder, gatewayProcess } from "../gateway/process.ts";
import { conformance } from "./suite.ts";

/** The suite has this many; fewer would mean that it did not run as a whole. */
const TESTS = 332;
/** Subscriptions, an extension that the suite leaves out unless told otherwise. */
const LEFT_OUT = /^Reserved subscription APIs /;

const cleanups: (() => unknown)[] = [];
after(async () => {
  for (const clean of cleanups.reverse()) await clean();
});

async function gateway(args: readonly string[]): Promise<string> {
  const place = folder();
  cleanups.push(place.remove);
  const config = {
    durable: { longPollMs: 500 },
    allow: { origins: ["*"] },
  };
  writeFileSync(join(place.path, "pollux.config.json"), JSON.stringify(config));
  const served = await gatewayProcess(["--port", "0", "--quiet", ...args], { cwd: place.path });
  cleanups.push(() => served.kill("SIGKILL"));
  return served.url;
}

export function conforms(name: string, engine: () => Promise<readonly string[]>): void {
  test(`Durable Streams conformance on ${name}`, async (t) => {
    const url = await gateway(await engine());
    const all = await conformance(`${url}/durable`);
    const verdicts = all.filter((one) => !LEFT_OUT.test(one.name));
    const passed = verdicts.filter(({ status }) => status === "passed").length;
    t.diagnostic(
      `Durable Streams on ${name}: ${passed} of ${verdicts.length} conformance tests passed`,
    );
    for (const one of verdicts.filter(({ status }) => status !== "passed"))
      await t.test(one.name, () => assert.fail(`${one.status}: ${one.why}`));
    assert.ok(passed >= TESTS, `${passed} passed, ${TESTS} are to pass`);
  });
}

// PROTOCOL.md tells the truth: each of its examples is run against a gateway, and what it prints must be
// what the page says.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { after, test } from "node:test";
import { folder, gatewayProcess } from "./process.ts";

const page = readFileSync(resolve(import.meta.dirname, "../../PROTOCOL.md"), "utf8");
const examples = [...page.matchAll(/```sh\n([\s\S]*?)```\s+```text\n([\s\S]*?)```/g)];
const place = folder();
const gateway = await gatewayProcess(["--port", "0", "--quiet"], { cwd: place.path });
after(async () => {
  await gateway.kill("SIGKILL");
  place.remove();
});

test("every example has what it prints beside it", () => {
  assert.equal(examples.length, [...page.matchAll(/^```sh$/gm)].length);
  assert.ok(examples.length >= 8);
});

for (const [, script = "", wanted = ""] of examples) {
  const name = script.split("\n")[0]?.slice(0, 80);
  test(`PROTOCOL.md: ${name}`, async () => {
    const printed = await run(script);
    const pattern = wanted
      .trimEnd()
      .split("\n")
      .map((line) => line.split("…").map(escaped).join("[\\s\\S]*?"))
      .join("[\\s]*?(?:\n[\\s\\S]*?)??\n?");
    assert.match(printed.replace(/\r/g, ""), new RegExp(`^\\s*${pattern}`));
  });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function run(script: string): Promise<string> {
  const child = spawn("bash", ["-c", script], {
    env: { PATH: process.env.PATH, GATEWAY: gateway.url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  return new Promise((done) => child.once("close", () => done(printed)));
}

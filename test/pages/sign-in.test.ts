// Where client tokens are wanted, the pages ask for one, and the operators' pages for an operator's.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { NODE_FLAGS } from "../../scripts/checks.ts";
import { ask, ready, settled, stage } from "./stage.ts";

const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");
const folder = mkdtempSync(join(tmpdir(), "pollux-tokens-"));
const file = join(folder, "tokens.json");
after(() => rmSync(folder, { recursive: true, force: true }));

function token(name: string, ...more: string[]): string {
  const args = [...NODE_FLAGS, MAIN, "token", "new", "--name", name, "--file", file, ...more];
  const said = execFileSync(process.execPath, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return /plx_\S+/.exec(said)?.[0] ?? "";
}

const reader = token("reader");
const operator = token("chief", "--operator");
const house = stage(() => ["--tokens", file]);

test("the chat asks for a token, refuses a wrong one, and works with the right one", async () => {
  const { page } = await house.open();
  await page.waitForSelector("dialog[open] >> text=This gateway wants a client token");
  await page.fill("dialog input", "plx_wrong");
  await page.press("dialog input", "Enter");
  await page.waitForFunction(() => document.querySelector("dialog .told")?.textContent !== "");
  await page.fill("dialog input", reader);
  await page.press("dialog input", "Enter");
  await ready(page);
  await ask(page, "Write 20 words");
  await settled(page);
  assert.ok((await page.innerText(".answer")).length > 20);
  // Nothing a script of the page could read holds the token.
  const seen = await page.evaluate(
    () =>
      document.cookie + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }),
  );
  assert.ok(!seen.includes(reader));
  assert.ok(!(await page.content()).includes(reader));
  await page.close();
});

test("operations and doctor want an operator", async () => {
  const context = await house.browser.newContext();
  const { page } = await house.open("/ops", context);
  await page.fill("dialog input", reader);
  await page.press("dialog input", "Enter");
  await page.waitForSelector("dialog[open] >> text=reader is no operator");
  await page.fill("dialog input", operator);
  await page.press("dialog input", "Enter");
  await page.waitForSelector('body[data-link="live"]');
  await page.goto(`${house.url}/doctor`);
  await page.waitForSelector("h1 >> text=Nothing is wrong");
  await context.close();
});

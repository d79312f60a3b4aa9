// The doctor's page: the same findings as the command, problems first, run again, copied without secrets.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CANARY } from "../gateway/process.ts";
import { violations } from "./axe.ts";
import { stage } from "./stage.ts";

const house = stage();
const broken = stage(() => ["--upstream", "http://127.0.0.1:9"], {}, { GEMINI_API_KEY: CANARY });

test("on the simulator nothing is wrong, and it is examined again", async () => {
  const { page, errors } = await house.open("/doctor");
  await page.waitForSelector("h1 >> text=Nothing is wrong");
  const { findings } = await house.json<{ findings: { title: string }[] }>("/doctor");
  for (const { title } of findings)
    assert.ok((await page.locator(".finding strong", { hasText: title }).count()) > 0, title);
  await page.click("#run");
  await page.waitForSelector("#run:enabled >> text=Examine again");
  await page.waitForSelector("h1 >> text=Nothing is wrong");
  assert.deepEqual(errors, []);
  await page.close();
});

for (const colorScheme of ["light", "dark"] as const)
  test(`a broken way is told first, with its fix; nothing is spent before it is asked for (${colorScheme})`, async () => {
    const context = await broken.browser.newContext({
      colorScheme,
      bypassCSP: true,
      viewport: { width: 360, height: 700 },
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const { page } = await broken.open("/doctor", context);
    await page.waitForSelector("#spends >> text=will spend");
    assert.equal(await page.locator(".finding").count(), 0);
    await page.click("#run");
    await page.waitForSelector("h1 >> text=Something is broken");
    const first = (await page.textContent(".group >> nth=0")) ?? "";
    assert.match(first, /Fix/);
    assert.match(first, /127\.0\.0\.1:9/);
    await page.click("#copy");
    await page.waitForSelector("#copy >> text=Copied");
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /\[problem\]/);
    assert.ok(!copied.includes(CANARY) && !(await page.content()).includes(CANARY));
    assert.deepEqual(await violations(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    await context.close();
  });

// The operations page on a gateway with traffic: what it shows, that it really pauses, that it says when
// what it shows is old, and who may see it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { violations } from "./axe.ts";
import { scriptBytes } from "./scripts-size.ts";
import { stage } from "./stage.ts";

const JS_BYTES_MAX = 70 * 1024;
const house = stage();

async function stream(fault: string, words = 40): Promise<void> {
  const response = await fetch(
    `${house.url}/v1beta/models/gemini-3.6-flash:streamGenerateContent?alt=sse`,
    {
      method: "POST",
      headers: { "content-type": "application/json", "x-sim": fault },
      body: JSON.stringify({
        contents: [{ role: "user", parts: [{ text: `Write ${words} words (${fault})` }] }],
      }),
    },
  );
  await response.text();
}

const live = (page: Page) => page.waitForSelector('body[data-link="live"]');

test("without traffic it says so, and how to begin", async () => {
  const { page, errors } = await house.open("/ops");
  await live(page);
  await page.waitForSelector("#no-streams:not([hidden])");
  assert.equal(await page.textContent("#verdict-word"), "No traffic");
  assert.deepEqual(errors, []);
  await page.close();
});

test("a stream that was mended: its row, its waterfall, and the same as a table", async () => {
  const { page, errors, foreign } = await house.open("/ops");
  await live(page);
  await stream("cut after 4 chunks; ok");
  await page.waitForSelector("#rows >> text=Completed after recovery");
  await page.waitForSelector("#error-list >> text=server_disconnected");
  await page.click("#rows button >> nth=0");
  await page.waitForSelector("dialog .waterfall .wf-splice", { state: "attached" });
  const table = (await page.textContent("dialog .grid")) ?? "";
  assert.match(table, /failure → resume/);
  assert.match(table, /characters kept/);
  assert.match(table, /attempt 2/);
  assert.deepEqual({ errors, foreign }, { errors: [], foreign: [] });
  await page.close();
});

test("each chart has a table that says the same", async () => {
  const { page } = await house.open("/ops");
  await live(page);
  await page.waitForSelector(".chart canvas");
  assert.equal(await page.locator(".chart").count(), 4);
  await page.click(".chart >> nth=3 >> summary");
  await page.waitForSelector(".chart >> nth=3 >> text=Completed after recovery");
  assert.equal(await page.locator(".chart >> nth=3 >> details tbody tr").count(), 60);
  await page.close();
});

test("paused nothing is fetched and nothing moves; afterwards it catches up", async () => {
  const { page } = await house.open("/ops");
  await live(page);
  await page.waitForSelector("#rows tr");
  const before = await page.locator("#rows tr").count();
  await page.keyboard.press("Space");
  await page.waitForSelector('body[data-link="paused"]');
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await stream("ok");
  assert.equal(await page.locator("#rows tr").count(), before);
  assert.deepEqual(asked, []);
  await page.click("#pause");
  await page.waitForFunction((n) => document.querySelectorAll("#rows tr").length > n, before);
  await page.close();
});

for (const colorScheme of ["light", "dark"] as const)
  test(`no serious violation in ${colorScheme}, narrow and wide, and with a stream open`, async () => {
    const context = await house.browser.newContext({
      colorScheme,
      bypassCSP: true,
      viewport: { width: 360, height: 700 },
    });
    const { page } = await house.open("/ops", context);
    await live(page);
    await page.waitForSelector("#rows tr");
    assert.deepEqual(await violations(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.click("#rows button >> nth=0");
    await page.waitForSelector("dialog .waterfall");
    assert.deepEqual(await violations(page), []);
    await context.close();
  });

test("its script is small", async () => {
  const { page } = await house.open("/ops");
  const bytes = await scriptBytes(page, async () => {
    await page.reload();
    await page.waitForSelector(".chart canvas");
  });
  assert.ok(bytes <= JS_BYTES_MAX, `${bytes} bytes of script`);
  await page.close();
});

test("when the gateway is gone the page says how old it is; when it is back it goes on", async () => {
  const { page } = await house.open("/ops");
  await live(page);
  await house.gateway.kill("SIGKILL");
  await page.waitForSelector('body[data-link="lost"]');
  await page.waitForSelector("#link-word >> text=/last update .* ago\\), reconnecting/");
  await house.restart();
  await live(page);
  await page.close();
});

// The chat page for everybody: keyboard alone, what is announced, contrast, narrow screens; and its size.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { violations } from "./axe.ts";
import { Scripted } from "./scripted.ts";
import { scriptBytes } from "./scripts-size.ts";
import { ask, ready, settled, shows, stage } from "./stage.ts";

const JS_BYTES_MAX = 45 * 1024;

const upstream = new Scripted();
const house = stage(async () => {
  await upstream.open();
  return ["--upstream", upstream.url];
});
after(() => upstream.close());

const RICH =
  "## Title\n\nText with `code`, a [link](https://example.com) and **weight**.\n\n```js\nlet a = 1;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- [x] done\n\n> said\n\n![pic](https://example.com/a.png)\n";

for (const colorScheme of ["light", "dark"] as const) {
  test(`no serious violation in ${colorScheme}: empty, while an answer comes, after a failure, in a sheet`, async () => {
    const context = await house.browser.newContext({ colorScheme, bypassCSP: true });
    const { page } = await house.open("/", context);
    await ready(page);
    assert.deepEqual(await violations(page), []);
    await ask(page, "Something rich");
    const asked = await upstream.asked();
    asked.say("I think.", { thought: true });
    asked.say(RICH);
    await shows(page, 60);
    assert.deepEqual(await violations(page), []);
    asked.say("\n\nEnd.");
    asked.finish("MAX_TOKENS");
    await settled(page);
    await page.waitForSelector(".card:not([hidden])");
    assert.deepEqual(await violations(page), []);
    if (!(await page.isVisible("#chats"))) await page.click("#menu");
    await page.waitForSelector(".chat-name");
    assert.deepEqual(await violations(page), []);
    await page.click("#settings");
    assert.deepEqual(await violations(page), []);
    await context.close();
  });
}

test("with the keyboard alone: ask, stop, step through messages, edit, shortcuts", async () => {
  const { page } = await house.open();
  await ready(page);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.id === "prompt");
  await page.keyboard.type("Hello");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("there");
  await page.keyboard.press("Enter");
  const asked = await upstream.asked();
  assert.equal(asked.body.contents[0]?.parts[0]?.text, "Hello\nthere");
  asked.say("An answer that ");
  await shows(page, 5);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "prompt");
  await page.keyboard.press("Escape");
  await page.waitForSelector("text=You stopped this");
  await asked.gone;
  await page.keyboard.press("Alt+ArrowUp");
  assert.match(
    await page.evaluate(() => document.activeElement?.textContent ?? ""),
    /An answer that/,
  );
  await page.keyboard.press("Alt+ArrowUp");
  assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ""), /Hello/);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".editor");
  await page.keyboard.press("Escape");
  await page.waitForSelector(".editor", { state: "detached" });
  await page.keyboard.press("Control+/");
  await page.waitForSelector("dialog[open] >> text=Keyboard");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog[open]", { state: "detached" });
  await page.keyboard.press("Control+Shift+O");
  await page.waitForFunction(() => document.querySelectorAll(".turn").length === 0);
  await page.close();
});

test("an answer is announced in at most four phrases, and the transcript is not read by itself", async () => {
  const { page } = await house.open();
  await ready(page);
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(globalThis, { said });
    for (const id of ["status", "alert"]) {
      const region = document.getElementById(id) as HTMLElement;
      new MutationObserver(() => region.textContent && said.push(region.textContent)).observe(
        region,
        { childList: true, characterData: true, subtree: true },
      );
    }
  });
  await ask(page, "Hello");
  const asked = await upstream.asked();
  for (const word of "One sentence. Another one. And a third one.".split(" "))
    asked.say(`${word} `);
  await shows(page, 30);
  assert.equal(await page.getAttribute(".turn.model .answer", "aria-busy"), "true");
  asked.finish();
  await settled(page);
  await page.waitForFunction(() => (globalThis as unknown as { said: string[] }).said.length >= 3);
  const said = await page.evaluate(() => (globalThis as unknown as { said: string[] }).said);
  assert.deepEqual(said, ["Waiting for reply", "Reply started", "Reply complete, 8 words"]);
  assert.equal(await page.locator("#turns[aria-live], #turns [aria-live]").count(), 0);
  await page.close();
});

test("320 pixels wide nothing is scrolled sideways, and every target can be touched", async () => {
  const context = await house.browser.newContext({
    viewport: { width: 320, height: 600 },
    hasTouch: true,
    isMobile: true,
  });
  const { page } = await house.open("/", context);
  await ready(page);
  await page.fill("#prompt", "Something rich");
  // Enter on a touch keyboard is a new line.
  await page.press("#prompt", "Enter");
  assert.equal(await page.locator(".turn").count(), 0);
  await page.tap("#send");
  const asked = await upstream.asked();
  asked.say(`${RICH}\n\n${"averylongword".repeat(40)}`);
  asked.finish();
  await settled(page);
  const found = await page.evaluate(() => ({
    sideways: document.documentElement.scrollWidth - innerWidth,
    small: [...document.querySelectorAll<HTMLElement>("button, select, summary, a, input:enabled")]
      .filter((one) => one.checkVisibility() && !one.closest(".answer p, .unseen, .skip"))
      .map((one) => ({ name: one.outerHTML.slice(0, 80), box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
      .map(({ name }) => name),
  }));
  assert.deepEqual(found, { sideways: 0, small: [] });
  await context.close();
});

test("the script of the page, with all it loads for an answer, is small", async () => {
  const { page } = await house.open();
  const bytes = await scriptBytes(page, async () => {
    await page.reload();
    await ready(page);
    await ask(page, "Hello");
    const asked = await upstream.asked();
    asked.say("Hi.");
    asked.finish();
    await settled(page);
  });
  assert.ok(bytes <= JS_BYTES_MAX, `${bytes} bytes of script`);
  await page.close();
});

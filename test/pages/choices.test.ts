// What people choose on the chat page: system prompt, temperature, thoughts, delivery; and code to copy.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Scripted } from "./scripted.ts";
import { ask, ready, settled, shows, stage } from "./stage.ts";

const upstream = new Scripted();
const house = stage(async () => {
  await upstream.open();
  return ["--upstream", upstream.url];
});
after(() => upstream.close());

test("system prompt and temperature are of the conversation, and sent; they outlive a reload", async () => {
  const { page } = await house.open();
  await ready(page);
  await page.click("#settings");
  await page.fill(".settings textarea", "Answer in verse.");
  await page.check(".settings label:has-text('Temperature') input");
  await page.locator(".settings input[type=range]").fill("0.3");
  await page.click(".settings >> text=Done");
  for (const turn of [1, 2]) {
    await ask(page, `Question ${turn}`);
    const { body, say, finish } = await upstream.asked();
    assert.deepEqual(body.systemInstruction, { parts: [{ text: "Answer in verse." }] });
    assert.equal(body.generationConfig?.temperature, 0.3);
    assert.deepEqual(body.generationConfig?.thinkingConfig, { includeThoughts: true });
    say("A verse.");
    finish();
    await settled(page);
    if (turn === 1) await page.reload();
    await ready(page);
  }
  await page.close();
});

test("thoughts are folded away, and what was said stands alone", async () => {
  const { page } = await house.open();
  await ready(page);
  await ask(page, "Think");
  const asked = await upstream.asked();
  asked.say("First I compare.", { thought: true });
  await page.waitForSelector(".thinking:not([hidden])");
  assert.equal(await page.isVisible(".thoughts"), false);
  await page.click(".thinking summary");
  await page.waitForSelector(".thoughts >> text=First I compare.");
  asked.say("The answer.");
  asked.finish();
  await settled(page);
  assert.equal(await page.innerText(".answer"), "The answer.");
  await page.close();
});

test("by the sentence nothing half is shown until the answer ends", async () => {
  const { page } = await house.open();
  await ready(page);
  await page.click("#settings");
  await page.selectOption(".settings label:has-text('Show text') select", "sentence");
  await page.click(".settings >> text=Done");
  await ask(page, "By sentences");
  const asked = await upstream.asked();
  asked.say("One is whole. Two is ha");
  await shows(page, 5);
  assert.equal((await page.innerText(".answer")).trim(), "One is whole.");
  asked.say("lf");
  asked.finish();
  await settled(page);
  assert.equal(await page.innerText(".answer"), "One is whole. Two is half");
  await page.close();
});

test("code is copied as it is, also while it grows", async () => {
  const context = await house.browser.newContext({
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const { page } = await house.open("/", context);
  await ready(page);
  await ask(page, "Code");
  const asked = await upstream.asked();
  asked.say('```js\nconst a = "<b>";\n');
  await page.waitForSelector(".code pre");
  await page.evaluate(() =>
    Object.assign(globalThis, { pre: document.querySelector(".code pre") }),
  );
  asked.say("a;\n```\n\nDone.");
  asked.finish();
  await settled(page);
  assert.ok(
    await page.evaluate(
      () => (globalThis as unknown as { pre: Element }).pre === document.querySelector(".code pre"),
    ),
    "the block was built again",
  );
  await page.click(".copy-code");
  await page.waitForSelector(".copy-code >> text=Copied");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'const a = "<b>";\na;');
  await context.close();
});

// The chat page on the simulator, as a newcomer meets it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, bare, newest, pull, ready, settled, shows, stage, words } from "./stage.ts";

/** Every answer below is longer. */
const CHARS = 500;
// The gateway that is killed is replaced soon.
const house = stage(() => [], { streams: { leaseMs: 1_000 } });

test("an answer streams, is mended when the plug is pulled, and shows its seam", async () => {
  const { page, errors, foreign } = await house.open();
  await ready(page);
  await ask(page, "Write 200 words about rivers");
  await pull(page, "cut", 40);
  await page.waitForSelector(".seam");
  await settled(page);
  assert.match((await page.textContent(".seam")) ?? "", /reconnected here · \d+ characters kept/);
  const told = await newest(house);
  assert.equal(told.state, "done");
  assert.equal(await words(page), bare(told.text));
  assert.equal(await page.textContent("#send"), "Send");
  // What is kept is what was said, to the byte, and a reload shows the same.
  const id = new URL(page.url()).searchParams.get("chat");
  const kept = await house.json<{ messages: { pieces?: { text: string }[] }[] }>(`/chats/${id}`);
  assert.equal(kept.messages[1]?.pieces?.[0]?.text, told.text);
  await page.reload();
  await page.waitForSelector(".seam");
  assert.equal(await words(page), bare(told.text));
  assert.deepEqual({ errors, foreign }, { errors: [], foreign: [] });
  await page.close();
});

test("reloads in the middle go on with the same answer, once", async () => {
  const runs = Number(process.env.POLLUX_RELOADED_CHATS ?? 2);
  const reloads = Number(process.env.POLLUX_RELOADS ?? 4);
  for (let run = 0; run < runs; run += 1) {
    const { page, errors } = await house.open();
    await ready(page);
    await ask(page, `Write 150 words about mountain ${run}`);
    for (let i = 1; i <= reloads; i += 1) {
      // The first reload comes before the gateway can have answered.
      if (i > 1) await shows(page, (CHARS / reloads) * (i - 1 + ((run * 7 + i * 3) % 10) / 10));
      await page.reload();
      await page.waitForSelector(".turn.model");
    }
    await settled(page);
    const told = await newest(house);
    assert.equal(told.state, "done");
    assert.equal(await words(page), bare(told.text));
    assert.equal(await page.locator(".turn").count(), 2);
    assert.deepEqual(errors, []);
    await page.close();
  }
});

test("seven tabs of one browser stream at once", async () => {
  const context = await house.browser.newContext();
  const pages = await Promise.all(
    Array.from({ length: 7 }, async () => (await house.open("/", context)).page),
  );
  await Promise.all(pages.map(ready));
  await Promise.all(pages.map((page, i) => ask(page, `Write 60 words about lake ${i}`)));
  for (const page of pages) await settled(page);
  const texts = await Promise.all(pages.map(words));
  assert.ok(texts.every((text) => text.length > 100));
  assert.equal(new Set(texts).size, 7);
  await context.close();
});

test("the same question in one piece and as a stream, with their time lines", async () => {
  const { page, errors } = await house.open();
  await ready(page);
  await page.click("#compare");
  await page.fill(".compare textarea", "Write 40 words about tea");
  await page.click("text=Ask both");
  await page.waitForFunction(
    () =>
      document.querySelectorAll(".lane .note").length === 2 &&
      [...document.querySelectorAll(".lane .note")].every((one) =>
        /whole after/.test(one.textContent ?? ""),
      ),
  );
  const [whole, streamed] = await page.locator(".lane .answer").allTextContents();
  assert.equal(whole, streamed);
  assert.ok((whole ?? "").length > 100);
  assert.deepEqual(errors, []);
  await page.close();
});

test("the gateway is killed in the middle and started again: the text stays, and goes on", async () => {
  const { page } = await house.open();
  await ready(page);
  await ask(page, "Write 400 words about the sea");
  await shows(page, 200);
  const before = await words(page);
  await house.gateway.kill("SIGKILL");
  assert.ok((await words(page)).startsWith(before));
  await house.restart();
  await settled(page);
  const told = await newest(house);
  assert.equal(await words(page), bare(told.text));
  assert.ok(bare(told.text).startsWith(before));
  // Whole and with its seam, or honestly broken with a way to go on.
  if (told.state === "done") assert.equal(await page.locator(".seam").count(), 1);
  else assert.match((await page.textContent(".card")) ?? "", /Continue/);
  await page.close();
});

test("whichever plug is pulled, the answer is mended and whole", async () => {
  const faults = ["reset", "stall", "429", "503", "garble"];
  await Promise.all(
    faults.map(async (fault) => {
      const { page, errors } = await house.open();
      await ready(page);
      await ask(page, `Write 200 words about a ${fault}`);
      await pull(page, fault, 40);
      await settled(page);
      assert.equal(await page.locator(".seam").count(), 1, fault);
      const id = new URL(page.url()).searchParams.get("chat");
      const kept = await house.json<{ messages: { pieces?: { streamId: string }[] }[] }>(
        `/chats/${id}`,
      );
      const stream = kept.messages[1]?.pieces?.[0]?.streamId;
      const told = await house.json<{ state: string; text: string }>(`/streams/${stream}`);
      assert.equal(told.state, "done", fault);
      assert.equal(await words(page), bare(told.text), fault);
      assert.deepEqual(errors, []);
      await page.close();
    }),
  );
});

// How the chat page behaves under every circumstance of ux: an upstream that says what the test wants.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, beforeEach, test } from "node:test";
import { Scripted } from "./scripted.ts";
import { ask, newest, ready, settled, shows, stage } from "./stage.ts";

const upstream = new Scripted();
const house = stage(async () => {
  await upstream.open();
  return ["--upstream", upstream.url];
});
after(() => upstream.close());
beforeEach(() => {
  upstream.always = undefined;
  upstream.refusal = undefined;
});

const answer = (text: string) => {
  upstream.always = (asked) => {
    asked.say(text);
    asked.finish();
  };
};

test("stop settles the page at once, before the first token and after, and closes the upstream", async () => {
  for (const said of ["", "Once upon a time "]) {
    const { page } = await house.open();
    await ready(page);
    await ask(page, "Tell a story");
    const asked = await upstream.asked();
    if (said) {
      asked.say(said);
      await shows(page, 10);
    }
    // All in one turn of the page: nothing is waited for.
    const after = await page.evaluate(() => {
      const button = document.querySelector<HTMLButtonElement>("#send");
      button?.click();
      return {
        button: button?.textContent,
        carets: document.querySelectorAll(".caret").length,
        note: document.querySelector(".turn.model .note")?.textContent,
      };
    });
    assert.deepEqual(after, {
      button: "Send",
      carets: 0,
      note: "You stopped this. The text is kept.",
    });
    await asked.gone;
    assert.equal((await newest(house)).state, "stopped");
    await page.reload();
    await page.waitForSelector("text=You stopped this");
    await page.close();
  }
});

test("who scrolled up stays where they are, to the pixel, until they go back", async () => {
  const { page } = await house.open();
  await ready(page);
  await ask(page, "Many lines");
  const asked = await upstream.asked();
  const lines = (from: number, n: number) =>
    Array.from({ length: n }, (_, i) => `Line ${from + i} of many.\n\n`).join("");
  asked.say(lines(0, 60));
  await page.waitForFunction(() => document.body.textContent?.includes("Line 58"));
  const gap = () =>
    page.evaluate(() => document.documentElement.scrollHeight - innerHeight - scrollY);
  assert.ok((await gap()) <= 2);
  await page.mouse.move(300, 300);
  await page.mouse.wheel(0, -5);
  await page.waitForFunction(
    () => document.documentElement.scrollHeight - innerHeight - scrollY > 3,
  );
  const before = await page.evaluate(() => scrollY);
  asked.say(lines(60, 60));
  await page.waitForFunction(() => document.body.textContent?.includes("Line 118"));
  assert.equal(await page.evaluate(() => scrollY), before);
  await page.click("#newest");
  assert.ok((await gap()) <= 2);
  asked.say(lines(120, 10));
  await page.waitForFunction(() => document.body.textContent?.includes("Line 128"));
  assert.ok((await gap()) <= 2);
  asked.finish();
  await settled(page);
  await page.close();
});

test("hostile Markdown stays inert: no script, no request, no address that is not plain", async () => {
  const corpus = readFileSync(new URL("hostile.txt", import.meta.url), "utf8");
  const nested = `${"> ".repeat(10_000)}deep\n\n${"[".repeat(5_000)}x\n\n${"*a ".repeat(3_000)}\n`;
  const { page, errors, foreign } = await house.open();
  await ready(page);
  answer(`${corpus}\n\n${nested}\n\nThe end.`);
  await ask(page, "Be hostile");
  await settled(page);
  await page.waitForFunction(() => document.body.textContent?.includes("The end."));
  const found = await page.evaluate(() => ({
    elements: document.querySelectorAll(
      "#turns :is(script, iframe, object, embed, form, style, link, base, meta, svg:not(.icon), img, video, audio)",
    ).length,
    handlers: [...document.querySelectorAll("#turns *")].filter((one) =>
      one.getAttributeNames().some((name) => name.startsWith("on") || name === "style"),
    ).length,
    addresses: [...document.querySelectorAll<HTMLAnchorElement>(".answer a")]
      .filter(({ href, rel }) => !/^(?:https?|mailto):/.test(href) || !rel.includes("noopener"))
      .map(({ href }) => href),
    hacked: (globalThis as { hacked?: unknown }).hacked,
  }));
  assert.deepEqual(found, { elements: 0, handlers: 0, addresses: [], hacked: undefined });
  assert.deepEqual({ errors, foreign }, { errors: [], foreign: [] });
  await page.close();
});

test("what stands on the screen is not built again: the work is linear in the answer", async () => {
  const { page } = await house.open();
  await ready(page);
  await page.evaluate(() => {
    const work = { added: 0, removed: 0 };
    Object.assign(globalThis, { work });
    new MutationObserver((records) => {
      for (const { addedNodes, removedNodes } of records) {
        work.added += addedNodes.length;
        work.removed += removedNodes.length;
      }
    }).observe(document.querySelector("#turns") as Node, { childList: true, subtree: true });
  });
  await ask(page, "Write 5,000 words");
  const asked = await upstream.asked();
  const paragraph = `${"word ".repeat(98)}\n\n- one\n- two\n\n`;
  for (let i = 0; i < 50; i += 1) {
    asked.say(paragraph.slice(0, 250));
    asked.say(paragraph.slice(250));
    await shows(page, i * 480);
  }
  asked.finish();
  await settled(page);
  const { work, nodes } = await page.evaluate(() => ({
    work: (globalThis as unknown as { work: { added: number } }).work,
    nodes: document.querySelectorAll(".answer *").length,
  }));
  assert.ok(nodes >= 200);
  assert.ok(work.added <= 12 * nodes, `${work.added} nodes were built for ${nodes} elements`);
  await page.close();
});

test("edited and asked again there are versions; an answer can be gone on with", async () => {
  const { page, errors } = await house.open();
  await ready(page);
  answer("First answer.");
  await ask(page, "A question");
  await settled(page);
  answer("Second answer.");
  await page.click(".model .bar >> text=Retry");
  await page.waitForSelector("text=Second answer.");
  await settled(page);
  assert.equal(await page.textContent(".model .count"), "2/2");
  await page.click('.model [aria-label="Version before"]');
  await page.waitForSelector("text=First answer.");
  // Edited from the keyboard: the arrow in an empty field opens the last question.
  answer("Third answer.");
  await page.focus("#prompt");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.type(", changed");
  await page.keyboard.press("Enter");
  await page.waitForSelector("text=Third answer.");
  await settled(page);
  assert.equal(await page.textContent(".user .count"), "2/2");
  assert.match((await page.textContent(".asked")) ?? "", /A question, changed/);
  upstream.always = (asked) => {
    asked.say("Half of ");
    asked.finish("MAX_TOKENS");
  };
  await ask(page, "Again");
  await settled(page);
  upstream.always = (asked) => {
    assert.equal(asked.body.contents.at(-2)?.parts[0]?.text, "Half of ");
    asked.say("it.");
    asked.finish();
  };
  await page.click(".card >> text=Continue");
  await page.waitForSelector("text=continued here");
  await page.waitForFunction(() => {
    const copy = [...document.querySelectorAll(".answer")].at(-1)?.cloneNode(true) as HTMLElement;
    for (const seam of copy.querySelectorAll(".seam")) seam.remove();
    return copy.textContent === "Half of it.";
  });
  assert.deepEqual(errors, []);
  await page.close();
});

test("a second tab follows live, and stops it for both", async () => {
  const context = await house.browser.newContext();
  const { page } = await house.open("/", context);
  await ready(page);
  await ask(page, "Tell a story");
  const asked = await upstream.asked();
  asked.say("Once upon a time there was ");
  await shows(page, 20);
  const { page: second } = await house.open(page.url(), context);
  await shows(second, 20);
  asked.say("a queen of cats ");
  await second.waitForSelector("text=queen of cats");
  assert.equal(await second.textContent("#send"), "Stop");
  await second.click("#send");
  await asked.gone;
  await settled(page);
  assert.equal(await page.textContent("#send"), "Send");
  await context.close();
});

test("a failure tells what happened, what is safe and the next move, below the text that came", async () => {
  const { page } = await house.open();
  await ready(page);
  upstream.refusal = {
    status: 400,
    body: { error: { code: 400, message: "Unknown name foo", status: "INVALID_ARGUMENT" } },
  };
  await ask(page, "Hello");
  await page.waitForSelector(".card h3");
  const card = (await page.textContent(".card")) ?? "";
  assert.match(card, /Your message is kept/);
  assert.match(card, /Retry/);
  assert.match(card, /Copy details/);
  upstream.refusal = undefined;
  upstream.always = (asked) => {
    asked.say("Some of it");
    asked.finish("SAFETY");
  };
  await ask(page, "Hello again");
  await page.waitForFunction(() => document.querySelectorAll(".card:not([hidden])").length === 2);
  assert.match(await page.locator(".answer").last().innerText(), /Some of it/);
  assert.match(
    (await page.locator(".card:not([hidden])").last().textContent()) ?? "",
    /Edit message/,
  );
  await page.close();
});

test("saved as Markdown and JSON; deleted for good, with what its streams keep", async () => {
  const { page, errors } = await house.open();
  await ready(page);
  answer("A **bold** answer.");
  await ask(page, "Something to save");
  await settled(page);
  const { id: streamId } = await newest(house);
  const saved = async (button: string) => {
    await page.click(".menu summary");
    const coming = page.waitForEvent("download");
    await page.click(button);
    const stream = await (await coming).createReadStream();
    let text = "";
    for await (const piece of stream.setEncoding("utf8")) text += piece;
    return text;
  };
  assert.match(
    await saved("#save-md"),
    /^# Something to save\n\n## You\n[\s\S]*A \*\*bold\*\* answer\./,
  );
  const doc = JSON.parse(await saved("#save-json")) as { messages: { pieces?: unknown[] }[] };
  assert.equal(doc.messages[1]?.pieces?.length, 1);
  const id = new URL(page.url()).searchParams.get("chat");
  assert.equal((await fetch(`${house.url}/chats/${id}`)).status, 200);
  if (!(await page.isVisible("#chats"))) await page.click("#menu");
  await page.click('[aria-label="Delete Something to save"]');
  await page.click(".sure >> text=Delete >> nth=-1");
  await page.waitForSelector("#empty:not([hidden])");
  await page.waitForFunction(
    async (path) => (await fetch(path)).status === 404,
    `/streams/${streamId}`,
  );
  assert.equal((await fetch(`${house.url}/chats/${id}`)).status, 404);
  assert.deepEqual(
    errors.filter((one) => !one.includes("404")),
    [],
  );
  await page.close();
});

test("offline and back: the answer catches up by itself", async () => {
  const context = await house.browser.newContext();
  const { page } = await house.open("/", context);
  await ready(page);
  await ask(page, "Tell a story");
  const asked = await upstream.asked();
  asked.say("Before the tunnel. ");
  await shows(page, 10);
  await context.setOffline(true);
  // Playwright cuts new connections only: the open one is cut by hand, as a tunnel would.
  await page.evaluate(() => dispatchEvent(new Event("offline")));
  await page.waitForSelector("#strip:not([hidden]) >> text=Reconnecting");
  asked.say("In the tunnel. ");
  await context.setOffline(false);
  asked.say("After the tunnel.");
  asked.finish();
  await settled(page);
  assert.match(
    await page.locator(".answer").last().innerText(),
    /^Before.*In the.*After the tunnel\.$/,
  );
  assert.ok(await page.locator("#strip").isHidden());
  await context.close();
});

test("Enter that ends a word of an input method sends nothing", async () => {
  const { page } = await house.open();
  await ready(page);
  await page.fill("#prompt", "日本");
  const press = (more: { isComposing?: boolean; keyCode?: number }) =>
    page.evaluate((said) => {
      const event = new KeyboardEvent("keydown", {
        key: "Enter",
        bubbles: true,
        cancelable: true,
        isComposing: said.isComposing === true,
        keyCode: said.keyCode ?? 13,
      });
      document.querySelector("#prompt")?.dispatchEvent(event);
    }, more);
  await press({ isComposing: true });
  await press({ keyCode: 229 });
  await page.evaluate(() =>
    document
      .querySelector("#prompt")
      ?.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true })),
  );
  await press({});
  assert.equal(await page.locator(".turn").count(), 0);
  assert.equal(await page.inputValue("#prompt"), "日本");
  await page.close();
});

test("pictures go with a question, and what is no picture is told", async () => {
  const { page } = await house.open();
  await ready(page);
  const png = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  );
  await page.setInputFiles("#chooser", [
    { name: "dot.png", mimeType: "image/png", buffer: png },
    { name: "a.zip", mimeType: "application/zip", buffer: png },
  ]);
  await page.waitForSelector(".thumb img");
  await page.waitForSelector("#trouble >> text=a.zip is no picture");
  await ask(page, "What is this?");
  const asked = await upstream.asked();
  assert.deepEqual(asked.body.contents[0]?.parts[0], {
    inlineData: { mimeType: "image/png", data: png.toString("base64") },
  });
  asked.say("A dot.");
  asked.finish();
  await settled(page);
  assert.equal(await page.locator("img.attached").count(), 1);
  await page.close();
});

test("what is sent while an answer comes waits for its turn, and keeps the answer before it", async () => {
  const { page } = await house.open();
  await ready(page);
  await ask(page, "One");
  const first = await upstream.asked();
  first.say("Answer one.");
  await shows(page, 5);
  await ask(page, "Two");
  await page.waitForSelector("#queued:not([hidden])");
  first.finish();
  const second = await upstream.asked();
  assert.deepEqual(
    second.body.contents.map(({ parts }) => parts[0]?.text),
    ["One", "Answer one.", "Two"],
  );
  second.say("Answer two.");
  second.finish();
  await settled(page);
  assert.equal(await page.locator(".turn").count(), 4);
  await page.close();
});

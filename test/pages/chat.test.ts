// The chat page in a real browser, on a gateway as people start it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { CHROMIUM, findProgram } from "../../scripts/setup/system.ts";
import { folder, type GatewayProcess, gatewayProcess } from "../gateway/process.ts";

const place = folder();
let gateway: GatewayProcess;
let browser: Browser;

before(async () => {
  const executablePath = findProgram(CHROMIUM);
  assert.ok(executablePath, "Chromium is not installed: apt-get install chromium");
  gateway = await gatewayProcess(["--port", "0", "--quiet"], { cwd: place.path });
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});
after(async () => {
  await browser?.close();
  await gateway?.kill("SIGKILL");
  place.remove();
});

async function open(): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (line) => line.type() === "error" && errors.push(line.text()));
  await page.goto(gateway.url);
  await page.waitForSelector("#model option", { state: "attached" });
  return { page, errors };
}

async function ask(page: Page, text: string): Promise<void> {
  await page.fill("#prompt", text);
  await page.press("#prompt", "Enter");
}

async function streamsOf(): Promise<{ id: string; state: string }[]> {
  const response = await fetch(`${gateway.url}/streams`);
  return ((await response.json()) as { streams: { id: string; state: string }[] }).streams;
}

/** What the gateway kept of the newest stream. */
async function newestText(): Promise<string> {
  const [{ id } = { id: "" }] = await streamsOf();
  const response = await fetch(`${gateway.url}/streams/${id}`);
  return ((await response.json()) as { text: string }).text;
}

/** The answer as shown, without its seams. */
function shown(page: Page): Promise<string> {
  return page.evaluate(() => {
    const answers = document.querySelectorAll(".answer");
    const copy = answers[answers.length - 1]?.cloneNode(true) as HTMLElement;
    for (const seam of copy.querySelectorAll(".seam")) seam.remove();
    return copy.textContent ?? "";
  });
}

const settled = (page: Page) => page.waitForSelector("#turns .answer:not(.caret)");

test("an answer streams, is mended when the plug is pulled, and shows its seam", async () => {
  const { page, errors } = await open();
  await ask(page, "Write 120 words about rivers");
  await page.waitForFunction(
    () => (document.querySelector(".answer")?.textContent ?? "").length > 40,
  );
  await page.click("#plug >> text=cut");
  await page.waitForSelector(".seam");
  await settled(page);
  assert.match((await page.textContent(".seam")) ?? "", /reconnected here · \d+ characters kept/);
  assert.equal(await shown(page), await newestText());
  assert.equal(await page.textContent("#send"), "Send");
  assert.deepEqual(errors, []);
  await page.close();
});

test("a reload in the middle goes on with the same answer", async () => {
  const { page, errors } = await open();
  await ask(page, "Write 150 words about mountains");
  for (let i = 1; i <= 3; i += 1) {
    await page.waitForFunction(
      (n) => (document.querySelector(".answer")?.textContent ?? "").length > n,
      40 * i,
    );
    await page.reload();
    await page.waitForSelector("#model option", { state: "attached" });
  }
  await settled(page);
  assert.equal(await shown(page), await newestText());
  assert.deepEqual(errors, []);
  await page.close();
});

test("stop stops the stream, and the text is kept", async () => {
  const { page } = await open();
  await ask(page, "Write 2000 words about the sea");
  await page.waitForFunction(
    () => (document.querySelector(".answer")?.textContent ?? "").length > 20,
  );
  await page.click("#send");
  await page.waitForFunction(() => document.body.textContent?.includes("You stopped this"));
  assert.equal((await streamsOf())[0]?.state, "stopped");
  assert.equal(await shown(page), await newestText());
  await page.close();
});

test("seven tabs of one browser stream at once", async () => {
  const context = await browser.newContext();
  const pages = await Promise.all(
    Array.from({ length: 7 }, async () => {
      const page = await context.newPage();
      await page.goto(gateway.url);
      await page.waitForSelector("#model option", { state: "attached" });
      return page;
    }),
  );
  await Promise.all(pages.map((page, i) => ask(page, `Write 60 words about lake ${i}`)));
  for (const page of pages) await settled(page);
  const texts = await Promise.all(pages.map(shown));
  assert.ok(texts.every((text) => text.length > 100));
  assert.equal(new Set(texts).size, 7);
  await context.close();
});

test("nothing a model says becomes markup, and nothing comes from elsewhere", async () => {
  const { page, errors } = await open();
  const policy = (await page.goto(gateway.url))?.headers()["content-security-policy"] ?? "";
  assert.ok(policy.includes("default-src 'none'") && !policy.includes("unsafe"));
  await ask(page, '<img src=x onerror="document.title=1"><script>document.title=2</script>');
  await settled(page);
  assert.equal(await page.title(), "Pollux");
  assert.equal(await page.locator("#turns img, #turns script").count(), 0);
  assert.deepEqual(errors, []);
  await page.close();
});

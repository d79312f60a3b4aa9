// `npm run screens`: pictures of the pages as they are, in both themes, into docs/screens. They are looked
// at before they are kept.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { folder, gatewayProcess } from "../test/gateway/process.ts";
import { pull } from "../test/pages/stage.ts";
import { ROOT } from "./checks.ts";
import { CHROMIUM, findProgram } from "./setup/system.ts";

const OUT = join(ROOT, "docs/screens");
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 360, height: 740 };
const SEED = "7";

async function open(
  browser: Browser,
  url: string,
  colorScheme: "light" | "dark",
  isNarrow = false,
) {
  const context = await browser.newContext({
    colorScheme,
    viewport: isNarrow ? NARROW : WIDE,
    isMobile: isNarrow,
    hasTouch: isNarrow,
  });
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForSelector("#model option", { state: "attached" });
  return page;
}

async function mended(page: Page): Promise<void> {
  await page.fill("#prompt", "Show me how an answer survives a break, in 400 words");
  await page.click("#send");
  await pull(page, "cut", 260);
  await page.waitForSelector(".seam");
  await page.waitForSelector(".answer:not(.caret)");
  await page.click(".seam-words");
  await page.evaluate(() => document.querySelector(".seam")?.scrollIntoView({ block: "center" }));
}

/** Streams of every fate, for the operations page. */
async function traffic(url: string): Promise<void> {
  const faults = ["ok", "ok", "cut after 5 chunks; ok", "ok", "429 retry 1s; ok", "503; ok", "ok"];
  const asks = Array.from({ length: 28 }, async (_, i) => {
    const model = i % 3 === 0 ? "gemini-2.5-pro" : "gemini-3.6-flash";
    const response = await fetch(`${url}/v1beta/models/${model}:streamGenerateContent?alt=sse`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-sim": faults[i % faults.length] as string },
      body: JSON.stringify({
        contents: [{ role: "user", parts: [{ text: `Write ${300 + i * 60} words (${i})` }] }],
      }),
    });
    await response.text();
  });
  await Promise.all(asks);
}

async function operations(browser: Browser, url: string, theme: "light" | "dark"): Promise<void> {
  const context = await browser.newContext({ colorScheme: theme, viewport: WIDE });
  const page = await context.newPage();
  await page.goto(`${url}/ops`);
  await page.waitForSelector("#rows >> text=Completed after recovery");
  await shot(page, `ops-${theme}`);
  await page.click("#rows tr:has-text('after recovery') button >> nth=0");
  await page.waitForSelector("dialog .waterfall");
  await shot(page, `ops-stream-${theme}`);
  await page.goto(`${url}/doctor`);
  await page.waitForSelector("h1 >> text=Nothing is wrong");
  await shot(page, `doctor-${theme}`);
  await context.close();
}

const shot = (page: Page, name: string) => page.screenshot({ path: join(OUT, `${name}.png`) });

mkdirSync(OUT, { recursive: true });
const place = folder();
const gateway = await gatewayProcess(["--port", "0", "--quiet", "--seed", SEED], {
  cwd: place.path,
});
const browser = await chromium.launch({
  executablePath: findProgram(CHROMIUM) as string,
  args: ["--no-sandbox"],
});
try {
  for (const theme of ["light", "dark"] as const) {
    const wide = await open(browser, gateway.url, theme);
    await mended(wide);
    await shot(wide, `chat-mended-${theme}`);
    await wide.click("#compare");
    await wide.fill(".compare textarea", "Why stream at all?");
    await wide.click("text=Ask both");
    await wide.waitForFunction(
      () => (document.querySelectorAll(".lane")[1]?.textContent ?? "").length > 300,
    );
    await shot(wide, `chat-compare-${theme}`);
    await wide.context().close();
    const narrow = await open(browser, gateway.url, theme, true);
    await shot(narrow, `chat-narrow-${theme}`);
    await narrow.context().close();
  }
  const running = traffic(gateway.url);
  for (const theme of ["light", "dark"] as const) await operations(browser, gateway.url, theme);
  await running;
} finally {
  await browser.close();
  await gateway.kill("SIGKILL");
  place.remove();
}
console.log(`written to ${OUT}; look at each before it is kept`);

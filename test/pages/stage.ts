// A gateway as people start it, a real browser before it, and what tests of pages do with both.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { CHROMIUM, findProgram } from "../../scripts/setup/system.ts";
import { folder, type GatewayProcess, gatewayProcess } from "../gateway/process.ts";

interface Stage {
  url: string;
  browser: Browser;
  gateway: GatewayProcess;
  /** The gateway's working folder. */
  path: string;
  /** A page on the gateway, and what went wrong on it. */
  open(
    at?: string,
    context?: BrowserContext,
  ): Promise<{ page: Page; errors: string[]; foreign: string[] }>;
  json<T>(path: string): Promise<T>;
  /** A new gateway on the same port and the same data. */
  restart(): Promise<void>;
}

/** For what never comes; what comes is waited for no longer than it takes. */
const WAIT_MS = 15_000;

/** For all tests of a file; `args` may be made late, when an upstream of the test's own is there. */
export function stage(
  args: () => readonly string[] | Promise<readonly string[]> = () => [],
  config: unknown = {},
  env: Record<string, string> = {},
): Stage {
  const place = folder();
  writeFileSync(join(place.path, "pollux.config.json"), JSON.stringify(config));
  const stage: Partial<Stage> = { path: place.path };
  let more: readonly string[] = [];
  before(async () => {
    const executablePath = findProgram(CHROMIUM);
    assert.ok(executablePath, "Chromium is not installed: apt-get install chromium");
    more = await args();
    const [gateway, browser] = await Promise.all([
      gatewayProcess(["--port", "0", "--quiet", ...more], { cwd: place.path, env }),
      chromium.launch({ executablePath, args: ["--no-sandbox"] }),
    ]);
    Object.assign(stage, { gateway, browser, url: gateway.url });
  });
  after(async () => {
    await stage.browser?.close();
    await stage.gateway?.kill("SIGKILL");
    place.remove();
  });
  stage.open = async (at = "/", context) => {
    const page = await (context ?? (stage.browser as Browser)).newPage();
    page.setDefaultTimeout(WAIT_MS);
    const errors: string[] = [];
    const foreign: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (line) => line.type() === "error" && errors.push(line.text()));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(`${stage.url}/`) && !/^(?:data|blob):/.test(url)) foreign.push(url);
    });
    await page.goto(new URL(at, stage.url).href);
    return { page, errors, foreign };
  };
  stage.restart = async () => {
    const { port } = new URL(stage.url as string);
    stage.gateway = await gatewayProcess(["--port", port, "--quiet", ...more], {
      cwd: place.path,
      env,
    });
  };
  stage.json = async <T>(path: string) =>
    (await (await fetch(new URL(path, stage.url))).json()) as T;
  return stage as Stage;
}

export async function ready(page: Page): Promise<void> {
  await page.waitForSelector("#model option", { state: "attached" });
}

export async function ask(page: Page, text: string): Promise<void> {
  await page.fill("#prompt", text);
  await page.press("#prompt", "Enter");
}

/** Resolves when more than so many characters of the last answer are shown. */
export async function shows(page: Page, chars: number): Promise<void> {
  await page.waitForFunction(
    (n) => ([...document.querySelectorAll(".answer")].at(-1)?.textContent ?? "").length > n,
    chars,
  );
}

/** Pulls the plug as soon as so many characters are shown, in the page itself: an answer does not wait. */
export async function pull(page: Page, fault: string, chars: number): Promise<void> {
  await page.waitForFunction(
    ([word, n]) => {
      const text = [...document.querySelectorAll(".answer")].at(-1)?.textContent ?? "";
      if (text.length <= n) return false;
      const buttons = [...document.querySelectorAll<HTMLButtonElement>("#plug button")];
      buttons.find(({ textContent }) => textContent === word)?.click();
      return true;
    },
    [fault, chars] as const,
  );
}

/** Resolves when the last answer has ended. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector("#turns .turn:last-child .answer:not(.caret)");
}

/** The words of the last answer, without its seams. */
export async function words(page: Page): Promise<string> {
  const text = await page.evaluate(() => {
    const copy = [...document.querySelectorAll(".answer")].at(-1)?.cloneNode(true) as HTMLElement;
    for (const seam of copy.querySelectorAll(".seam, figcaption")) seam.remove();
    return copy.textContent ?? "";
  });
  return bare(text);
}

/** Letters and digits alone: what is left of Markdown when it is laid out. */
export function bare(markdown: string): string {
  return markdown
    .replace(/^\s*(?:[-*+]|\d+\.)\s/gm, "")
    .replace(/^```.*$/gm, "")
    .replace(/[^\p{L}\p{N}]/gu, "");
}

interface Told {
  id: string;
  state: string;
  text: string;
}

/** The stream that was begun last, as the gateway keeps it. */
export async function newest({ json }: Stage): Promise<Told> {
  const { streams } = await json<{ streams: { id: string }[] }>("/streams");
  return json<Told>(`/streams/${streams[0]?.id}`);
}

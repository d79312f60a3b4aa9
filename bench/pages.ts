// How the pages feel: the chat's frames, keys, lag and stop while an answer comes, in Chromium with a slowed
// processor; and what the operations page costs. Prints a page; `--write` keeps it in bench/RESULTS.md.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { CHROMIUM, findProgram } from "../scripts/setup/system.ts";
import { folder, gatewayProcess } from "../test/gateway/process.ts";
import { type Asked, Scripted } from "../test/pages/scripted.ts";
import { keep } from "./keep.ts";

const { values } = parseArgs({
  options: {
    write: { type: "boolean" },
    seconds: { type: "string", default: "40" },
    slower: { type: "string", default: "4" },
  },
});
const SECONDS = Number(values.seconds);
const SLOWER = Number(values.slower);
const TOKENS_PER_SECOND = 200;
const TICK_MS = 10;
const KEY_EVERY_MS = 150;
const WORDS = 50_000;
const STOPS = 10;
const OPS_STREAMS = 500;
const OPS_SECONDS = 15;

interface Seen {
  frames: number[];
  keys: number[];
  long: number[];
  lags: number[];
}

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
const quantile = (list: readonly number[], q: number) =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(q * list.length))] ?? 0;
const paragraph = (n: number) =>
  n % 6 === 5
    ? "\n\n```js\nconst river = { length: 12, name: 'Ob' };\n```\n\n"
    : `Some **words** about _rivers_ and \`code\`, number ${n}, with a [link](https://example.com/${n}) and more to read than anybody will.${n % 3 === 0 ? "\n\n- one\n- two\n\n" : " "}`;

/** In the page: what scripts take of each frame, and how long a key waits for its paint. */
function watch(): void {
  const seen: Seen = { frames: [], keys: [], long: [], lags: [] };
  Object.assign(globalThis, { seen });
  const ask = requestAnimationFrame;
  globalThis.requestAnimationFrame = (run) =>
    ask((now) => {
      const from = performance.now();
      run(now);
      seen.frames.push(performance.now() - from);
    });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.long.push(duration);
  }).observe({ type: "longtask" });
  addEventListener("keydown", ({ timeStamp }) =>
    ask(() => {
      const channel = new MessageChannel();
      // The message comes after this frame's paint.
      channel.port1.onmessage = () => seen.keys.push(performance.now() - timeStamp);
      channel.port2.postMessage(0);
    }),
  );
  // The newest number in the text was the time at which it was sent.
  const look = () => {
    const text = [...document.querySelectorAll(".answer")].at(-1)?.textContent ?? "";
    const sent = /⏱(\d+)⏱[^⏱]*$/.exec(text.slice(-4_000))?.[1];
    if (sent) seen.lags.push(Date.now() - Number(sent));
  };
  setInterval(look, 250);
}

async function open(browser: Browser, url: string, slower = SLOWER): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(watch);
  await page.goto(url);
  await page.waitForSelector("#model option", { state: "attached" });
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
  return page;
}

async function ask(page: Page, text: string, upstream: Scripted): Promise<Asked> {
  await page.fill("#prompt", text);
  await page.press("#prompt", "Enter");
  return upstream.asked();
}

/** A long answer at an even pace, while somebody writes the next question. */
async function stream(
  browser: Browser,
  url: string,
  upstream: Scripted,
  slower: number,
): Promise<string[]> {
  const how = slower === 1 ? "not slowed" : `slowed ${slower}×`;
  const page = await open(browser, url, slower);
  const asked = await ask(page, "Rivers", upstream);
  let isOver = false;
  const typing = (async () => {
    await page.focus("#prompt");
    while (!isOver) {
      await page.keyboard.press("a");
      await wait(KEY_EVERY_MS);
    }
  })();
  let text = "";
  let chars = 0;
  const charsPerTick = (TOKENS_PER_SECOND * 8.5 * TICK_MS) / 1000;
  const from = performance.now();
  for (let n = 0; performance.now() - from < SECONDS * 1000; ) {
    const due = Math.floor(((performance.now() - from) / TICK_MS) * charsPerTick);
    while (text.length < due - chars) text += paragraph(n++);
    const piece = text.slice(0, Math.max(0, due - chars));
    text = text.slice(piece.length);
    chars += piece.length;
    if (piece) asked.say(piece.endsWith(" ") ? `${piece}⏱${Date.now()}⏱ ` : piece);
    await wait(TICK_MS);
  }
  isOver = true;
  asked.finish();
  await typing;
  await page.waitForSelector(".answer:not(.caret)", { timeout: 120_000 });
  const { frames, keys, long, lags } = await page.evaluate(
    () => (globalThis as unknown as { seen: Seen }).seen,
  );
  await page.close();
  return [
    `| ${how}: script in a frame, p95 | ${quantile(frames, 0.95).toFixed(1)} ms | 8 ms |`,
    `| ${how}: longest task | ${Math.round(Math.max(0, ...long))} ms | 100 ms |`,
    `| ${how}: key to paint, p95 of ${keys.length} | ${quantile(keys, 0.95).toFixed(0)} ms | 50 ms |`,
    `| ${how}: shown behind the network, p95 | ${quantile(lags, 0.95).toFixed(0)} ms | 250 ms |`,
    `| ${how}: characters | ${chars.toLocaleString("en")} | – |`,
  ];
}

/** The same text twice as long must not cost more than twice as much. */
async function linear(browser: Browser, url: string, upstream: Scripted): Promise<string[]> {
  const cost = async (words: number) => {
    const page = await open(browser, url);
    const asked = await ask(page, `${words} words`, upstream);
    for (let n = 0, said = 0; said < words; n += 1) {
      const text = paragraph(n);
      said += text.split(/\s+/).length;
      asked.say(text);
      if (n % 20 === 0) await wait(4);
    }
    asked.finish();
    await page.waitForSelector(".answer:not(.caret)", { timeout: 300_000 });
    const { frames, long } = await page.evaluate(
      () => (globalThis as unknown as { seen: Seen }).seen,
    );
    await page.close();
    return { script: frames.reduce((sum, one) => sum + one, 0), longest: Math.max(0, ...long) };
  };
  const half = await cost(WORDS / 2);
  const whole = await cost(WORDS);
  return [
    `| ${WORDS.toLocaleString("en")} words: script in all, to half as many | ${(whole.script / half.script).toFixed(2)}× | 2.2× |`,
    `| longest task of it | ${Math.round(whole.longest)} ms | – |`,
  ];
}

async function stops(browser: Browser, url: string, upstream: Scripted): Promise<string[]> {
  const settled: number[] = [];
  const closed: number[] = [];
  for (let i = 0; i < STOPS; i += 1) {
    const page = await open(browser, url);
    const asked = await ask(page, "Stop me", upstream);
    if (i % 2) asked.say("Some text. ");
    await wait(300);
    const from = Date.now();
    const gone = asked.gone.then(() => closed.push(Date.now() - from));
    settled.push(
      await page.evaluate(async () => {
        const at = performance.now();
        const button = document.querySelector<HTMLButtonElement>("#send");
        button?.click();
        while (button?.textContent !== "Send") await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        return performance.now() - at;
      }),
    );
    await gone;
    await page.close();
  }
  return [
    `| stop to a settled page, worst of ${STOPS} | ${Math.max(...settled).toFixed(0)} ms | 100 ms |`,
    `| stop to a closed upstream, worst | ${Math.max(...closed)} ms | 500 ms |`,
  ];
}

/** The operations page while hundreds of streams run: what it is told, and what the tab costs. */
async function operations(browser: Browser, url: string, upstream: Scripted): Promise<string[]> {
  const speaking = new Set<Asked>();
  upstream.always = (asked) => {
    speaking.add(asked);
    void asked.gone.then(() => speaking.delete(asked));
  };
  const clients = new AbortController();
  const body = JSON.stringify({ contents: [{ role: "user", parts: [{ text: "Rivers" }] }] });
  for (let i = 0; i < OPS_STREAMS; i += 1)
    fetch(`${url}/v1beta/models/gemini-3.6-flash:streamGenerateContent?alt=sse`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: clients.signal,
    })
      .then((response) => response.text())
      .catch(() => {});
  while (speaking.size < OPS_STREAMS) await wait(50);
  const talking = setInterval(() => {
    for (const asked of speaking) if (Math.random() < 0.25) asked.say("a few more words ");
  }, 250);
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const session = await page.context().newCDPSession(page);
  let messages = 0;
  let bytes = 0;
  await session.send("Network.enable");
  session.on("Network.eventSourceMessageReceived", ({ data }) => {
    messages += 1;
    bytes += data.length;
  });
  await page.goto(`${url}/ops`);
  await page.waitForSelector("#rows tr");
  await wait(3_000);
  await session.send("Performance.enable");
  const busy = async () =>
    (await session.send("Performance.getMetrics")).metrics.find(
      ({ name }) => name === "TaskDuration",
    )?.value ?? 0;
  [messages, bytes] = [0, 0];
  const before = await busy();
  await wait(OPS_SECONDS * 1_000);
  const share = ((await busy()) - before) / OPS_SECONDS;
  clearInterval(talking);
  clients.abort();
  upstream.always = undefined;
  await page.close();
  return [
    `| operations, ${OPS_STREAMS} streams: messages a second | ${(messages / OPS_SECONDS).toFixed(1)} | 4 |`,
    `| operations: kB a second | ${(bytes / OPS_SECONDS / 1_000).toFixed(1)} | 60 |`,
    `| operations: the tab's share of a core, not slowed | ${(share * 100).toFixed(1)} % | 15 % |`,
  ];
}

const upstream = new Scripted();
await upstream.open();
const place = folder();
const gateway = await gatewayProcess(["--port", "0", "--quiet", "--upstream", upstream.url], {
  cwd: place.path,
});
const browser = await chromium.launch({
  executablePath: findProgram(CHROMIUM) as string,
  args: ["--no-sandbox"],
});
try {
  const rows = [
    ...(await stream(browser, gateway.url, upstream, 1)),
    ...(await stream(browser, gateway.url, upstream, SLOWER)),
    ...(await linear(browser, gateway.url, upstream)),
    ...(await stops(browser, gateway.url, upstream)),
    ...(await operations(browser, gateway.url, upstream)),
  ];
  const told = [
    "# How the pages feel",
    "",
    `Chromium ${browser.version()} without a graphics processor, slowed ${SLOWER} times where it says so; a gateway of its own, ${TOKENS_PER_SECOND} tokens a second for ${SECONDS} s. ${cpus()[0]?.model ?? "processor"} × ${cpus().length}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}. Repeat: \`npm run bench:pages -- --write\`.`,
    "",
    "| | seen | budget |",
    "|---|---|---|",
    ...rows,
    "",
  ].join("\n");
  process.stdout.write(told);
  if (values.write) keep("pages", told, {});
} finally {
  await browser.close();
  await gateway.kill("SIGKILL");
  upstream.close();
  place.remove();
}

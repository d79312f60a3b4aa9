// Gateways that die: real processes, killed while they stream. The reader ends with the very text of an
// uninterrupted answer, each event once and in order.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Pollux, type StreamEvent, systemClock } from "../../src/core/index.ts";
import { redisServer } from "../redis-server.ts";
import { CANARY, folder, type GatewayProcess, gatewayProcess, upstream } from "./process.ts";

const MODEL = "gemini-2.5-flash";
const INTERACTING = "gemini-3.6-flash";
const PROMPT = "Write 400 words about rivers";
const CONTENTS = [{ role: "user", parts: [{ text: PROMPT }] }];
const ENV = { GEMINI_API_KEY: CANARY };
const cleanups: (() => unknown)[] = [];
after(async () => {
  for (const clean of cleanups.reverse()) await clean();
});

async function begin(url: string): Promise<string> {
  const response = await fetch(`${url}/streams`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": "once" },
    body: JSON.stringify({ model: MODEL, contents: PROMPT }),
  });
  assert.equal(response.status, 201, await response.clone().text());
  return ((await response.json()) as { id: string }).id;
}

/** Follows a stream through whatever gateway `where` names at the time. */
async function follow(where: () => string, id: string, onEvent: (event: StreamEvent) => void) {
  const events: StreamEvent[] = [];
  const pollux = new Pollux({
    apiKey: "none",
    baseUrl: "http://gateway.invalid",
    clock: { ...systemClock, random: () => 0.01 },
    fetch: (input, init) => fetch(String(input).replace("http://gateway.invalid", where()), init),
  });
  for await (const event of pollux.follow(id, { maxAttempts: 400 })) {
    events.push(event);
    onEvent(event);
  }
  return events;
}

function textOf(events: readonly StreamEvent[]): string {
  return events
    .flatMap((event) =>
      event.type === "chunk" ? (event.chunk.candidates?.[0]?.content?.parts ?? []) : [],
    )
    .map((part) => (part.thought ? "" : (part.text ?? "")))
    .join("");
}

function assertWhole(events: readonly StreamEvent[], truth: string): void {
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, i) => i),
  );
  const end = events.at(-1);
  assert.equal(end?.type, "done", JSON.stringify(end));
  assert.equal(textOf(events), truth);
  assert.equal(end?.type === "done" && end.text, truth);
}

test("kill -9 in the middle, a restart on the same folder: the reader gets the rest", async () => {
  const up = await upstream({ chunkDelayMs: 20 });
  const place = folder();
  cleanups.push(up.close, place.remove);
  const args = ["--port", "0", "--upstream", up.url];
  const options = { cwd: place.path, env: ENV };
  let gateway: GatewayProcess = await gatewayProcess(args, options);
  cleanups.push(() => gateway.kill("SIGKILL"));
  const id = await begin(gateway.url);
  let chunks = 0;
  const restarts: Promise<unknown>[] = [];
  const events = await follow(
    () => gateway.url,
    id,
    (event) => {
      chunks += Number(event.type === "chunk");
      // Twice, so that a stream that was taken over is taken over again.
      if (event.type !== "chunk" || (chunks !== 6 && chunks !== 16)) return;
      restarts.push(
        gateway.kill("SIGKILL").then(async () => {
          gateway = await gatewayProcess(args, options);
        }),
      );
    },
  );
  await Promise.all(restarts);
  assert.equal(restarts.length, 2);
  assertWhole(events, up.sim.truth(MODEL, { contents: CONTENTS }));
  const lost = events.filter(
    (event) => event.type === "failure" && event.failure.code === "owner_gone",
  );
  assert.equal(lost.length, 2);
  // Asking again with the same key finds the same stream, also in the new process.
  const again = await fetch(`${gateway.url}/streams`, {
    method: "POST",
    headers: { "idempotency-key": "once" },
    body: JSON.stringify({ model: MODEL, contents: PROMPT }),
  });
  assert.deepEqual([again.status, ((await again.json()) as { id: string }).id], [200, id]);
  assert.ok(!gateway.said().includes(CANARY));
  await gateway.kill("SIGTERM");
});

for (const kept of [{ background: true }, {}, { store: false }]) {
  test(`kill -9 under an interaction ${JSON.stringify(kept)}: created once, read on`, async () => {
    const up = await upstream({ chunkDelayMs: 20, interactions: { eventIds: "background" } });
    const place = folder();
    cleanups.push(up.close, place.remove);
    const args = ["--port", "0", "--upstream", up.url];
    const options = { cwd: place.path, env: ENV };
    let gateway: GatewayProcess = await gatewayProcess(args, options);
    cleanups.push(() => gateway.kill("SIGKILL"));
    const body = { model: INTERACTING, input: PROMPT, stream: true, ...kept };
    let response = await fetch(`${gateway.url}/v1beta/interactions`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    const stream = response.headers.get("x-pollux-stream");
    const events: { event_id: string; event_type: string; delta?: { text?: string } }[] = [];
    for (const stopAt of [12, 30, Number.POSITIVE_INFINITY]) {
      for await (const event of interactionEventsIn(response)) {
        events.push(event);
        if (events.length === stopAt) break;
      }
      if (stopAt === Number.POSITIVE_INFINITY) break;
      await gateway.kill("SIGKILL");
      gateway = await gatewayProcess(args, options);
      const cursor = `last_event_id=${events.at(-1)?.event_id}`;
      response = await fetch(`${gateway.url}/v1beta/interactions/${stream}?stream=true&${cursor}`);
      assert.equal(response.status, 200);
    }
    assert.equal(events.at(-1)?.event_type, "interaction.completed", JSON.stringify(events.at(-1)));
    const text = events.map(({ delta }) => delta?.text ?? "").join("");
    assert.equal(text, up.sim.truth(INTERACTING, { contents: CONTENTS }));
    assert.equal(new Set(events.map(({ event_id: id }) => id)).size, events.length);
    assert.equal(up.sim.interactions.length, "store" in kept ? 0 : 1);
    assert.ok(!gateway.said().includes(CANARY));
    await gateway.kill("SIGTERM");
  });
}

test("kill -9 of one of two replicas: the other takes over, and asks upstream no sooner", async () => {
  const up = await upstream();
  const redis = await redisServer();
  const place = folder();
  cleanups.push(up.close, redis.close, place.remove);
  const args = ["--port", "0", "--upstream", up.url, "--store", "redis", "--redis-url", redis.url];
  const config = ["--config", "fast.json"];
  await writeJson(`${place.path}/fast.json`, { streams: { leaseMs: 1500 } });
  const options = { cwd: place.path, env: ENV };
  const [one, two] = await Promise.all([
    gatewayProcess([...args, ...config], options),
    gatewayProcess([...args, ...config], options),
  ]);
  cleanups.push(
    () => one.kill("SIGKILL"),
    () => two.kill("SIGKILL"),
  );
  const id = await begin(one.url);
  let chunks = 0;
  let asked = 0;
  // The reader sits at the other replica from the start.
  const events = await follow(
    () => two.url,
    id,
    (event) => {
      chunks += Number(event.type === "chunk");
      if (chunks !== 10 || event.type !== "chunk") return;
      asked = up.sim.journal.length;
      void one.kill("SIGKILL");
    },
  );
  assert.equal(asked, 1, "one generation while the owner lived");
  assertWhole(events, up.sim.truth(MODEL, { contents: CONTENTS }));
  assert.ok(
    events.some((event) => event.type === "failure" && event.failure.code === "owner_gone"),
  );
  await two.kill("SIGTERM");
});

test("SIGTERM: a stream that runs may end, then the process leaves with 0", async () => {
  const up = await upstream();
  const place = folder();
  cleanups.push(up.close, place.remove);
  const gateway = await gatewayProcess(["--port", "0", "--upstream", up.url], {
    cwd: place.path,
    env: ENV,
  });
  const response = await fetch(
    `${gateway.url}/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`,
    { method: "POST", body: JSON.stringify({ contents: CONTENTS }) },
  );
  const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  await reader.read();
  const left = gateway.kill("SIGTERM");
  let text = "";
  for (const decoder = new TextDecoder(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  assert.match(text, /"finishReason": ?"STOP"/);
  assert.equal(await left, 0);
});

async function* interactionEventsIn(response: Response) {
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(piece, { stream: true });
    for (let at = text.indexOf("\n\n"); at >= 0; at = text.indexOf("\n\n")) {
      const data = /^data: (.*)$/m.exec(text.slice(0, at))?.[1];
      text = text.slice(at + 2);
      if (data && data !== "[DONE]") yield JSON.parse(data);
    }
  }
}

async function writeJson(path: string, value: unknown): Promise<void> {
  const { writeFile } = await import("node:fs/promises");
  await writeFile(path, JSON.stringify(value));
}

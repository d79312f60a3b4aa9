// The simulator's own routes, how attempts are counted, what the journal keeps and never keeps, and
// how the in-process fetch behaves at its edges.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { createSim } from "../../src/sim/index.ts";
import { chunksIn, KEY, MODEL, said, simulated, textIn, truthOf } from "./ask.ts";

const BODY = { contents: [said("Tell me 80 words about lighthouses")] };

test("scenarios: posted as text or JSON, listed, taken away; a bad one is told why", async () => {
  const { get, read } = simulated();
  const post = (body: string) => get("/sim/scenarios", { method: "POST", body });
  assert.equal((await post("attempt 1: end after 1 chunk; attempt 2: ok")).status, 200);
  assert.equal(chunksIn(await read(BODY)).length, 1);
  assert.ok(chunksIn(await read(BODY)).length > 1);
  const bad = await post("attempt 1: cutt");
  assert.equal(bad.status, 400);
  assert.match(await bad.text(), /unknown fault \\"cutt\\"; did you mean \\"cut\\"/);
  await post(JSON.stringify({ attempts: ["empty"], match: { model: "gemini-2.5-pro" } }));
  assert.equal(await read(BODY, { model: "gemini-2.5-pro" }), "");
  assert.notEqual(await read(BODY), "");
  const listed = (await (await get("/sim/scenarios")).json()) as { scenarios: unknown[] };
  assert.equal(listed.scenarios.length, 2);
  await get("/sim/scenarios", { method: "DELETE" });
  assert.notEqual(await read(BODY, { model: "gemini-2.5-pro" }), "");
});

test("attempts are counted for each answer, however it is asked for", async () => {
  const scenario = "1: end after 2 chunks; 2: end after 1 chunk; 3: ok";
  const { sim, read } = simulated({ scenario });
  const first = textIn(chunksIn(await read(BODY)));
  const anchor = first.trimEnd().slice(-20);
  const goOn = [...BODY.contents, said(first, "model"), said(`Go on from: ${anchor}`)];
  await read({ contents: goOn });
  await read({ contents: [said("Another prompt")] });
  await read(BODY);
  assert.deepEqual(
    sim.journal.map((entry) => [entry.attempt, ...entry.faults]),
    [[1, "end"], [2, "end"], [1, "end"], [3]],
  );
});

test("a header is for its request, and a name counts streams apart", async () => {
  const { sim, read } = simulated({ scenario: "empty" });
  const headers = { "x-sim": "1: end after 1 chunk; 2: ok" };
  const lengths = [];
  for (const stream of ["a", "a", "b", "b"])
    lengths.push(
      chunksIn(await read(BODY, { headers: { ...headers, "x-sim-stream": stream } })).length,
    );
  assert.deepEqual(
    lengths.map((n) => n > 1),
    [false, true, false, true],
  );
  assert.deepEqual(
    sim.journal.map((entry) => entry.attempt),
    [1, 2, 1, 2],
  );
  assert.equal(await read(BODY), "");
});

test("a header that cannot be read is refused in so many words", async () => {
  const { ask } = simulated();
  const response = await ask(BODY, { headers: { "x-sim": "attempt 1: cutt" } });
  assert.equal(response.status, 400);
  assert.match(await response.text(), /x-sim: column 1: unknown fault \\"cutt\\"; did you mean/);
});

test("lists and counts meet a scenario by header or path only, and do not use up attempts", async () => {
  const { sim, get, ask, read } = simulated({ scenario: "1: 503; 2: ok" });
  assert.equal((await get("/v1beta/models")).status, 200);
  assert.equal((await ask(BODY, { verb: "countTokens", query: "" })).status, 200);
  assert.equal((await ask(BODY)).status, 503);
  assert.notEqual(await read(BODY), "");
  const named = { "x-sim": "1: 500; 2: ok", "x-sim-stream": "one" };
  for (const verb of ["countTokens", "generateContent"])
    assert.equal((await ask(BODY, { verb, query: "", headers: named })).status, 500, verb);
  const headers = { "x-goog-api-key": KEY, "x-sim": "500" };
  assert.equal((await get("/v1beta/models", { headers })).status, 500);
  sim.addScenario({ attempts: ["html portal"], match: { path: "/v1/models" } });
  assert.match(await (await get("/v1/models")).text(), /Please log in/);
});

test("the index says what there is", async () => {
  const { get } = simulated();
  const index = (await (await get("/sim")).json()) as Record<string, unknown[]>;
  assert.ok(Object.keys(index).includes("faults"));
  assert.ok((index.models as string[]).includes(MODEL));
  assert.equal((await get("/sim/nonsense")).status, 404);
});

test("the journal: who asked what, which attempt, what became of it; bounded, and cleared", async () => {
  const { sim, get, read } = simulated({ scenario: "reset after 1 chunk" });
  await assert.rejects(read(BODY));
  const { requests } = (await (await get("/sim/requests")).json()) as { requests: unknown[] };
  const { headers: _, ...entry } = requests[0] as Record<string, unknown>;
  assert.deepEqual(entry, {
    n: 1,
    at: "2026-11-20T12:00:00.000Z",
    method: "POST",
    path: `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`,
    model: MODEL,
    attempt: 1,
    faults: ["reset"],
    key: "header",
    body: BODY,
    status: 200,
    outcome: "cut",
    truth: truthOf(sim, MODEL, BODY.contents),
  });
  await get("/sim/requests", { method: "DELETE" });
  assert.equal(sim.journal.length, 0);
  for (let i = 0; i < 1_100; i += 1)
    sim.handle({ method: "GET", url: "/v1/models", headers: {}, body: "" });
  assert.equal(sim.journal.length, 1_000);
});

test("no key is ever kept, wherever it stands", async () => {
  const { sim, get, ask } = simulated();
  const odd = 'odd "key"/with+marks=%20';
  const spread = (key: string) => ({
    contents: [said(`my key is ${key}`)],
    systemInstruction: said(JSON.stringify({ key })),
  });
  for (const key of [KEY, odd]) {
    const headers = { "x-goog-api-key": key, "x-copy": `copy ${key}`, cookie: `k=${key}` };
    await ask(spread(key), { headers });
    await get(`/v1beta/models?key=${encodeURIComponent(key)}`, { headers: {} });
    await get("/v1beta/models", { headers: { authorization: `Bearer ${key}`, "x-copy": key } });
    await get(`/v1beta/models/${encodeURIComponent(key)}?key=${encodeURIComponent(key)}`);
  }
  await ask(`{"broken": "${KEY}`, {});
  await ask({
    contents: [
      said("Authorization: Bearer ya29.another-token_9 and AIzaSyAnother0000000000000000000000000"),
    ],
  });
  const kept = JSON.stringify(sim.journal) + (await (await get("/sim/requests")).text());
  for (const key of [KEY, odd, JSON.stringify(odd).slice(1, -1), encodeURIComponent(odd)])
    assert.ok(!kept.includes(key), key);
  assert.ok(!/ya29|AIzaSy/.test(kept));
  assert.deepEqual(
    [...new Set(sim.journal.map((entry) => entry.key))],
    ["header", "query", "bearer"],
  );
});

test("fetch: an abort before, during the headers, in the body; cancel; each is noted", async () => {
  const { sim, clock, ask } = simulated({ chunkDelayMs: 1_000 });
  const gone = AbortSignal.abort(new Error("too late"));
  await assert.rejects(ask(BODY, { signal: gone }), /too late/);
  const stop = new AbortController();
  clock.setTimer(() => stop.abort(), 2_500);
  const { body } = await ask(BODY, { signal: stop.signal });
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  let chunks = 0;
  const reading = async () => {
    for (;;) {
      if ((await reader.read()).done) return;
      chunks += 1;
    }
  };
  await assert.rejects(clock.run(reading()), { name: "AbortError" });
  assert.equal(chunks, 3);
  assert.equal(sim.journal.at(-1)?.outcome, "client left");
  assert.equal(sim.journal.at(-1)?.clientLeftAt, "2026-11-20T12:00:02.500Z");
  assert.equal(getEventListeners(stop.signal, "abort").length, 0);
  const response = await ask(BODY);
  await response.body?.cancel();
  assert.equal(sim.journal.at(-1)?.outcome, "client left");
  assert.equal(clock.pendingTimers, 0);
});

test("fetch: takes what fetch takes, and leaves nothing behind after a whole answer", async () => {
  const { sim, clock } = simulated();
  const stop = new AbortController();
  const url = new URL(`https://gemini.test/v1beta/models/${MODEL}:generateContent?key=${KEY}`);
  const body = new Blob([JSON.stringify(BODY)]);
  const request = new Request(url, { method: "POST", body });
  const response = await clock.run(sim.fetch(request, { signal: stop.signal }));
  assert.equal(response.url, url.href);
  assert.equal(
    textIn([(await clock.run(response.json())) as never]),
    truthOf(sim, MODEL, BODY.contents),
  );
  assert.equal(sim.journal.at(-1)?.outcome, "sent");
  assert.equal(getEventListeners(stop.signal, "abort").length, 0);
});

test("fetch: redirects are followed, shown or refused as asked", async () => {
  const { sim, ask } = simulated({ scenario: "*: redirect 307" });
  const followed = await ask(BODY);
  assert.deepEqual([followed.status, followed.redirected], [200, true]);
  assert.match(followed.url, /\/sim\/elsewhere$/);
  const shown = await ask(BODY, { redirect: "manual" });
  assert.deepEqual([shown.status, shown.headers.get("location")], [307, "/sim/elsewhere"]);
  await assert.rejects(ask(BODY, { redirect: "error" }), /fetch failed/);
  assert.ok(sim.journal.every((entry) => entry.outcome === "sent"));
});

test("time: the first chunk and those between wait as they are told", async () => {
  const { clock, read } = simulated({ ttftMs: 500, chunkDelayMs: 20 });
  const chunks = chunksIn(await read(BODY));
  assert.equal(clock.now(), 500 + (chunks.length - 1) * 20);
});

test("browsers may ask from any page", async () => {
  const { get } = simulated();
  const headers = { origin: "https://page.test", "x-goog-api-key": KEY };
  const asked = await get("/v1beta/models", { headers });
  assert.equal(asked.headers.get("access-control-allow-origin"), "https://page.test");
  const before = await get("/v1beta/models", {
    method: "OPTIONS",
    headers: { origin: "https://page.test" },
  });
  assert.equal(before.status, 204);
});

test("without options it answers on the real clock", async () => {
  const sim = createSim();
  const url = `https://gemini.test/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`;
  const response = await sim.fetch(url, {
    method: "POST",
    headers: { "x-goog-api-key": KEY, "x-sim": "ok" },
    body: JSON.stringify(BODY),
  });
  assert.equal(textIn(chunksIn(await response.text())), truthOf(sim, MODEL, BODY.contents));
});

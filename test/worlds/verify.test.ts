// The proofs hold for a gateway in order and fail for each thing that is not; traffic stops growing
// where its rule says.
import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { openGround } from "../../src/cli/doctor/ground.ts";
import {
  costOf,
  type Ground,
  type Level,
  type Verification,
  verify,
} from "../../src/doctor/index.ts";
import { whyStop } from "../../src/doctor/verify/ramp.ts";

const closers: (() => unknown)[] = [];
after(() => Promise.all(closers.map((close) => close())));

async function proven(ground: Ground, rampRequestsMax = 0): Promise<Verification> {
  const run = verify(ground, {
    rampRequestsMax,
    setTimer: (fn, ms) => {
      const timer = setTimeout(fn, ms);
      return () => clearTimeout(timer);
    },
  });
  for (;;) {
    const { done, value } = await run.next();
    if (done) return value;
  }
}

const options = {
  cwd: process.cwd(),
  env: { API_SECRET: "correct-horse-battery" },
  model: "gemini-3.6-flash",
  timeoutMs: 10_000,
  sim: true,
  pace: { ttftMs: 0, chunkDelayMs: 0 },
};

test("a gateway in order: each proof holds, and traffic grows to the limit", async () => {
  const ground = await openGround(options);
  closers.push(ground.close);
  const seen = await proven(ground, 8);
  assert.deepEqual(
    seen.proofs.filter(({ status }) => status !== "ok"),
    [],
  );
  assert.equal(seen.verdict, "ok");
  assert.deepEqual(
    seen.ramp?.levels.map(({ concurrent, errors }) => [concurrent, errors]),
    [
      [1, 0],
      [2, 0],
      [5, 0],
    ],
  );
  assert.equal(seen.ramp?.steadyAt, 5);
  assert.ok((seen.ramp?.levels[2]?.tokens ?? 0) > 100);
  assert.match(seen.proofs.find(({ id }) => id === "retries")?.value ?? "", /^3 attempts counted/);
});

/** Something in front of a real gateway that alters what it says. */
async function altered(alter: (listener: RequestListener) => RequestListener): Promise<Ground> {
  const real = await openGround(options);
  closers.push(real.close);
  const forward: RequestListener = async (request, response) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of request) pieces.push(piece as Uint8Array);
    const { host: _, connection: __, "content-length": ___, ...headers } = request.headers;
    const answer = await fetch(`${real.url}${request.url}`, {
      method: request.method ?? "GET",
      headers: headers as Record<string, string>,
      ...(pieces.length > 0 && { body: Buffer.concat(pieces) }),
    });
    const text = await answer.text();
    response.writeHead(answer.status, {
      "content-type": answer.headers.get("content-type") ?? "text/plain",
      "x-request-id": answer.headers.get("x-request-id") ?? "",
    });
    response.end(text);
  };
  const server = createServer(alter(forward)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  closers.push(() => server.close());
  return { ...real, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const said =
  (status: number, body: string): RequestListener =>
  (request, response) => {
    response.writeHead(status, { "x-request-id": String(request.headers["x-request-id"]) });
    response.end(body);
  };

async function firstFailing(ground: Ground): Promise<[string, string]> {
  const { proofs, verdict, ramp } = await proven(ground, 10);
  const first = proofs.find(({ status }) => status === "problem");
  assert.equal(verdict, "problem");
  assert.equal(ramp, undefined, "traffic was sent to a path that is not proven");
  assert.ok(first?.fix);
  return [first.id, first.value];
}

test("something that accepts what is wrong", async () => {
  const ground = await altered((next) => (request, response) => {
    if (request.url?.includes("key=")) return said(200, '{"candidates":[]}')(request, response);
    return next(request, response);
  });
  assert.deepEqual(await firstFailing(ground), ["missing-field", "200 instead of 400"]);
});

test("an error page with a trace of code, and one with a key", async () => {
  const trace = '{"error":{"message":"boom\\n    at run (/srv/app/index.js:12:3)"}}';
  const key = '{"error":{"message":"bad key AIzaSyCanaryCanaryCanaryCanaryCanary123"}}';
  for (const [body, value] of [
    [trace.replace("\\n", "\n"), /message/],
    ['{"error":{"message":"boom in index.js:12"}}', /trace of code/],
    [key, /secret in its body/],
  ] as const) {
    const ground = await altered((next) => (request, response) => {
      if (request.url?.includes("key=")) return said(400, body)(request, response);
      return next(request, response);
    });
    const [id, told] = await firstFailing(ground);
    assert.equal(id, "missing-field");
    assert.match(told, value);
    assert.ok(!told.includes("Canary"));
  }
});

test("a stream that loses its end", async () => {
  const ground = await altered((next) => (request, response) => {
    const { end } = response;
    if (request.url?.includes("alt=sse"))
      response.end = ((text: string) =>
        end.call(
          response,
          text.replace(/"finishReason":\s*"\w+",?/, ""),
          "utf8",
          () => {},
        )) as never;
    return next(request, response);
  });
  assert.deepEqual(await firstFailing(ground), ["good-stream", "the answer lacks finishReason"]);
});

test("a log without the id, and one with a secret", async () => {
  const real = await openGround(options);
  closers.push(real.close);
  assert.equal((await firstFailing({ ...real, log: () => "" }))[0], "log-context");
  const leaky = { ...real, log: () => `${real.log?.()}\nkey is correct-horse-battery` };
  const [id, value] = await firstFailing(leaky);
  assert.equal(id, "log-secrets");
  assert.ok(!value.includes("correct-horse"));
});

test("retries that go on past the limit", async () => {
  const real = await openGround(options);
  closers.push(real.close);
  const { stub } = real;
  assert.ok(stub);
  const eager = { ...real, stub: { ...stub, arrived: () => stub.arrived() * 2 } };
  assert.equal((await firstFailing(eager))[0], "retries");
});

test("traffic stops growing at a quota", async () => {
  let arrived = 0;
  const ground = await altered((next) => (request, response) => {
    if (!request.url?.includes("alt=sse")) return next(request, response);
    arrived += 1;
    // The good one, 1, 2, and two of the next 5.
    if (arrived > 6)
      return said(429, '{"error":{"code":429,"message":"quota"}}')(request, response);
    return next(request, response);
  });
  const { ramp, verdict } = await proven(ground, 40);
  assert.deepEqual([ramp?.steadyAt, ramp?.levels.length, verdict], [2, 3, "ok"]);
  assert.match(ramp?.stopped ?? "", /^the quota is reached at 5 at once: 3 times 429/);
});

test("the rule for stopping", () => {
  const level: Level = {
    concurrent: 10,
    requests: 10,
    errors: 0,
    statuses: {},
    firstMsP50: 100,
    firstMsP95: 200,
    totalMsP95: 900,
    tokens: 1_000,
    tokensPerSecond: 1_000,
    queued: 0,
  };
  const stops = (change: Partial<Level>) => whyStop({ ...level, ...change }, level);
  assert.equal(stops({}), undefined);
  assert.equal(stops({ firstMsP95: 900 }), undefined);
  assert.match(stops({ firstMsP95: 1_001 }) ?? "", /takes 1001 ms at 10 at once, 200 ms alone/);
  assert.match(stops({ errors: 1, statuses: { 503: 1 } }) ?? "", /1 of 10 went wrong.*1 × 503/);
  assert.match(stops({ queued: 2 }) ?? "", /2 requests had to wait/);
});

test("the cost is told beforehand, and a limit of requests is kept", () => {
  assert.deepEqual(costOf({ rampRequestsMax: 17 }).steps, [1, 2, 5]);
  assert.deepEqual(costOf({ rampRequestsMax: 18 }).steps, [1, 2, 5, 10]);
  assert.equal(costOf({ rampRequestsMax: 18 }).requests, 20);
  assert.deepEqual(costOf({ rampRequestsMax: 0 }), { requests: 2, tokens: 120, steps: [] });
});
